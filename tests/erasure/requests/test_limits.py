"""The law's limit: when it comes near, what the person gets then, and what it may have passed without."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.working_days import day_of, day_start, deadline, default_time, working_days_between
from chalicelib.privacy import monitor_requests as watch_requests
from chalicelib.privacy.requests.lateness import missed, near_deadline
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.requests.waiting_times import CONFIRM_WITHIN
from tests.support.erasure.asking import LIMIT, WEDNESDAY, asked, entered, watch
from tests.support.erasure.living import Living
from tests.support.erasure.parts import PROFILE
from tests.support.erasure.person import Person


@pytest.mark.parametrize("days_ago", [0, 5, 13, 14, 15, 16, 20, 21, 22, 60])
def test_a_paper_that_lay_is_alarmed_of_at_once(
    living: Living, daniyar: Person, monkeypatch: pytest.MonkeyPatch, days_ago: int
) -> None:
    """Given a paper from before the last ten working days, then the first look of the watch rings."""
    seen: dict[str, float] = {}
    monkeypatch.setattr(watch_requests, "count", lambda name, value=1: seen.update({name: value}))
    request = entered(living, daniyar, days_ago)
    watch(living)
    late = working_days_between(request.received_at, WEDNESDAY) > 10
    assert seen["ErasureNearDeadline"] == near_deadline(request, WEDNESDAY) == late
    assert request.alarm_at == deadline(PROFILE.deadlines["erasure_alarm"], request.received_at)


@pytest.mark.parametrize("days_ago", [0, 19, 22, 60])
def test_what_comes_late_gets_its_answer_when_nobody_confirmed(living: Living, daniyar: Person, days_ago: int) -> None:
    """Given a paper that lay, when nobody has confirmed within two days and the default's time is past, then the person
    is answered as soon as the run waits for colleagues."""
    request = entered(living, daniyar, days_ago)
    living.soft_suppress(request.id)
    living.park(request, "", "", "identity")
    living.desk.now += CONFIRM_WITHIN
    living.wake(request.id)
    assert living.park(request, "", "", "decision") == ""
    row = living.read(request.id)
    late = request.default_at <= living.desk.now
    assert row.at(Step.DEFAULTED) == (living.desk.now if late else 0)
    assert len(living.box_texts(row)) == (2 if late else 1)
    assert row.due_at > living.desk.now


@given(st.integers(0, 2_000))
def test_the_default_comes_in_the_morning_of_the_working_day_before_the_limit(days: int) -> None:
    received = day_start("2024-01-01") + days * DAY + 7 * HOUR
    limit, default = (
        deadline(PROFILE.deadlines["stop_processing"], received),
        default_time(PROFILE.deadlines["stop_processing"], received),
    )
    assert received < default < limit and working_days_between(default, limit) == 1
    assert default == day_start(day_of(default)) + 10 * HOUR
    assert working_days_between(default - DAY, default) == 1, "a working day"


BOTH = ("stopped", "answered")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked("bot", "received"), BOTH),
        (asked("bot", suppressed=85), ("answered",)),
        (asked("message", suppressed=85), ("answered",)),
        (asked("bot", suppressed=101), BOTH),
        (asked("bot", suppressed=85, default_arrived=99), ()),
        (asked("bot", suppressed=85, default_arrived=101), ("answered",)),
        (asked("bot", suppressed=85, verified=90, announced=90, told=99), ()),
        (asked("bot", suppressed=85, verified=90, announced=90), ("answered",)),
        # It was stopped from the beginning, though the fence closed late.
        (asked("bot", "destroying", suppressed=85, verified=90, announced=90, told=99, fenced=102), ()),
        (asked("bot", "destroying", suppressed=85, verified=90, announced=90, told=101, fenced=102), ("answered",)),
        # Nobody knows that the person asked: after two days the processing goes on.
        (asked("staff", "deciding", suppressed=85, default_arrived=99), ("stopped",)),
        (asked("staff", "deciding", suppressed=85), BOTH),
        (asked("staff", "telling", suppressed=85, verified=86, announced=86, told=99), ()),
        (asked("staff", "telling", suppressed=85, verified=95, announced=95, told=99), ()),
        (asked("staff", "telling", suppressed=85, verified=101, announced=101, default_arrived=99), ("stopped",)),
        (asked("staff", "destroying", suppressed=85, verified=101, announced=101, told=102, fenced=103), BOTH),
        (asked("staff", "verifying", suppressed=99), ("answered",)),
        # What came to nothing in time has missed nothing; what ended late had no answer before.
        (asked("bot", suppressed=85, cancelled=99), ()),
        (asked("staff", "deciding", suppressed=85, refused=99), ()),
        (asked("bot", "cancelled", suppressed=85, cancelled=98, finished=99), ()),
        (asked("bot", "cancelled", suppressed=85, cancelled=101, finished=102), ("answered",)),
        (asked("bot", "refused", suppressed=85, refused=101, default_arrived=99), ()),
        (asked("staff", "refused", suppressed=85, refused=101, finished=101), BOTH),
        # Of the release before: answered by the last answer alone.
        (asked("bot", "complete", suppressed=85, verified=86, fenced=90, notified=91, box_closed=92), ()),
    ],
)  # fmt: skip
def test_what_the_limit_passed_without(request_: Request, expected: tuple[str, ...]) -> None:
    assert missed(request_, LIMIT + 1) == expected
    assert missed(request_, LIMIT) == (), "not before it has passed"


@pytest.mark.parametrize("state", [RequestState.VERIFYING, RequestState.DECIDING, RequestState.TELLING])
def test_the_end_of_news_alone_misses_no_limit(state: RequestState) -> None:
    assert missed(replace(asked("staff", str(state)), kind="opt_out"), LIMIT + DAY) == ()
