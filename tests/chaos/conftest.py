"""`make chaos`: a desk of its own for each part, and what was found at the end. SEED repeats a run."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.chaos.report import REPORT, RESULTS
from tests.support.e2e.playing import Play
from tests.support.project import PROJECT
from tests.support.running import start_desk


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """`make run` itself, on free ports, with everybody around it."""
    with start_desk(tmp_path_factory.mktemp("chaos") / "run.log") as desk:
        yield Play(desk)


def pytest_report_header() -> str:
    return f"chaos: SEED={REPORT.seed}"


def pytest_sessionfinish(exitstatus: int) -> None:
    if REPORT.parts:
        REPORT.write(passed=exitstatus == 0)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if REPORT.parts:
        terminalreporter.section(f"chaos, SEED={REPORT.seed}, {RESULTS.relative_to(PROJECT)}")
        for line in REPORT.table():
            terminalreporter.write_line(line)
