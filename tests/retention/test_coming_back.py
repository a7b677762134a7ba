"""A reply that failed for good comes back: its ticket is open again, above the others, until the reply arrives."""

from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.channels.parts import StatusUpdate
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.entrypoints.stream_router import _concerns_expiry_stamper
from chalicelib.tickets.model import RANK, queue_of
from chalicelib.tickets.pieces import outstanding
from tests.support.delivery.desk import BOLAT
from tests.support.people import WHATSAPP_ACCOUNT, from_amina, wamid
from tests.support.retention.desk import Bells, RetentionDesk
from tests.support.retention.desk import wake_ups as wake_ups

LONG = " ".join(f"сөз{n:04d}" for n in range(900))


def report(desk: RetentionDesk, reference: str, status: Any, code: str = "131026", said: str = "") -> None:
    code = code if status == "failed" else ""
    update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, wamid(), status, desk.seconds, reference, code, said)
    desk.statuses().apply(update, desk.now)


def settle(desk: RetentionDesk, ticket: Any) -> int:
    """Let relay and dater work until nothing is left to do; return how many rows the dater was rung for."""
    for rung in range(20):
        concerned = [
            row for row in desk.messages("out") if row.get("ticket_id") and _concerns_expiry_stamper(row, False)
        ]
        if not concerned:
            return rung
        for row in concerned:
            desk.date(ticket, row["sk"])
    raise AssertionError("the dater and the relay ring for each other without an end")


def put(desk: RetentionDesk, ticket: Any, state: str) -> None:
    solved = [DeskRow.solved_at.set(desk.now)] if state == "solved" else []
    DeskRow(ticket["pk"], "ticket").update(
        actions=[DeskRow.state.set(state), DeskRow.queue.set(queue_of(state)), *solved]
    )


@pytest.mark.parametrize("way", ["answer", "status"])
@pytest.mark.parametrize("state", ["pending", "solved", "snoozed", "open"])
def test_a_failed_reply_brings_its_ticket_back_above_the_others(desk: RetentionDesk, state: str, way: str) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    put(desk, ticket, state)
    if way == "answer":
        desk.provider.faults = [desk.provider.meta_error(131026)]
    desk.sender()(ticket["conversation_id"])
    desk.later(60)
    if way == "status":
        report(desk, str(ref), "failed")
        settle(desk, ticket)

    found = desk.ticket(ticket)
    at = desk.now if way == "status" else desk.now - 60_000
    assert (found["state"], found["queue"], found["activity"]) == ("open", "open#0", at)
    assert (found["undelivered"], "solved_at" in found) == (ref.tail, False)
    assert desk.message(ref)["flagged"] is True
    assert settle(desk, ticket) == 0


@pytest.mark.parametrize("way", ["answer", "status"])
def test_a_closed_ticket_stays_closed_and_says_so(desk: RetentionDesk, way: str) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    put(desk, ticket, "closed")
    if way == "answer":
        desk.provider.faults = [desk.provider.meta_error(131026)]
    desk.sender()(ticket["conversation_id"])
    if way == "status":
        report(desk, str(ref), "failed")
        settle(desk, ticket)
    found = desk.ticket(ticket)
    assert (found["state"], found["queue"], found["undelivered"]) == ("closed", "closed#0", ref.tail)


def test_a_notice_that_failed_is_named_and_reopens_nothing(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    put(desk, ticket, "solved")
    (notice,) = desk.messages("out")
    ref = MessageRef.of_tail(ticket["conversation_id"], notice["sk"].removeprefix("message#"))
    report(desk, str(ref), "failed")
    settle(desk, ticket)
    assert (desk.ticket(ticket)["state"], desk.ticket(ticket)["undelivered"]) == ("solved", ref.tail)


def test_what_arrives_after_all_takes_the_mark_away_and_nothing_rings_without_an_end(
    desk: RetentionDesk, wake_ups: Bells
) -> None:
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds))
    ref = desk.reply(ticket, LONG)
    desk.sender()(ticket["conversation_id"])
    seen, rung = 0, []
    for status in ("failed", "delivered"):
        report(desk, ref.of_piece(2), status)
        while len(wake_ups.records()) > seen:
            fresh, seen = wake_ups.records()[seen:], len(wake_ups.records())
            wake_ups.relay(fresh)
            rung += [body for body in wake_ups.drain("dating") if body.get("row")]
            for body in rung[-1:]:
                desk.date(ticket, body["row"])
        assert ("undelivered" in desk.ticket(ticket)) == (status == "failed")
    assert len(rung) <= 4


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("status"), st.integers(0, 1), st.sampled_from(["sent", "failed", "delivered", "read"])),
        st.tuples(st.sampled_from(["customer", "solve", "settle", "again"]), st.integers(0, 1), st.just("")),
    ),
    max_size=8,
)


