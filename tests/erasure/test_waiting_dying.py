"""Runs that die or come late, tasks that die at any call, and what is said of a failure."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.errors import NotFound, Unavailable
from chalicelib.erasure.task import TaskFailed, run
from chalicelib.erasure.tasks import escalate, verify_identity
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.requests.waiting_times import Wait
from tests.support.erasure.living import Living, outcomes
from tests.support.erasure.living import request_ as request_
from tests.support.erasure.person import Person
from tests.support.faults import Died, fated

# -- runs that die, and runs that are late


def test_a_token_of_an_earlier_run_never_stands_where_the_living_one_belongs(living: Living, request_: Request) -> None:
    """Given run 1, dead, and run 2, which waits, when a task of run 1 parks late, then run 2 is still the one that is
    answered, once."""
    first = f"{request_.id}-1"
    late = living.runs.token(first)
    living.runs.die(first)
    living.wake(request_.id)
    assert living.read(request_.id).run == 2
    living.verify(request_)
    parked = living.read(request_.id)
    assert living.verify(request_, late, first) == "stale"
    assert living.read(request_.id) == parked
    living.mark(request_.id, {"verified": 1})
    living.wake(request_.id)
    assert [(name, word) for name, _, word in living.runs.answered] == [(f"{request_.id}-2", "verified")]
    assert sorted(living.runs.given) == [first, f"{request_.id}-2"]


def test_a_task_does_not_park_for_the_run_that_began_meanwhile(
    living: Living, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a task that is not told its run's name, when run 2 begins while it writes, then it parks nothing."""
    store = type(living.store)
    run_, begun = store.run, list[bool]()
    token = living.runs.token(request_.execution)

    def begin_first(self: Any, *writes: Any) -> Any:
        if not begun:
            begun.append(True)
            living.runs.die(request_.execution)
            living.wake(request_.id)
        return run_(self, *writes)

    monkeypatch.setattr(store, "run", begin_first)
    assert living.waiting.start(request_.id, token, "", Wait.IDENTITY, verify_identity.due) == "stale"
    row = living.read(request_.id)
    assert (row.run, row.token) == (2, "")


def test_a_late_wake_with_the_token_of_a_dead_run(living: Living, daniyar: Person, request_: Request) -> None:
    """Given run 1 parked and dead, when the person confirms and many wake it, then run 2 begins, alone, and passes."""
    living.verify(request_)
    living.runs.die(f"{request_.id}-1")
    stale = living.read(request_.id)
    living.says(daniyar, "confirm", request_.id)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: living.wake(request_.id), range(6)))
    row = living.read(request_.id)
    assert (row.run, row.token, row.waits) == (2, "", "")
    assert living.verify(request_) == "verified"
    # One that read the row before the second run began looks at the first run's token now.
    living.wake._ensure_run(stale, living.desk.now)
    assert living.read(request_.id).run == 2
    assert [(name, word) for name, _, word in living.runs.answered] == [(f"{request_.id}-2", "verified")]


def test_a_task_that_is_repeated_replaces_its_token(living: Living, request_: Request) -> None:
    first, second = living.runs.token(request_.execution), living.runs.token(request_.execution)
    assert living.verify(request_, first) == "" == living.verify(request_, first)
    assert living.verify(request_, second) == ""
    assert living.read(request_.id).token == second


def test_nothing_is_parked_on_a_request_that_is_over_or_has_failed(living: Living, request_: Request) -> None:
    living.escalate(request_.id, "States.Timeout")
    assert living.verify(request_) == "stale"
    assert living.read(request_.id).state == RequestState.ESCALATED
    living.mark(request_.id, state="cancelled", due=None, due_at=None)
    assert living.verify(request_) == "stale"
    assert living.read(request_.id).token == ""


