"""What a customer deletes is removed by the dater: in any order, however often, and wherever a run dies."""

import itertools
from typing import Any

import pytest

from chalicelib.attachments.drop_file import DropFile
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.clock import DAY
from chalicelib.messages.customer_deletion import TakeBack, TakeBackStore
from tests.support.attachments.no_files import NO_FILES
from tests.support.faults import fated
from tests.support.people import from_amina, wamid
from tests.support.retention.desk import Bells, RetentionDesk


def taker(desk: RetentionDesk) -> TakeBack:
    return TakeBack(
        TakeBackStore(desk.gateway(wait=lambda attempt: None)), DropFile(desk.gateway(), NO_FILES), lambda: desk.now
    )


def changes(desk: RetentionDesk) -> list[dict[str, Any]]:
    return [one for one in desk.messages() if one["kind"] in ("edit", "revoke")]


def take_all(desk: RetentionDesk) -> None:
    for one in changes(desk):
        taker(desk)(one["pk"].partition("#")[2], one["sk"])


def story(desk: RetentionDesk) -> list[InboundMessage]:
    """A message with raw JSON, an edit of it, its deletion, and one that quotes it; in the order they were sent."""
    at, target = desk.seconds, wamid()
    return [
        from_amina("құпия", sent_at=at, provider_id=target, kind="unsupported", raw=b"{}", raw_type="x"),
        from_amina("құпия 2", sent_at=at + 1, kind="edit", target=target),
        from_amina("", sent_at=at + 2, kind="revoke", target=target),
        from_amina("мынау", sent_at=at + 3, quote=target, details={"quote_text": "құпия"}),
    ]


def texts(desk: RetentionDesk) -> list[str]:
    """What the list and the ticket say."""
    (ticket,) = desk.reader().tickets([one["ticket_id"] for one in desk.of("ticket")])
    messages = [one for one in desk.reader().messages(ticket).messages if one.direction != "out"]
    return [ticket.last_text, *(f"{one.text} {one.history} {one.quote and one.quote.text}" for one in messages)]


@pytest.mark.parametrize("order", itertools.permutations(range(4)), ids=lambda order: "".join(map(str, order)))
def test_in_whatever_order_things_arrive_nothing_of_the_text_is_left(
    desk: RetentionDesk, order: tuple[int, ...]
) -> None:
    desk.receive(from_amina("Сәлем", sent_at=desk.seconds - 60))
    parts = story(desk)
    for number in order:
        desk.receive(parts[number])
        assert not any("құпия" in one for one in texts(desk)[1:]) or 2 not in order[: order.index(number) + 1]
        take_all(desk)
    desk.later(120)
    desk.sweep()
    take_all(desk)
    assert not any("құпия" in one for one in texts(desk))
    rows = {one["kind"]: one for one in desk.messages()}
    assert all("content" not in rows[kind] and rows[kind]["deleted"] for kind in ("unsupported", "edit"))
    assert rows["text"]["quote_gone"] and "content" in rows["text"] and "due" not in rows["revoke"]
    assert not any("raw" in one for one in desk.of("raw#"))
    take_all(desk)
    assert {one["kind"]: one for one in desk.messages()} == rows


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 9))
def test_a_run_that_dies_anywhere_is_repeated_and_hides_meanwhile(desk: RetentionDesk, number: int, when: str) -> None:
    for part in story(desk)[:3]:
        desk.receive(part)
    revoke = changes(desk)[-1]
    with fated(number, when) as fate:
        taker(desk)(revoke["pk"].partition("#")[2], revoke["sk"])
    assert fate.died_at or number > 6
    assert not any("құпия" in one for one in texts(desk))
    take_all(desk)
    assert all("content" not in one for one in desk.messages() if one["kind"] != "revoke")


def test_a_deletion_waits_for_its_message_no_longer_than_it_may_still_come(desk: RetentionDesk) -> None:
    desk.receive(from_amina("Сәлем", sent_at=desk.seconds))
    desk.receive(from_amina("", sent_at=desk.seconds, kind="revoke", target=wamid()))
    take_all(desk)
    (revoke,) = changes(desk)
    assert (revoke["due"], revoke["due_at"]) == ("revoke#0", desk.now + 60_000)
    before, desk.now = revoke, desk.now + DAY
    assert desk.sweep()["revokes"] == 1 and desk.sweep()["revokes"] == 0
    (revoke,) = changes(desk)
    assert revoke["due_at"] > before["due_at"] + DAY
    desk.now += 8 * DAY
    take_all(desk)
    (revoke,) = changes(desk)
    assert "due" not in revoke and "due_at" not in revoke


def test_the_tables_own_stream_rings_for_edits_and_deletions_and_for_those_that_wait(
    desk: RetentionDesk, wake_ups: Bells
) -> None:
    desk.receive(from_amina("Сәлем", sent_at=desk.seconds))
    seen = len(wake_ups.records())
    for kind in ("reaction", "edit", "revoke"):
        desk.receive(from_amina("x", sent_at=desk.seconds + 1, kind=kind, target=wamid()))
    wake_ups.relay(wake_ups.records()[seen:])
    drained = wake_ups.drain("dating")
    rung = {desk.item(f"conversation#{one['conversation_id']}", one["row"])["kind"]: one for one in drained}
    changed = {kind: one.get("change", "") for kind, one in rung.items()}
    assert changed == {"reaction": "", "edit": "yes", "revoke": "yes"}

    seen = len(wake_ups.records())
    take_all(desk)
    wake_ups.relay(wake_ups.records()[seen:])
    wake_ups.drain("dating")  # that it waits is seen, too, and changes nothing
    seen = len(wake_ups.records())
    take_all(desk)
    assert len(wake_ups.records()) == seen
    desk.later(61)
    desk.sweep()
    wake_ups.relay(wake_ups.records()[seen:])
    (body,) = wake_ups.drain("dating")
    assert body == rung["revoke"]


def test_the_preview_of_another_message_stays(desk: RetentionDesk) -> None:
    first = from_amina("құпия", sent_at=desk.seconds)
    desk.receive(first)
    desk.later(60)
    desk.receive(from_amina("Екінші", sent_at=desk.seconds))
    (ticket,) = desk.of("ticket")
    desk.receive(from_amina("", sent_at=desk.seconds + 1, kind="revoke", target=first.provider_id))
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": ticket["pk"]}, "sk": {"S": "ticket"}},
        UpdateExpression="SET #last = :last, last_kind = :text",
        ExpressionAttributeNames={"#last": "last"},
        ExpressionAttributeValues={":last": {"B": ticket["last"]}, ":text": {"S": "text"}},
    )
    take_all(desk)
    assert texts(desk)[0] == "Екінші"
