"""How a run waits and is answered, whoever comes first and whoever dies in between."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.ids import MessageRef
from chalicelib.core.working_days import day_of
from chalicelib.entrypoints import workflow
from chalicelib.erasure.task import TaskFailed
from chalicelib.erasure.tasks.block_writes import BlockWrites
from chalicelib.erasure.tasks.drain_writers import DRAIN_FOR
from chalicelib.erasure.write_barrier import WriteBarrier
from chalicelib.privacy.mailbox.writes import default_answer
from chalicelib.privacy.requests.lateness import missed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import next_step, state_by_steps
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.requests.waiting_times import CONFIRM_WITHIN, DELIVER_WITHIN, Wait, outcome
from chalicelib.wiring import erasure as wiring_erasure
from tests.support.erasure.living import Living, outcomes
from tests.support.erasure.living import request_ as request_
from tests.support.erasure.person import Person

if TYPE_CHECKING:
    from collections.abc import Callable

GRACE = 4 * HOUR


# -- parking and waking, in both orders


def test_a_request_waits_for_the_second_press(living: Living, daniyar: Person, request_: Request) -> None:
    assert living.verify(request_) == ""
    row = living.read(request_.id)
    assert (row.state, row.waits, row.due_at) == (
        "verifying",
        Wait.IDENTITY,
        request_.at("suppressed") + CONFIRM_WITHIN,
    )
    living.says(daniyar, "confirm", request_.id)
    assert outcomes(living) == ["verified"]
    assert (living.read(request_.id).token, living.read(request_.id).waits) == ("", "")


def test_a_press_before_the_token_is_parked_is_not_lost(living: Living, daniyar: Person, request_: Request) -> None:
    living.says(daniyar, "confirm", request_.id)
    assert outcomes(living) == []
    assert living.verify(request_) == "verified"
    assert outcomes(living) == ["verified"]


def test_a_press_between_parking_and_reading_again(
    living: Living, daniyar: Person, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given the press while the task writes, when both have ended, then the run was answered once."""
    store = type(living.store)
    run_, pressed = store.run, list[bool]()

    def press_first(self: Any, *writes: Any) -> Any:
        if not pressed:
            pressed.append(True)
            living.says(daniyar, "confirm", request_.id)
        return run_(self, *writes)

    monkeypatch.setattr(store, "run", press_first)
    assert living.verify(request_) == "verified"
    assert outcomes(living) == ["verified"]


@pytest.mark.parametrize("rivals", [2, 8])
def test_waking_often_answers_once(living: Living, daniyar: Person, request_: Request, rivals: int) -> None:
    living.verify(request_)
    living.mark(request_.id, {"verified": living.desk.now})
    with ThreadPoolExecutor(rivals) as pool:
        list(pool.map(lambda _: living.wake(request_.id), range(rivals)))
    living.wake(request_.id)
    assert outcomes(living) == ["verified"]
    assert list(living.runs.given) == [f"{request_.id}-1"]


def test_press_and_parking_at_the_same_time(living: Living, daniyar: Person, request_: Request) -> None:
    living.ask(daniyar, "confirm", request_.id)
    with ThreadPoolExecutor(2) as pool:
        tasks: list[Callable[[], Any]] = [lambda: living.verify(request_), lambda: living.asks(daniyar.contact_id)]
        list(pool.map(lambda task: task(), tasks))
    assert outcomes(living) == ["verified"]


# -- each wait


def test_the_time_to_confirm_ends_and_colleagues_decide(living: Living, daniyar: Person, request_: Request) -> None:
    """Given a withdrawal from the bound account, silence lifts nothing."""
    living.verify(request_)
    assert "suppressed_at" in daniyar.row
    living.desk.now += CONFIRM_WITHIN
    living.wake(request_.id)
    assert outcomes(living) == ["expired"]
    assert living.park(request_, "", "", "decision") == ""
    row = living.read(request_.id)
    assert (row.state, row.due_at) == (RequestState.DECIDING, row.default_at)
    assert "suppressed_at" in daniyar.row
    living.decide(request_.id, "erase")
    assert outcomes(living) == ["expired", "verified"]
    assert living.park(request_, "", "", "telling") == ""
    assert "suppressed_at" in daniyar.row


