"""Where a task of the erasure may die: before and after each of its writes, for every state of the machine.

Nobody lists the writes. As many people are erased as there may be points, twice `MOST_WRITES`, and the k-th person's
run dies at the k-th point of every state, if that state has it. At the end the points that were met must be all points
from the first write to some last one; the ones beyond it, which nobody met, show that there is no further write.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from infra.definitions import HERE
from tests.support.e2e.playing import Play

MOST_WRITES = 20
"""CloseBox has most: it deletes row by row."""
WHENS = ("before", "after")
OF_PARTS = frozenset({"FreezePart", "KeepPart", "DestroyPartKey", "ErasePart"})
"""States of a part that the desk keeps on a ground of the profile. The operator of this desk has no such ground; their
tasks die on Wadjet's desk (tests/local/test_kept_part.py), and at each of their calls in tests/erasure/keeping."""


@dataclass(frozen=True, order=True)
class Point:
    """Before or after the n-th write of a state's task, within one invocation."""

    state: str
    n: int
    when: str


@dataclass(frozen=True)
class State:
    """A state of the machine: its function, and what its events hold beside the request's id."""

    name: str
    function: str
    given: str

    def fault(self, point: Point, one: str, times: int = 1) -> dict[str, Any]:
        """The planned death at this point, of the invocation for this request or contact alone; without an id, of
        whoever's comes first."""
        match = f"(?=.*{one})(?=.*{self.given})" if one else "."
        channel = f"lambda:{self.function}"
        return {"channel": channel, "n": point.n, "when": point.when, "match": match, "writes": True, "times": times}


BESIDE = {name: State(name, "privacy", "") for name in ("(ask)", "(confirm)", "(cancel)", "(wake)")}
"""What stands around the machine: a person's words and presses, and the waking of a run whose time has come."""


def states() -> dict[str, State]:
    """Every state of the machine that calls a function, as the machine is written, but for those of parts."""
    machine = json.loads((HERE / "erasure.asl.json").read_text(encoding="utf-8"))
    found = {}
    for name, state in machine["States"].items():
        if state["Type"] == "Task" and name not in OF_PARTS:
            (logical,) = re.fullmatch(r"\$\{(\w+)Arn\}", state["Parameters"]["FunctionName"]).groups()  # type: ignore[union-attr]
            function = re.sub(r"(?<!^)(?=[A-Z])", "_", logical).lower()
            constants = {key: value for key, value in state["Parameters"]["Payload"].items() if not key.endswith(".$")}
            found[name] = State(name, function, json.dumps(constants)[1:-1])
    return found


def points(state: str, people: int) -> list[Point]:
    """The points of a state, one for each person."""
    return [Point(state, 1 + number // 2, WHENS[number % 2]) for number in range(people)]


def plan(play: Play, fault: dict[str, Any]) -> str:
    """Plan a death; return its id."""
    planned: str = play.phones("/faults", fault)["items"][-1]["id"]
    return planned


def left(play: Play) -> set[str]:
    """Ids of the deaths that nobody has died yet."""
    return {one["id"] for one in play.phones("/faults")["items"]}


def writes_of(met: Iterable[Point], tried: Iterable[Point]) -> dict[str, int]:
    """How many writes each state has, by the points that were met. Fails where points are missing in between, or where
    the last one that was tried was met, so that there may be more."""
    met, tried = set(met), set(tried)
    found = {}
    for state in sorted({one.state for one in tried}):
        of_state = {(one.n, one.when) for one in met if one.state == state}
        writes = sum(when == "after" for _, when in of_state)
        of_state.discard((writes + 1, "before"))  # of one that was refused
        assert of_state == {(n, when) for n in range(1, writes + 1) for when in WHENS}, (state, sorted(of_state))
        assert writes < max(one.n for one in tried if one.state == state), f"{state} may have more writes"
        found[state] = writes
    return found
