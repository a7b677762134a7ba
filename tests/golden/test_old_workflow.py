"""Runs of the workflow that a former release began go on under this one, wherever they stand.

The definition of that release is followed from each of its states to the end, and calls the functions of this release.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.golden.releases import HERE, RELEASES
from tests.support.erasure import walk as ways
from tests.support.erasure.desk import desk  # noqa: F401
from tests.support.erasure.walk import Walk
from tests.support.erasure.walk import dynamodb_endpoint as dynamodb_endpoint
from tests.support.erasure.walk import walk as walk
from tests.support.erasure.ways import cancelled, decided, escalated, opted_out, pressed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@dataclass
class Stood:
    """Where a run stood before a state: everything stored, and what will happen later in its story."""

    rows: Any
    now: int
    plan: dict[str, Any]
    later: dict[str, Any]
    request_id: str


@pytest.mark.parametrize("release", RELEASES)
def test_a_run_goes_on_from_every_state_of_the_old_definition(
    walk: Walk,
    monkeypatch: pytest.MonkeyPatch,
    release: str,
) -> None:
    states = json.loads((HERE / release / "erasure.asl.json").read_text(encoding="utf-8"))["States"]
    monkeypatch.setattr(ways, "STATES", states)
    stood: dict[str, Stood] = {}
    task = Walk._task

    def noted(self: Walk, state: str, request_id: str, plan: dict[str, Any]) -> Any:
        if state not in stood:
            stood[state] = Stood(self.desk.snapshot(), self.desk.now, plan, dict(plan), request_id)
        return task(self, state, request_id, plan)

    amina, telegram, whatsapp = walk.people
    for story, person in ((pressed, whatsapp), (decided, telegram), (cancelled, amina), (opted_out, amina)):
        before, begun = set(stood), (walk.desk.snapshot(), walk.desk.now)
        with monkeypatch.context() as patch:
            patch.setattr(Walk, "_task", noted)
            story(walk, person)
        ends = {state: walk.living.read(stood[state].request_id).state for state in stood.keys() - before}
        for state in sorted(ends):
            one = stood[state]
            walk.desk.restore(one.rows)
            walk.desk.now = one.now
            one.plan.clear()
            one.plan.update(one.later)
            walk.go(walk.living.read(one.request_id), one.plan, state)
            assert walk.living.read(one.request_id).state == ends[state], state
        walk.desk.restore(begun[0])
        walk.desk.now = begun[1]
    tasks = {name for name, state in states.items() if state["Type"] == "Task"}
    assert tasks - stood.keys() == {"Escalate"}, "Step Functions alone comes there, after an error"
    escalated(walk, amina)
