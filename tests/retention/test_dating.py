"""Closing dates every row of a ticket, reopening takes the dates off, whatever happens in between."""

from typing import Any

import pytest

from chalicelib.channels.parts import StatusUpdate
from chalicelib.dynamo.models import DeskRow
from tests.support.faults import Counting
from tests.support.intake.changes import welcomed_before
from tests.support.intake.rows import close, reopen
from tests.support.people import WHATSAPP_ACCOUNT, from_amina, from_daniyar
from tests.support.retention.desk import KEPT_DAYS, Bells, RetentionDesk


def test_every_row_of_a_closed_ticket_gets_its_date_and_no_other_row_does(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    other = from_daniyar(sent_at=desk.seconds, message_id=3)
    desk.receive(other)
    desk.reply(ticket, "Жауап")
    date = close(desk, ticket)

    desk.date(ticket)

    assert {row["expires_at"] for row in desk.rows_of(ticket)} == {date}
    assert {row["gone_at"] for row in desk.rows_of(ticket)} == {date + 7 * 86_400}
    assert desk.ticket(ticket)["dated"] == date
    dated = [row for row in desk.items() if "expires_at" in row and row["sk"].partition("#")[0] != "client"]
    assert {row["ticket_id"] for row in dated} == {ticket["ticket_id"]}


def test_dating_again_writes_nothing_but_the_tickets_mark(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    close(desk, ticket)
    desk.date(ticket)
    counting = Counting(desk.dynamodb)
    desk.dater(desk.dates(counting))(ticket["conversation_id"], ticket["ticket_id"])
    assert counting.calls == ["update_item", "update_item"]  # number and ticket


def test_reopening_takes_the_dates_off_again(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    close(desk, ticket)
    desk.date(ticket)
    reopen(desk, ticket)

    desk.date(ticket)

    assert not any("expires_at" in row or "gone_at" in row for row in desk.rows_of(ticket))
    assert "dated" not in desk.ticket(ticket)


def test_a_ticket_reopened_while_its_rows_are_dated_ends_without_dates(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    close(desk, ticket)
    store = desk.dates()
    number = store.stamp_number

    def reopened_first(dated: Any) -> None:
        if dated.expires_at:
            reopen(desk, ticket)
        number(dated)

    store.stamp_number = reopened_first  # type: ignore[method-assign]
    desk.dater(store)(ticket["conversation_id"], ticket["ticket_id"])
    assert not any("expires_at" in row for row in desk.rows_of(ticket))


def test_a_run_that_died_halfway_is_repeated_with_what_the_ticket_says_then(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    close(desk, ticket)
    store = desk.dates()
    store.stamp_number = lambda dated: (_ for _ in ()).throw(RuntimeError)  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        desk.dater(store)(ticket["conversation_id"], ticket["ticket_id"])
    reopen(desk, ticket)
    desk.date(ticket)
    assert not any("expires_at" in row for row in desk.rows_of(ticket))


def test_a_ticket_that_is_gone_is_left_alone(desk: RetentionDesk) -> None:
    desk.dater()("0" * 20, "1" * 20)
    assert desk.items() == []


# -- what the relay passes on


def test_the_relay_rings_dates_and_indexes_from_the_tables_own_stream(desk: RetentionDesk, wake_ups: Bells) -> None:
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds))
    close(desk, ticket)

    assert wake_ups.relay(wake_ups.records()) == {"batchItemFailures": []}

    assert wake_ups.drain("doorbell") == [{"conversation_id": ticket["conversation_id"]}]
    assert wake_ups.drain("indexing") == [{"contact_id": ticket["contact_id"]}]
    (body,) = wake_ups.drain("dating")
    assert body == {"conversation_id": ticket["conversation_id"], "ticket_id": ticket["ticket_id"]}


def test_dating_comes_to_rest(desk: RetentionDesk, wake_ups: Bells) -> None:
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds))
    close(desk, ticket)
    seen = len(wake_ups.records())
    desk.date(ticket)
    wake_ups.relay(wake_ups.records()[seen:])
    assert wake_ups.drain("dating") == []


@pytest.mark.parametrize("kind", ["reaction", "unsupported"])
def test_what_opens_no_ticket_gets_the_date_of_a_closed_one(desk: RetentionDesk, wake_ups: Bells, kind: str) -> None:
    message = from_amina(sent_at=desk.seconds)
    ticket = desk.open_ticket(message)
    date = close(desk, ticket)
    desk.date(ticket)
    seen = len(wake_ups.records())
    desk.later(60)
    more: dict[str, Any] = {"target": message.provider_id} if kind == "reaction" else {"refers": True}
    desk.receive(from_amina("👍", sent_at=desk.seconds, kind=kind, **more))

    wake_ups.relay(wake_ups.records()[seen:])
    (body,) = wake_ups.drain("dating")
    desk.date(ticket, body["row"])

    quiet = desk.messages("in")[-1]
    assert (quiet["kind"], quiet["expires_at"]) == (kind, date)


def test_a_reaction_that_comes_after_its_ticket_is_gone_is_kept_as_long_as_a_ticket(
    desk: RetentionDesk, wake_ups: Bells
) -> None:
    message = from_amina(sent_at=desk.seconds)
    ticket = desk.open_ticket(message)
    for item in desk.rows_of(ticket):
        DeskRow(item["pk"], item["sk"]).delete()
    seen = len(wake_ups.records())
    desk.later(60)
    desk.receive(from_amina("👍", sent_at=desk.seconds, kind="reaction", target=message.provider_id))
    wake_ups.relay(wake_ups.records()[seen:])

    for body in (*wake_ups.drain("dating"), {"row": "message#0#gone"}):
        desk.dater()(ticket["conversation_id"], body.get("ticket_id", ""), body["row"])

    (reaction,) = desk.messages("in")
    date = desk.seconds + KEPT_DAYS * 86_400
    assert (reaction["kind"], reaction["expires_at"], reaction["gone_at"]) == ("reaction", date, date + 7 * 86_400)
    desk.later(60)
    desk.date(ticket, reaction["sk"])
    assert desk.messages("in")[0]["expires_at"] == date


def test_what_is_said_before_a_first_ticket_is_dated_when_it_arrives(desk: RetentionDesk, wake_ups: Bells) -> None:
    welcomed_before(desk)
    wake_ups.relay(wake_ups.records())

    for body in wake_ups.drain("dating"):
        assert "ticket_id" not in body or body["ticket_id"] == ""
        desk.dater()(body["conversation_id"], body.get("ticket_id", ""), body["row"])

    rows = desk.of("message#")
    assert {item["direction"] for item in rows} == {"event", "out"}
    assert {item.get("expires_at") for item in rows} == {desk.seconds + KEPT_DAYS * 86_400}
    seen = len(wake_ups.records())
    desk.sender()(rows[0]["pk"].partition("#")[2])
    wake_ups.relay(wake_ups.records()[seen:])
    assert wake_ups.drain("dating") == []


def test_a_dater_out_of_time_has_the_rest_done_by_a_new_run(desk: RetentionDesk, wake_ups: Bells) -> None:
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds))
    for number in range(5):
        desk.reply(ticket, f"Жауап {number}")
    date = close(desk, ticket)
    seen, runs = 0, 0
    while bodies := _drained(wake_ups, seen):
        seen = len(wake_ups.records())
        for body in bodies:
            runs += 1
            desk.later(1)
            calls = iter(range(1_000))
            dater = desk.dater(stopwatch=lambda calls=calls: next(calls) * 15.0)
            dater(body["conversation_id"], body.get("ticket_id", ""), body.get("row", ""))
    assert runs > 2
    assert {row["expires_at"] for row in desk.rows_of(ticket)} == {date}
    assert desk.ticket(ticket)["dated"] == date