def test_what_nobody_proved_suppresses_for_two_days(living: Living, daniyar: Person) -> None:
    """Given a request that a colleague entered, silence lifts the suppression; proof brings it back."""
    opened = living.opened(daniyar, source="staff", received_on=day_of(living.desk.now))
    living.soft_suppress(opened.id)
    living.verify(opened)
    assert "suppressed_at" in daniyar.row
    living.desk.now += CONFIRM_WITHIN
    living.wake(opened.id)
    assert living.park(opened, "", "", "decision") == ""
    assert "suppressed_at" not in daniyar.row
    living.decide(opened.id, "erase")
    assert living.park(opened, "", "", "telling") == ""
    assert "suppressed_at" in daniyar.row


@pytest.mark.parametrize("source", ["bot", "staff"])
def test_near_the_law_s_limit_the_person_gets_an_answer_once_and_nothing_is_destroyed(
    living: Living, daniyar: Person, source: str
) -> None:
    opened = living.opened(daniyar, source=source, received_on=day_of(living.desk.now))
    living.soft_suppress(opened.id)
    assert living.park(opened, "", "", "decision") == ""
    texts = len(living.box_texts(living.read(opened.id)))
    living.desk.now = opened.default_at
    living.wake(opened.id)
    assert outcomes(living) == ["overdue"]
    assert living.park(opened, "", "", "decision") == ""
    row = living.read(opened.id)
    assert (row.state, row.at(Step.DEFAULTED)) == (RequestState.DECIDING, opened.default_at)
    assert ("suppressed_at" in daniyar.row) is (source == "bot")
    assert len(living.box_texts(row)) == texts + 1
    stopped = () if source == "bot" else ("stopped",)
    assert missed(row, opened.deadline_at + 1) == (*stopped, "answered"), "what did not arrive is no answer"
    ref = MessageRef.parse(default_answer(row))
    assert ref is not None
    living.status(ref, "sent")
    living.wake(opened.id)
    row = living.read(opened.id)
    assert row.done(Step.DEFAULT_ARRIVED) and missed(row, opened.deadline_at + 1) == stopped
    living.desk.now = row.due_at
    living.wake(opened.id)
    assert living.park(opened, "", "", "decision") == ""
    assert len(living.box_texts(row)) == texts + 1
    living.says(daniyar, "confirm", opened.id)
    assert outcomes(living) == ["overdue", "overdue", "verified"]


def test_the_time_to_think_again_begins_when_the_person_was_told(
    living: Living, daniyar: Person, request_: Request
) -> None:
    living.says(daniyar, "confirm", request_.id)
    assert living.park(request_, "", "", "telling") == ""
    assert living.park(request_, "", "", "telling") == ""
    row = living.read(request_.id)
    assert (row.state, row.waits, row.told_by) == (RequestState.TELLING, Wait.TELLING, "")
    assert len(living.box_texts(row)) == 2  # the question, and this
    assert all(word in living.box_texts(row)[1] for word in (row.certificate_id, "certificates"))
    living.desk.now += 60 * DAY
    living.wake(request_.id)
    assert outcomes(living) == [], "only proof ends this waiting"
    told = living.desk.now
    row = living.arrives(request_.id)
    assert outcomes(living) == ["told"]
    assert (row.at(Step.TOLD), row.told_by) == (told, "accepted")
    living.desk.now += 1
    assert living.park(request_, "", "", "grace") == ""
    row = living.read(request_.id)
    assert (row.state, row.due_at) == (RequestState.COOLING_OFF, told + GRACE)
    living.desk.now = told + GRACE - 1
    living.wake(request_.id)
    assert outcomes(living) == ["told"]
    living.desk.now += 1
    living.wake(request_.id)
    assert outcomes(living) == ["told", "due"]
    # Whoever cancels now is too late, though nothing has begun yet.
    living.says(daniyar, "cancel", request_.id)
    assert not living.read(request_.id).done(Step.CANCELLED)


def test_a_run_that_comes_late_takes_no_time_to_think_from_the_person(
    living: Living, daniyar: Person, request_: Request
) -> None:
    """Given somebody whose run died after they confirmed, then they are told all the same, with the whole time to
    cancel; and once told, no later run gives them more."""
    living.says(daniyar, "confirm", request_.id)
    living.desk.now += 2 * GRACE
    assert living.park(request_, "", "", "telling") == ""
    told = living.desk.now
    living.arrives(request_.id)
    assert living.park(request_, "", "", "grace") == ""
    row = living.read(request_.id)
    assert row.due_at == told + GRACE
    assert len(living.box_texts(row)) == 2  # the question, and this
    living.desk.now += GRACE // 2
    assert living.park(request_, "", "", "grace") == ""
    assert living.read(request_.id).due_at == told + GRACE