def test_a_resumed_run_passes_all_waits_that_are_over(living: Living, daniyar: Person, request_: Request) -> None:
    at = living.desk.now
    names = ("verified", "announced", "told", "graced", "fenced", "key_destroyed", "erased", "settled", "absent")
    steps = dict.fromkeys((*names, "notified", "box_closed"), at)
    living.mark(request_.id, steps, state="waiting_for_backups", told_by="accepted")
    living.desk.now += 15 * DAY
    texts = len(living.box_texts(request_))
    before = living.read(request_.id)
    for wait, word in (
        ("identity", "verified"),
        ("telling", "told"),
        ("grace", "due"),
        ("settle", "due"),
        ("told", "due"),
        ("backups", "due"),
    ):
        assert living.park(request_, "", "", wait) == word
    assert outcomes(living) == ["verified", "told", "due", "due", "due", "due"]
    assert living.read(request_.id) == before
    assert len(living.box_texts(request_)) == texts


# -- death at every call


CASES: dict[str, tuple[dict[str, int], int]] = {
    "identity": ({}, 1),
    "decision": ({}, 1),
    "telling": ({"verified": 0}, 2),
    "grace": ({"verified": 0, "told": 0}, 1),
    "settle": ({"erased": DAY}, 1),
}
"""Steps that are done, by how long after now (ms), and how many texts lie in the box in the end."""


