"""A second notice of the same person, by the same way or another, while a request of theirs is open."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.errors import NotFound
from chalicelib.core.working_days import day_of, day_start, deadline
from chalicelib.erasure.tasks.decide import Decide
from chalicelib.privacy.requests.lateness import missed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.requests.waiting_times import CONFIRM_WITHIN, Wait
from chalicelib.vault.encryption import request_attribute
from tests.support.erasure.living import DANA, Living
from tests.support.erasure.parts import PROFILE
from tests.support.erasure.person import Person

FRIDAY = day_start("2026-11-27") + 12 * HOUR


@pytest.mark.parametrize("source", ["bot", "message"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_the_bound_account_says_to_a_request_of_a_colleague_holds(
    living: Living, daniyar: Person, source: str, when: str
) -> None:
    """Given a paper that a colleague entered, when the person withdraws in the chat too, then silence lifts nothing."""
    request = living.opened(daniyar, source="staff", received_on=day_of(living.desk.now))
    living.soft_suppress(request.id)
    assert living.park(request, "", "", "identity") == ""
    if when == "after":
        living.desk.now += CONFIRM_WITHIN
        living.wake(request.id)
        living.park(request, "", "", "decision")
        assert "suppressed_at" not in daniyar.row
    living.desk.now += HOUR
    if source == "bot":
        living.says(daniyar, "withdraw")
    else:
        living.open_request(daniyar.contact_id, "withdrawal", "message", received_at=living.desk.now)
    if when == "before":
        living.desk.now += CONFIRM_WITHIN
        living.wake(request.id)
        living.park(request, "", "", "decision")
    row = living.read(request.id)
    assert row.bound and row.state == "deciding" and "suppressed_at" in daniyar.row


def test_a_paper_that_was_received_earlier_moves_the_clock_back(living: Living, daniyar: Person) -> None:
    living.desk.now = FRIDAY
    request = living.opened(daniyar)
    day = day_of(FRIDAY - 10 * DAY)
    again = living.open_request(daniyar.contact_id, "withdrawal", "staff", received_on=day, created_by=DANA)
    assert again.request_id == request.id and not again.new
    row = living.read(request.id)
    assert row.received_at == day_start(day)
    assert row.deadline_at == deadline(PROFILE.deadlines["stop_processing"], day_start(day))
    assert row.deadline_at < request.deadline_at and row.alarm_at < request.alarm_at
    assert row.default_at < request.default_at


@pytest.mark.parametrize("waits", ["identity", "decision"])
@pytest.mark.parametrize("days_ago", [20, 30])
def test_an_older_paper_brings_the_default_forward(living: Living, daniyar: Person, waits: str, days_ago: int) -> None:
    """Given a request that waits, when a paper is entered whose limit is near or past, then the run is woken for the
    answer that comes near the limit, and not at the old time."""
    living.desk.now = FRIDAY
    request = living.suppressed(daniyar)
    assert living.park(request, "", "", "identity") == ""
    if waits == "decision":
        living.desk.now += CONFIRM_WITHIN
        living.wake(request.id)
        assert living.park(request, "", "", "decision") == ""
    day = day_of(living.desk.now - days_ago * DAY)
    living.open_request(daniyar.contact_id, "withdrawal", "staff", received_on=day, created_by=DANA)
    row = living.read(request.id)
    for _ in range(3):
        living.desk.now = max(living.desk.now, living.read(request.id).due_at)
        assert living.desk.now <= row.at(Step.OUTREACH_PAUSED) + CONFIRM_WITHIN + HOUR
        living.wake(request.id)
        living.park(request, "", "", "decision")
        if living.read(request.id).done(Step.DEFAULTED):
            break
    row = living.read(request.id)
    assert row.done(Step.DEFAULTED) and row.waits == Wait.DECISION


def test_a_run_that_parks_while_the_terms_move_goes_by_the_new_ones(
    living: Living, daniyar: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    living.desk.now = FRIDAY
    request = living.suppressed(daniyar)
    living.desk.now += CONFIRM_WITHIN
    begin, moved = Decide.begin, list[bool]()

    def overtaken(self: Decide, one: Request, now: int, refused: frozenset[str]) -> Any:
        if not moved:
            moved.append(True)
            living.open_request(daniyar.contact_id, "withdrawal", "staff", received_on="2026-11-10", created_by=DANA)
        return begin(self, one, now, refused)

    monkeypatch.setattr(Decide, "begin", overtaken)
    assert living.park(request, "", "", "decision") == ""
    row = living.read(request.id)
    assert row.received_on == "2026-11-10" and row.due_at == row.default_at > living.desk.now


def test_a_paper_that_was_received_later_moves_nothing(living: Living, daniyar: Person) -> None:
    request = living.opened(daniyar)
    living.desk.now += 2 * DAY
    living.open_request(daniyar.contact_id, "withdrawal", "staff", received_on=day_of(living.desk.now), created_by=DANA)
    assert living.read(request.id) == request


def test_who_withdraws_while_silence_lifts_is_not_released(
    living: Living, daniyar: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a colleague's request whose time to confirm is over, when the person withdraws in the chat between the
    run's read and its write, then the suppression stands."""
    request = living.opened(daniyar, source="staff", received_on=day_of(living.desk.now))
    living.soft_suppress(request.id)
    assert living.park(request, "", "", "identity") == ""
    living.desk.now += CONFIRM_WITHIN
    living.wake(request.id)
    begin, said = Decide.begin, list[bool]()

    def overtaken(self: Decide, one: Request, now: int, refused: frozenset[str]) -> Any:
        if not said:
            said.append(True)
            living.says(daniyar, "withdraw")
        return begin(self, one, now, refused)

    monkeypatch.setattr(Decide, "begin", overtaken)
    assert living.park(request, "", "", "decision") == ""
    row = living.read(request.id)
    assert row.bound and row.state == "deciding" and "suppressed_at" in daniyar.row
    assert missed(row, row.deadline_at + 1) == ("answered",), "it was stopped, and had no answer"


@pytest.mark.parametrize("rivals", [2, 6])
def test_many_notices_at_once_leave_the_earliest(living: Living, daniyar: Person, rivals: int) -> None:
    living.desk.now = FRIDAY
    request = living.suppressed(daniyar)
    days = [day_of(FRIDAY - number * DAY) for number in range(1, rivals + 1)]

    def enter(day: str) -> str:
        return living.open_request(
            daniyar.contact_id, "deletion", "staff", received_on=day, created_by=DANA, evidence=day
        ).request_id

    with ThreadPoolExecutor(rivals) as pool:
        assert set(pool.map(enter, days)) == {request.id}
    row = living.read(request.id)
    assert (row.received_at, row.received_on, row.kind) == (day_start(days[-1]), days[-1], "withdrawal")
    assert int(living.store.item(request.id)["activity"]) == row.deadline_at
    kept = living.unsealed(
        daniyar, request_attribute(request.id, "evidence"), living.store.item(request.id)["evidence"]
    )
    assert kept in days


@pytest.mark.parametrize("done", ["fenced", "cancelled", "refused", "finished"])
def test_a_late_notice_changes_nothing_of_what_is_over_or_begun(living: Living, daniyar: Person, done: str) -> None:
    living.desk.now = FRIDAY
    request = living.suppressed(daniyar)
    before = living.mark(request.id, {done: 1})
    with suppress(NotFound):
        living.open_request(daniyar.contact_id, "withdrawal", "staff", received_on="2026-11-20", created_by=DANA)
    after = living.read(request.id)
    assert (after.received_at, after.deadline_at, after.bound_at) == (before.received_at, before.deadline_at, 0)