def _drained(wake_ups: Bells, seen: int) -> list[dict[str, Any]]:
    wake_ups.relay(wake_ups.records()[seen:])
    return wake_ups.drain("dating")


def test_a_failure_that_the_provider_reports_later_is_shown_on_the_ticket_until_it_is_delivered(
    desk: RetentionDesk, wake_ups: Bells
) -> None:
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds))
    ref = desk.reply(ticket, "Жауап")
    desk.sender()(ticket["conversation_id"])

    def report(status: Any, code: str = "") -> list[dict[str, Any]]:
        seen = len(wake_ups.records())
        update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, "wamid.HBgL", status, desk.seconds, str(ref), code)
        desk.statuses().apply(update, desk.now)
        wake_ups.relay(wake_ups.records()[seen:])
        bodies = wake_ups.drain("dating")
        for body in bodies:
            desk.date(ticket, body["row"])
        return bodies

    assert report("sent") == []
    assert len(report("failed", "131026")) == 1
    assert desk.ticket(ticket)["undelivered"] == ref.tail
    assert len(report("delivered")) == 1
    assert "undelivered" not in desk.ticket(ticket)
    assert report("read") == []


def test_a_queue_that_takes_nothing_brings_the_records_back_from_the_first_one(
    desk: RetentionDesk, wake_ups: Bells
) -> None:
    desk.open_ticket(from_amina(sent_at=desk.seconds))
    records = wake_ups.records()
    wake_ups.urls["doorbell"] = wake_ups.urls["doorbell"].replace("doorbell", "nowhere")

    answer = wake_ups.relay(records)

    (failure,) = answer["batchItemFailures"]
    outbox = next(one for one in records if one["dynamodb"]["Keys"]["sk"]["S"].startswith("outbox#"))
    assert failure["itemIdentifier"] == outbox["dynamodb"]["SequenceNumber"]


def test_a_record_that_comes_twice_rings_a_fifo_bell_once(desk: RetentionDesk, wake_ups: Bells) -> None:
    desk.open_ticket(from_amina(sent_at=desk.seconds))
    records = wake_ups.records()
    wake_ups.relay(records)
    wake_ups.relay(records)
    assert len(wake_ups.drain("doorbell")) == 1


def test_a_deleted_item_rings_nothing(wake_ups: Bells) -> None:
    record = {"eventID": "1", "eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1", "Keys": {}}}
    assert wake_ups.relay([record]) == {"batchItemFailures": []}