@example(events=[("status", 1, "failed"), ("settle", 0, ""), ("status", 1, "delivered"), ("status", 0, "failed")])
@example(events=[("status", 0, "failed"), ("status", 1, "failed"), ("settle", 0, ""), ("status", 1, "delivered")])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_whatever_happens_beside_it_the_ticket_says_what_is_so(desk: RetentionDesk, events: list[Any]) -> None:
    (ticket, *_) = desk.of_pk("ticket#") or [desk.open_ticket()]
    settle(desk, ticket)
    put(desk, desk.ticket(ticket), "pending")
    DeskRow(ticket["pk"], "ticket").update(actions=[DeskRow.undelivered.remove()])
    refs = [desk.reply(ticket, f"{name} {desk.now}") for name in ("бір", "екі")]
    desk.sender()(ticket["conversation_id"])
    ranks = [RANK["sent"]] * 2
    resent: set[int] = set()
    for what, which, status in events:
        desk.later(1)
        if what == "status":
            report(desk, str(refs[which]), status)
            ranks[which] = max(ranks[which], RANK[status])
        elif what == "customer":
            desk.receive(from_amina("Алло", provider_id=wamid(), sent_at=desk.seconds))
        elif what == "solve":
            settle(desk, ticket)
            put(desk, ticket, "solved")
        elif what == "settle":
            settle(desk, ticket)
        elif what == "again" and ranks[which] == RANK["failed"] and which not in resent:
            desk.replier().retry_failed(str(refs[which]), f"again-{desk.now}", BOLAT)
            resent.add(which)
    settle(desk, ticket)

    failed = [one for one in (0, 1) if ranks[one] == RANK["failed"]]
    for which, ref in enumerate(refs):
        message = desk.message(ref)
        assert bool(message.get("flagged")) == (which in failed and which not in resent)
    named = desk.ticket(ticket).get("undelivered")
    left = {one["sk"].removeprefix("message#") for one in desk.messages("out") if outstanding(one)}
    assert named is None or named in left, "of an earlier try, perhaps, but never one that arrived or was sent again"
    if failed and not resent and all(one[0] in ("status", "settle", "customer") for one in events):
        assert desk.ticket(ticket)["state"] == "open"
    if len(failed) == 1 and not resent:
        assert named == refs[failed[0]].tail


def test_a_customer_who_writes_while_the_failure_is_told_races_without_loss(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    for number in range(8):
        ref = desk.reply(ticket, f"Жауап {number}")
        desk.sender()(ticket["conversation_id"])
        report(desk, str(ref), "failed")
        unread, start = desk.ticket(ticket)["unread"], Barrier(3)

        def tell(ref: MessageRef = ref, start: Barrier = start) -> None:
            start.wait()
            desk.date(ticket, f"message#{ref.tail}")

        def write(start: Barrier = start) -> None:
            start.wait()
            desk.receive(from_amina("Алло", provider_id=wamid(), sent_at=desk.seconds))

        threads = [Thread(target=one) for one in (tell, tell, write)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = desk.ticket(ticket)
        assert (found["state"], found["undelivered"], found["unread"]) == ("open", ref.tail, unread + 1)
        assert found["last_direction"] == "in" and desk.message(ref)["flagged"] is True


@pytest.mark.parametrize(("code", "stops"), [("131042", True), ("131045", True), ("190", True), ("131026", False)])
def test_a_status_about_our_account_stops_the_channel_as_the_same_answer_does(
    desk: RetentionDesk, code: str, stops: bool
) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    desk.sender()(ticket["conversation_id"])
    report(desk, str(ref), "failed", code)
    for _ in range(2):
        settle(desk, ticket)
        desk.date(ticket, f"message#{ref.tail}")

    channels = desk.of_pk("channel#")
    assert [(one["account"], one["channel"], one["code"]) for one in channels if one.get("stopped_at")] == (
        [(WHATSAPP_ACCOUNT, "whatsapp", code)] if stops else []
    )
    waiting = desk.reply(ticket, "Келесі")
    calls = desk.provider.calls
    desk.sender()(ticket["conversation_id"])
    assert (desk.message(waiting)["status"], desk.provider.calls - calls) == (("queued", 0) if stops else ("sent", 1))
    desk.later(51)
    desk.sender()(ticket["conversation_id"])
    assert desk.message(waiting)["status"] == "sent"


def test_what_was_sent_again_is_told_no_more_and_twice_is_once(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    desk.sender()(ticket["conversation_id"])
    report(desk, str(ref), "failed")
    first = desk.replier().retry_failed(str(ref), "again-1", BOLAT)
    second = desk.replier().retry_failed(str(ref), "again-2", BOLAT)
    assert settle(desk, ticket) == 0
    assert first.id == second.id
    desk.sender()(ticket["conversation_id"])

    assert desk.provider.texts == ["Жауап"] * 2
    found = desk.ticket(ticket)
    assert (found["state"], "undelivered" in found) == ("pending", False)
    again = MessageRef.parse(first.id)
    assert again is not None
    report(desk, str(again), "failed")
    settle(desk, ticket)
    assert (desk.ticket(ticket)["state"], desk.ticket(ticket)["undelivered"]) == ("open", again.tail)


def test_the_list_reads_our_own_text_and_reason_beside_the_customers_last_words(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Біздің мәтін")
    desk.sender()(ticket["conversation_id"])
    report(desk, str(ref), "failed", "131047", "Re-engagement message")
    settle(desk, ticket)
    desk.later(5)
    desk.receive(from_amina("Лифт жүрмейді", provider_id=wamid(), sent_at=desk.seconds, kind="image"))

    shown = desk.reader().ticket(ticket["ticket_id"])
    assert shown is not None and shown.undelivered is not None
    assert (shown.undelivered.id, shown.undelivered.text) == (str(ref), "Біздің мәтін")
    assert (shown.undelivered.failure["code"], shown.last_text) == ("131047", "Лифт жүрмейді")
