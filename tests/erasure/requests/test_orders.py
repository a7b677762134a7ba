"""Orders of events about a request that people and clocks bring about, and what must be true after each."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.certificates.model import approved_by
from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.errors import BadInput, Conflict
from chalicelib.core.working_days import day_of, day_start, deadline, default_time
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.queues import WakeUp
from chalicelib.entrypoints import stream_router as relay
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import checked_by, letter_by, shown_state
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.requests.waiting_times import CONFIRM_WITHIN, Wait, identity_until
from tests.support.erasure.asking import asked, entered
from tests.support.erasure.living import DANA, ERLAN, Living, outcomes
from tests.support.erasure.parts import PROFILE
from tests.support.erasure.person import Person

FRIDAY = day_start("2026-11-27") + 12 * HOUR
GRACE = 4 * HOUR


def telling(living: Living, person: Person, **more: Any) -> Request:
    request = living.opened(person, **more)
    living.soft_suppress(request.id)
    return living.mark(request.id, {"verified": living.desk.now}, identity="staff")


# -- a letter


def test_a_day_of_posting_that_no_calendar_has_is_refused(living: Living, daniyar: Person) -> None:
    living.desk.now = FRIDAY
    request = telling(living, daniyar)
    assert living.park(request, "", "", "telling") == ""
    living.desk.now = FRIDAY + 5 * DAY
    for written in ("2026-11-31", "2026-11-99", "20261130", "2026-W49-1"):
        with pytest.raises(BadInput) as error:
            living.deciding.propose(request.id, "letter", DANA, posted_on=written)
        assert error.value.code == "posted_on"


def test_after_a_letter_a_run_of_the_release_before_waits_until_it_has_arrived(living: Living, daniyar: Person) -> None:
    """Given a run that tells in its Grace, for it knows no Tell, then the person has the same time to think again."""
    living.desk.now = FRIDAY
    request = telling(living, daniyar)
    assert living.park(request, "", "", "grace") == ""
    living.desk.now += HOUR
    living.decide(request.id, "letter", "", posted_on="2026-11-27")
    row = living.read(request.id)
    assert row.done(Step.TOLD) and outcomes(living) == [] and not row.done(Step.COOLED_OFF)
    assert row.due_at >= day_start("2026-12-05") + GRACE - 1
    living.says(daniyar, "cancel")
    assert outcomes(living) == ["cancelled"]


# -- who decided what


def test_who_says_that_a_letter_was_posted_has_not_checked_identity(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    living.decide(request.id, "erase")
    assert living.park(request, "", "", "telling") == ""
    living.desk.now += HOUR
    third = "5f0c1c1e-0000-4000-8000-00000000000f"
    living.deciding.propose(request.id, "letter", third, posted_on=day_of(living.desk.now))
    living.deciding.agree(request.id, DANA)
    row = living.read(request.id)
    assert (row.decided_by, row.approved_by) == (DANA, ERLAN)


def test_who_has_a_failed_run_go_on_has_decided_nothing(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    living.escalate(request.id, "Unknown")
    living.deciding.go_on(request.id, DANA)
    assert living.read(request.id).decided_by == ""


# -- late words


def test_a_cancel_that_was_said_before_the_request_cancels_nothing(living: Living, daniyar: Person) -> None:
    """Given "cancel", said about an order, which a provider delivers after the withdrawal that was said later."""
    request = living.suppressed(daniyar)
    said_at = request.received_at - 2_000
    ref = f"{daniyar.conversation_id}.{said_at:013d}.{'b' * 32}"
    living.says(daniyar, "cancel", message_ref=ref)
    assert not living.read(request.id).done(Step.CANCELLED)
    living.says(daniyar, "cancel", message_ref=f"{daniyar.conversation_id}.{request.received_at:013d}.{'c' * 32}")
    assert living.read(request.id).done(Step.CANCELLED)


# -- the limit


@pytest.mark.parametrize("days_ago", [17, 18, 19, 20, 21])
def test_whoever_enters_late_the_answer_comes_before_the_limit(living: Living, daniyar: Person, days_ago: int) -> None:
    """Given a paper whose limit comes before the two days to confirm are over, then the person is answered in time."""
    request = entered(living, daniyar, days_ago)
    living.soft_suppress(request.id)
    assert living.park(request, "", "", "identity") == ""
    row = living.read(request.id)
    if row.deadline_at < living.desk.now:
        return
    for _ in range(3):
        row = living.read(request.id)
        if row.done(Step.DEFAULTED):
            break
        living.desk.now = row.due_at
        living.wake(request.id)
        living.park(request, "", "", "decision")
    row = living.read(request.id)
    assert row.waits == Wait.DECISION and 0 < row.at(Step.DEFAULTED) < row.deadline_at


# -- an opt-out from a paper


def test_an_opt_out_from_a_paper_keeps_its_day(living: Living, daniyar: Person) -> None:
    living.desk.now = FRIDAY
    opened = living.open_request(daniyar.contact_id, "opt_out", "staff", received_on="2026-11-20", created_by=DANA)
    assert living.read(opened.request_id).received_on == "2026-11-20"


@pytest.mark.parametrize("written", ["20261120", "2026-W47-5", "2026-11-20T00:00", " 2026-11-20", "２０２６-11-20"])
@pytest.mark.parametrize("kind", ["withdrawal", "opt_out"])
def test_a_day_of_receipt_has_one_form(living: Living, daniyar: Person, written: str, kind: str) -> None:
    living.desk.now = FRIDAY
    with pytest.raises(BadInput) as error:
        living.open_request(daniyar.contact_id, kind, "staff", received_on=written, created_by=DANA)
    assert error.value.code == "received_on"


def test_a_refusal_holds_no_number_of_a_document(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    with pytest.raises(BadInput) as error:
        living.decide(request.id, "refuse", "ИИН 880101 300123 в заявлении не тот, личность не доказана")
    assert error.value.code == "document"


def test_of_one_proposal_nobody_agrees_to_another(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    living.deciding.propose(request.id, "erase", DANA, check="in_person")
    seen = living.read(request.id).proposal
    assert seen is not None
    living.desk.now += 1
    living.deciding.propose(request.id, "erase", DANA, check="notary")
    with pytest.raises(Conflict):
        living.deciding.agree(request.id, ERLAN, seen.seen)


def test_what_one_officer_of_the_release_before_approved_no_letter_makes_two(living: Living, daniyar: Person) -> None:
    """Given a request that one officer confirmed, when two others say that a letter was posted, then the certificate
    says that one approved the destruction, and the page who checked identity."""
    request = living.suppressed(daniyar)
    living.mark(request.id, {"verified": living.desk.now}, identity="staff", decided_by=DANA)
    assert living.park(request, "", "", "telling") == ""
    living.deciding.propose(request.id, "letter", ERLAN, posted_on=day_of(living.desk.now))
    living.deciding.agree(request.id, DANA)
    row = living.read(request.id)
    assert approved_by(row) == "privacy_officer" and checked_by(row) == DANA
    assert list(letter_by(row)) == [ERLAN, DANA]


def test_who_refuses_what_was_confirmed_has_not_checked_identity(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    living.decide(request.id, "erase")
    living.deciding.propose(request.id, "refuse", ERLAN, ground="law", reason="Закон велит хранить счета.")
    living.deciding.agree(request.id, DANA)
    row = living.read(request.id)
    assert (row.decided_by, row.approved_by, checked_by(row)) == (ERLAN, DANA, DANA)


def test_what_was_proposed_anew_is_not_taken_back_by_who_read_the_one_before(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    living.deciding.propose(request.id, "erase", DANA, check="in_person")
    seen = living.read(request.id).proposal
    assert seen is not None
    living.desk.now += 1
    living.deciding.propose(request.id, "erase", DANA, check="notary")
    with pytest.raises(Conflict) as error:
        living.deciding.take_back(request.id, seen.seen)
    assert error.value.code == "no_proposal" and living.read(request.id).proposal is not None
    living.deciding.take_back(request.id)
    living.deciding.take_back(request.id)
    assert living.read(request.id).proposal is None


@pytest.mark.parametrize("name", ["decided_by", "letter_by", "resumed_by"])
def test_every_act_of_colleagues_rings_for_the_run_that_waits(living: Living, daniyar: Person, name: str) -> None:
    request = living.suppressed(daniyar)
    assert living.park(request, "", "", "identity") == ""
    item = {**living.store.item(request.id), name: [DANA, ERLAN] if name == "letter_by" else DANA}
    record = {"eventID": "1", "eventName": "MODIFY", "dynamodb": {"NewImage": attribute_values(item)}}
    assert relay._wake_up(record) == ("privacy", WakeUp({"request_id": request.id}))


@given(
    received=st.integers(0, 800 * 24), waited=st.integers(0, 40 * 24), bound=st.booleans(),
)  # fmt: skip
def test_the_time_to_confirm_leaves_room_for_the_answer(received: int, waited: int, bound: bool) -> None:
    at = day_start("2025-01-01") + received * HOUR
    suppressed, term = at + waited * HOUR, PROFILE.deadlines["stop_processing"]
    one = replace(asked("bot" if bound else "staff"), received_at=at, steps={"suppressed": suppressed},
                  deadline_at=deadline(term, at), default_at=default_time(term, at))  # fmt: skip
    until = identity_until(one)
    assert suppressed < until <= suppressed + CONFIRM_WITHIN
    if suppressed < one.default_at:
        assert until <= max(one.default_at, suppressed)
    if suppressed < one.deadline_at:
        assert until < one.deadline_at
    else:
        assert until == suppressed + CONFIRM_WITHIN


# -- taken back by mail


@pytest.mark.parametrize("wait", ["telling", "grace"])
def test_who_takes_it_back_by_mail_has_cancelled_and_not_been_refused(
    living: Living, daniyar: Person, wait: str
) -> None:
    """Given a letter that says "write to our mail to cancel", when two officers say that the person did, then it ends
    as after a press in the chat, and no press in the chat is made up."""
    request = living.suppressed(daniyar)
    living.decide(request.id, "erase")
    assert living.park(request, "", "", "telling") == ""
    if wait == "grace":
        living.decide(request.id, "letter", "", posted_on=day_of(living.desk.now))
        assert living.park(request, "", "", "grace") == ""
    assert daniyar.row["opted_out_by"] == request.id
    heard = living.desk.now
    living.desk.now += 3 * HOUR
    living.decide(request.id, "cancel", "Написал на почту, что передумал.")
    assert outcomes(living)[-1] == "cancelled"
    living.finish(request.id)
    row = living.read(request.id)
    assert row.cancelled_by == [DANA, ERLAN] and not row.done(Step.REFUSED)
    assert shown_state(row) == "cancelled" and "opted_out_by" not in daniyar.row and "suppressed_at" not in daniyar.row
    assert any("отменено" in text or "отменён" in text for text in living.box_texts(row)[-1:]), living.box_texts(row)
    assert row.box is not None
    (head,) = [one for one in living.desk.of("head") if one["conversation_id"] == row.box.conversation_id]
    assert head["last_inbound_at"] <= heard
    with pytest.raises(Conflict):
        living.decide(request.id, "cancel", "")


@pytest.mark.parametrize("done", ["graced", "fenced"])
def test_nobody_takes_back_what_has_begun(living: Living, daniyar: Person, done: str) -> None:
    request = living.suppressed(daniyar)
    living.mark(request.id, {"verified": 1, "told": 1, done: 1})
    with pytest.raises(Conflict) as error:
        living.deciding.propose(request.id, "cancel", DANA)
    assert error.value.code == "too_late"