@pytest.mark.parametrize("resumed", ["the task is repeated", "the run dies"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("wait", CASES)
def test_a_task_may_die_at_any_call(
    living: Living, daniyar: Person, request_: Request, wait: str, when: str, resumed: str
) -> None:
    """Given a death, when the task is repeated or the next run comes, then one token waits, which is alive, and the
    person was told once."""
    steps, texts = CASES[wait]
    living.mark(request_.id, {step: living.desk.now + later for step, later in steps.items()})
    empty, number, died = living.desk.snapshot(), 0, True
    while died:
        number += 1
        living.desk.restore(empty)
        living.runs.running = {f"{request_.id}-1"}
        living.runs.given = {f"{request_.id}-1": {}}
        with fated(number, when) as fate:
            living.park(request_, "", "", wait)
        died = bool(fate.died_at)
        if resumed == "the run dies":
            living.runs.die(f"{request_.id}-1")
            row = living.read(request_.id)
            living.desk.now += 10 * 60_000
            if row.token:  # the watch sees it when the wait is due; an answer finds out at once
                assert not living.runs.answer(row.token, "due")
                living.wake._ensure_run(row, living.desk.now)
            else:
                living.wake(request_.id)
        living.park(request_, "", "", wait)
        living.desk.now += 1
        row = living.read(request_.id)
        assert living.runs.waiting[row.token] == row.execution
        assert row.run == (2 if resumed == "the run dies" else 1)
        assert len(living.box_texts(row)) == texts
        assert "suppressed_at" in daniyar.row
    assert number > 2


@pytest.mark.parametrize("what", ["answer", "status", "start"])
def test_whoever_dies_while_waking_is_followed(living: Living, daniyar: Person, request_: Request, what: str) -> None:
    """Given a death at the workflow's own calls, when the watch comes, then the run goes on."""
    living.verify(request_)
    if what != "answer":
        living.runs.die(f"{request_.id}-1")

    def die(call: str) -> None:
        if call == what:
            living.runs.before = lambda _: None
            raise Died

    living.runs.before = die
    living.ask(daniyar, "confirm", request_.id)
    with pytest.raises(Died):
        living.asks(daniyar.contact_id)
    assert not living.desk.of("ask#")
    living.desk.now += 10 * 60_000
    assert living.read(request_.id).due_at <= living.desk.now
    living.wake(request_.id)
    if what != "answer":
        assert living.runs.status(f"{request_.id}-2").value == "runs"
        living.verify(request_)
    assert outcomes(living) == ["verified"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_finish_may_die_at_any_call(living: Living, daniyar: Person, request_: Request, when: str) -> None:
    living.says(daniyar, "cancel", request_.id)
    empty, number, died = living.desk.snapshot(), 0, True
    while died:
        number += 1
        living.desk.restore(empty)
        with fated(number, when) as fate:
            living.finish(request_.id)
        died = bool(fate.died_at)
        living.finish(request_.id)
        assert (len(living.pointers()), "suppressed_at" in daniyar.row) == (1, False)
        assert len(living.box_texts(request_)) == 2
        assert living.park(request_, "", "", "told") == ""
    assert number > 2


def test_two_finish_at_once(living: Living, daniyar: Person, request_: Request) -> None:
    living.says(daniyar, "cancel", request_.id)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: living.finish(request_.id), range(4)))
    assert len(living.box_texts(request_)) == 2 and len(living.pointers()) == 1, "until its box is closed"


def test_what_is_gone_does_not_stop_the_end(living: Living, daniyar: Person, request_: Request) -> None:
    """Given a contact that ended meanwhile, when the request is cancelled, then it ends all the same."""
    living.says(daniyar, "cancel", request_.id)
    for sk in ("contact", "request"):
        living.delete(daniyar, sk)
    living.finish(request_.id)
    assert living.read(request_.id).done(Step.CLOSED_WITHOUT_ERASURE)
    assert len(living.box_texts(request_)) == 2


# -- escalating


def test_escalating_names_the_failure_once(
    living: Living, request_: Request, capsys: pytest.CaptureFixture[str]
) -> None:
    living.mark(request_.id, {"verified": 1, "graced": 1, "fenced": 1})
    living.verify(request_)
    capsys.readouterr()
    living.escalate(request_.id, "TaskFailed", request_.execution)
    living.escalate(request_.id, "States.Timeout", request_.execution)
    row = living.read(request_.id)
    assert (row.state, row.failure, row.failed_step) == (RequestState.ESCALATED, "TaskFailed", "inventoried")
    assert (row.escalated_at, row.due_at, row.token) == (living.desk.now, living.desk.now + HOUR, "")
    assert capsys.readouterr().out.count('"ErasureEscalated": 1') == 1


@pytest.mark.parametrize(
    ("error", "cause", "failure"),
    [
        ("TaskFailed", json.dumps({"errorMessage": "no_contact", "errorType": "TaskFailed"}), "no_contact"),
        ("TaskFailed", json.dumps({"errorMessage": "Данияр Оспанов"}), "TaskFailed"),
        ("TaskFailed", "not JSON", "TaskFailed"),
        ("TaskFailed", "[]", "TaskFailed"),
        ("TaskFailed", None, "TaskFailed"),
        ("States.Timeout", json.dumps({"errorMessage": "no_contact"}), "States.Timeout"),
        ("Overdue", "", "Overdue"),
        ("", "", "Unknown"),
        ("Данияр Оспанов", "", "Unknown"),
        ("77000000107", "", "Unknown"),
        ("x" * 61, "", "Unknown"),
        (None, None, "Unknown"),
    ],
)
def test_only_words_are_kept_of_an_error(error: Any, cause: Any, failure: str) -> None:
    assert escalate.failure_of({"request_id": "0" * 20, "error": error, "cause": cause}) == failure


def test_a_late_escalation_of_an_earlier_run_changes_nothing(living: Living, request_: Request) -> None:
    living.runs.die(request_.execution)
    living.wake(request_.id)
    before = living.read(request_.id)
    living.escalate(request_.id, "TaskFailed", request_.execution)
    assert living.read(request_.id) == before


# -- what a task says when it fails


def test_a_failing_task_says_a_word_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(request_id: str) -> dict[str, Any]:
        raise ValueError("Данияр Оспанов 77000000107")

    with pytest.raises(TaskFailed) as error:
        run("erase_stores", {"request_id": "0" * 20}, fail)
    assert (str(error.value), error.value.code, error.value.__suppress_context__) == ("ValueError", "ValueError", True)
    assert "77000000107" not in capsys.readouterr().out


def test_a_known_failure_keeps_its_code_and_a_passing_one_its_class() -> None:
    def gone(request_id: str) -> dict[str, Any]:
        raise NotFound("There is no such request.", code="no_contact")

    def busy(request_id: str) -> dict[str, Any]:
        raise Unavailable("again")

    with pytest.raises(TaskFailed, match="^no_contact$"):
        run("notify", {"request_id": "0" * 20}, gone)
    with pytest.raises(Unavailable):
        run("notify", {"request_id": "0" * 20}, busy)
    assert run("notify", {"request_id": "0" * 20}, lambda one: {"outcome": one}) == {"outcome": "0" * 20}
