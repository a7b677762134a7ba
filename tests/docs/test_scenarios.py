"""docs/scenarios.md names tests that are there, first those over HTTP, and marks those that DynamoDB Local runs."""

import re

import pytest

from tests.support.named_tests import missing, named, rows
from tests.support.project import PROJECT

SCENARIOS = rows("scenarios.md")
OVER_HTTP = ("tests/e2e/", "tests/chaos/")
ON_DYNAMODB = ("tests/storage/", "tests/intake/", "tests/delivery/")
"""The folders that `make test-dynamodb` runs."""


def test_the_page_has_every_scenario_once() -> None:
    assert [cells[0] for cells in SCENARIOS] == [str(number) for number in range(1, 30)]
    assert len({cells[1] for cells in SCENARIOS}) == 29


@pytest.mark.parametrize("cells", SCENARIOS, ids=[cells[0] for cells in SCENARIOS])
def test_a_scenario_names_tests_over_http_and_then_those_beneath(cells: list[str]) -> None:
    _, arrives, seen, http, beneath = cells
    assert arrives and seen
    assert named(http) and all(name.startswith(OVER_HTTP) for name in named(http))
    assert not any(name.startswith(OVER_HTTP) for name in named(beneath))
    assert missing(named(http) + named(beneath)) == []


def test_what_dynamodb_local_runs_is_marked_and_nothing_else() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert all(folder.rstrip("/") in makefile for folder in ON_DYNAMODB)
    for cells in SCENARIOS:
        marked = re.findall(r"`(tests/[^`]+)`†", "|".join(cells))
        assert marked == [name for name in named(cells[4]) if name.startswith(ON_DYNAMODB)], cells[0]