def test_a_run_of_the_release_before_tells_the_person_before_anything_is_destroyed(
    living: Living, daniyar: Person, request_: Request
) -> None:
    """Given an execution whose definition knows no telling, which has announced in words that held no certificate,
    then the person is told anew, and the fence does not close before."""
    living.mark(request_.id, {"verified": living.desk.now, "announced": living.desk.now, "graced": living.desk.now})
    hard = BlockWrites(living.store, WriteBarrier(living.desk.gateway(), living.store), living.clock)
    assert hard(request_.id) == {"outcome": "held"}
    row = living.read(request_.id)
    assert (row.state, row.done(Step.COOLED_OFF)) == (RequestState.TELLING, False)
    assert living.park(request_, "", "", "grace") == ""
    living.desk.now += 2 * DAY
    living.wake(request_.id)
    assert outcomes(living) == []
    told = living.desk.now
    assert living.arrives(request_.id).due_at == told + GRACE
    assert outcomes(living) == []
    living.desk.now += GRACE
    living.wake(request_.id)
    assert outcomes(living) == ["due"]
    assert hard(request_.id) == {"outcome": "fenced"}


def test_what_the_release_before_called_told_is_the_last_answer(living: Living, request_: Request) -> None:
    living.mark(request_.id, {"certified": 5}, **{"steps.told": 7})
    row = living.read(request_.id)
    assert (row.at(Step.NOTIFIED), row.done(Step.TOLD)) == (7, False)


def test_of_cancelling_and_the_end_of_the_grace_one_wins(living: Living, daniyar: Person, request_: Request) -> None:
    for _ in range(6):
        living.runs.answered.clear()
        done = {"verified": living.desk.now, "told": living.desk.now}
        living.mark(request_.id, done, told_by="accepted", **{"steps.graced": None, "steps.cancelled": None})
        living.park(request_, "", "", "grace")
        living.desk.now += GRACE
        living.ask(daniyar, "cancel", request_.id)
        with ThreadPoolExecutor(3) as pool:
            wakes: list[Callable[[], Any]] = [lambda: living.wake(request_.id)] * 2
            tasks = [lambda: living.asks(daniyar.contact_id), *wakes]
            list(pool.map(lambda task: task(), tasks))
        row = living.read(request_.id)
        assert row.done(Step.COOLED_OFF) is not row.done(Step.CANCELLED)
        assert outcomes(living) == ["due" if row.done(Step.COOLED_OFF) else "cancelled"]


def test_the_other_waits(living: Living, request_: Request) -> None:
    at = living.desk.now
    for wait, steps, due in (
        ("settle", {"erased": at}, at + DRAIN_FOR),
        ("told", {"absent": at + 5}, at + 5 + DELIVER_WITHIN),
        ("backups", {"absent": at + 6, "box_closed": at + 7}, at + 7 + 14 * DAY + HOUR),
        ("backups", {"backups_checked": at + 20 * DAY}, at + 21 * DAY),
        ("told", {"finished": at + 9, "box_closed": None}, at + 9 + DELIVER_WITHIN),
    ):
        living.mark(request_.id, steps)
        assert living.park(request_, "", "", wait) == ""
        row = living.read(request_.id)
        assert (row.waits, row.due_at, row.state) == (wait, due, "verifying")
        living.desk.now = due
        living.wake(request_.id)
        living.desk.now = at
    assert outcomes(living) == ["due"] * 5
    assert living.read(request_.id).at("settled") == at + DRAIN_FOR


def test_writers_are_not_drained_after_a_pass_that_was_taken_back(living: Living, request_: Request) -> None:
    """Given a wait between the passes whose end was not written down, when the verifier sends the request back to the
    eraser, then the old wait marks nothing: the next pass has not been made yet."""
    living.mark(request_.id, {"erased": living.desk.now})
    assert living.park(request_, "", "", "settle") == ""
    living.mark(request_.id, {"erased": None})
    living.desk.now += DRAIN_FOR
    living.wake(request_.id)
    assert not living.read(request_.id).done(Step.WRITERS_DRAINED)


@pytest.mark.parametrize("wait", ["identity", "telling", "grace", "settle", "told", "backups"])
def test_nobody_waits_for_what_has_not_begun(living: Living, daniyar: Person, wait: str) -> None:
    request = living.opened(daniyar)
    with pytest.raises(TaskFailed, match="out_of_order"):
        living.park(request, "", "", wait)


# -- the pure rules behind it


def made(**more: Any) -> Request:
    times = {"received_at": 1, "deadline_at": 9, "alarm_at": 5}
    words = dict.fromkeys(
        ("id", "kind", "source", "contact_id", "conversation_id", "channel", "account", "language"), ""
    )
    return Request(**{**words, **times, "kind": "deletion", "state": "escalated", **more})


