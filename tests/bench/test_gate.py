"""The short form of the bench fails on what has become dearer, and on nothing else."""

from typing import Any

import pytest

from bench.__main__ import verdict
from bench.gate import judge

QUEUE = {"id": "queue_page", "reach": 25, "reach_calls": 6}


def queue(calls: int, read_units: float) -> dict[str, Any]:
    return QUEUE | {"measured": [{"tickets": 1000, "calls": calls, "read_units": read_units}]}


def cpu(value: float) -> dict[str, Any]:
    return {"id": "intake_cpu", "value": value, "of_lean_floor": 1.2, "reach": 1.0, "reach_of_lean_floor": 1.5}


@pytest.mark.parametrize(
    ("now", "before", "failed"),
    [
        (queue(6, 24), queue(6, 24), False),
        (queue(7, 24), queue(6, 24), True),
        (queue(6, 24.5), queue(6, 24), True),
        (queue(9, 80), queue(10, 90), False),  # it missed before, and is better now
        (cpu(0.87), cpu(0.80), False),
        (cpu(0.89), cpu(0.80), True),
    ],
)
def test_what_is_dearer_than_it_was_fails(
    now: dict[str, Any], before: dict[str, Any], failed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge([now], [before]) == failed
    assert ("DEARER" in capsys.readouterr().out) == failed


def test_what_nobody_has_recorded_must_reach_what_is_wanted() -> None:
    assert judge([queue(6, 25), cpu(1.0)], []) == 0
    assert judge([queue(7, 25)], []) == judge([cpu(1.01)], []) == 1


def test_a_figure_that_misses_says_by_what_and_why() -> None:
    found = {"value": 30.0, "reach": 25, "calls": 5, "reach_calls": 6, "cause": "badges"}
    assert verdict(found) == "missed, 30.0 > 25: badges"
    assert verdict(found | {"value": 25.0}) == "met"
    assert verdict({"value": None, "cause": "run make package first"}) == "run make package first"
