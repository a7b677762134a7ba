"""The workers share what there is."""

from pathlib import Path

import pytest

from tests.support.sharing import CHAINS, PLACES, Sharing

ROOT = Path(__file__).parent.parent


def test_every_file_that_is_named_is_there() -> None:
    assert [file for file in PLACES if not (ROOT / file).is_file()] == []


def test_whoever_uses_the_running_desk_is_in_a_chain() -> None:
    users = {file for file in (ROOT / "tests").rglob("test_*.py") if "desk: RunningDesk" in file.read_text()}
    users |= set((ROOT / "tests/e2e").glob("test_*.py"))
    browsers = {file for file in users if "pytest.mark.browser" in file.read_text()}
    named = {f"tests/{file}" for files in CHAINS for file in files}
    assert {str(file.relative_to(ROOT)) for file in users - browsers} <= named


@pytest.mark.parametrize("files", CHAINS)
def test_a_chain_is_one_piece_of_work(files: tuple[str, ...]) -> None:
    scheduler = object.__new__(Sharing)
    pieces = {scheduler._split_scope(f"tests/{file}::test_x[a::b]") for file in files}
    assert len(pieces) == 1
    assert scheduler._split_scope("tests/test_structure.py::test_x") == "tests/test_structure.py"