@pytest.mark.parametrize(
    ("steps", "state", "following"),
    [
        ("", "received", "suppressed"),
        ("suppressed", "verifying", "verified"),
        ("suppressed verified announced", "telling", "told"),
        ("suppressed verified announced told", "grace", "graced"),
        ("suppressed verified told graced", "destroying", "fenced"),
        ("suppressed verified graced fenced inventoried key_destroyed", "destroying", "erased"),
        ("suppressed cancelled", "verifying", "finished"),
        ("suppressed verified refused finished", "telling", "box_closed"),
        ("suppressed verified graced fenced inventoried key_destroyed erased settled swept absent certified"
         " notified box_closed", "waiting_for_backups", "final"),
    ],
)  # fmt: skip
def test_state_and_next_step_follow_from_what_is_done(steps: str, state: str, following: str) -> None:
    request = made(steps=dict.fromkeys(steps.split(), 1))
    assert (state_by_steps(request), next_step(request)) == (state, following)


@pytest.mark.parametrize(
    ("waits", "steps", "now", "expected"),
    [
        ("identity", "", 9, ""), ("identity", "", 10, "expired"), ("identity", "verified", 10, "verified"),
        ("identity", "verified cancelled", 0, "cancelled"), ("identity", "refused", 10, "refused"),
        ("decision", "", 10, "overdue"), ("decision", "verified", 10, "verified"),
        ("decision", "refused", 0, "refused"),
        ("grace", "verified", 9, ""), ("grace", "verified", 10, "due"), ("grace", "cancelled", 10, "cancelled"),
        ("telling", "verified", 10, ""), ("telling", "told", 9, "told"), ("telling", "refused", 9, "refused"),
        ("settle", "cancelled", 9, ""), ("settle", "", 10, "due"), ("told", "cancelled", 10, "due"),
        ("backups", "", 10, "due"), ("", "verified", 9, ""),
    ],
)  # fmt: skip
def test_how_a_waiting_ends(waits: str, steps: str, now: int, expected: str) -> None:
    assert outcome(made(waits=waits, due_at=10, steps=dict.fromkeys(steps.split(), 1)), now) == expected


# -- as the machine calls them


@pytest.fixture
def wired(living: Living, monkeypatch: pytest.MonkeyPatch) -> Living:
    for name, part in {
        "waiting": living.waiting, "decide": living.undecided, "tell": living.tell, "cooling_off": living.grace,
        "close_without_erasure": living.finish, "escalate": living.escalate,
    }.items():  # fmt: skip
        monkeypatch.setattr(wiring_erasure, name, lambda part=part: part)
    return living


@pytest.mark.parametrize(
    ("task", "steps", "waits"),
    [
        (workflow.verify_identity, "", "identity"),
        (workflow.decide, "", "decision"),
        (workflow.tell, "verified", "telling"),
        (workflow.cooling_off, "verified told", "grace"), (workflow.cooling_off, "verified", "grace"),
        (workflow.drain_writers, "erased", "settle"), (workflow.await_delivery, "absent", "told"),
        (workflow.wait_backups, "absent box_closed", "backups"),
    ],
)  # fmt: skip
def test_tasks_that_wait(wired: Living, request_: Request, task: Any, steps: str, waits: str) -> None:
    wired.mark(request_.id, dict.fromkeys(steps.split(), wired.desk.now))
    token = wired.runs.token(request_.execution)
    assert task({"request_id": request_.id, "token": token, "execution": request_.execution}) == {"outcome": ""}
    row = wired.read(request_.id)
    assert (row.waits, row.token) == (waits, token)
    other = {"request_id": request_.id, "token": "another", "execution": f"{request_.id}-7"}
    assert task(other) == {"outcome": "stale"}
    with pytest.raises(TaskFailed, match="no_request"):
        task({"request_id": "0" * 20, "token": token})


def test_tasks_that_end_or_fail(wired: Living, daniyar: Person, request_: Request) -> None:
    wired.says(daniyar, "cancel", request_.id)
    assert workflow.close_without_erasure({"request_id": request_.id}) == {}
    assert wired.read(request_.id).done(Step.CLOSED_WITHOUT_ERASURE)
    assert workflow.escalate({"request_id": request_.id, "error": "Unforeseen"}) == {}
    row = wired.read(request_.id)
    assert (row.state, row.failure, row.failed_step) == ("escalated", "Unforeseen", "box_closed")
