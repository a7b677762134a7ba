"""Buttons under a message: under its last piece, on both channels, however often the sender has to begin again."""

import pytest

from chalicelib.channels.parts import Button
from chalicelib.core.addresses import ChannelId
from chalicelib.core.ids import MessageRef
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.suppression.model import ReplyMailbox
from chalicelib.vault import encryption
from chalicelib.vault.encryption import seal_json
from tests.support.delivery.desk import DeliveryDesk
from tests.support.delivery.provider import BREAK

BUTTONS = (Button("erase.confirm.r1", "Иә, жойыңыз"), Button("erase.cancel.r1", "Жоқ, қалсын"))
KINDS = pytest.mark.parametrize("kind", ["whatsapp", "telegram"])
PIECES = {"whatsapp": 5, "telegram": 2}
LONG = " ".join(f"сөз{number:05d}" for number in range(900))
"""8,099 characters: two messages of Telegram; on WhatsApp the second is cut into four, so that the last can carry
buttons."""


def ask(desk: DeliveryDesk, kind: ChannelId, text: str = "Жою керек пе?") -> MessageRef:
    """Put a message with buttons into the outbox of a conversation with nothing in it."""
    desk.open_ticket() if kind == "whatsapp" else desk.open_telegram_ticket()
    head = desk.head()
    box = ReplyMailbox(head["contact_id"], head["conversation_id"], head["public_key"])
    desk.now += 10
    writes = MailboxWrites(desk.gateway()).message(
        box, kind, head["account"], "r1", "challenge", text, BUTTONS, desk.now
    )
    assert RequestStore(desk.gateway()).run(*writes) is None
    (place,) = desk.of("outbox#")
    return MessageRef.of_tail(head["conversation_id"], place["sk"].removeprefix("outbox#"))


@KINDS
def test_a_message_goes_out_with_its_buttons(desk: DeliveryDesk, kind: ChannelId) -> None:
    ref = ask(desk, kind)

    desk.sender()(ref.conversation_id)

    (sent,) = desk.provider.sent
    assert (sent.text, sent.buttons) == ("Жою керек пе?", BUTTONS)
    assert desk.message(ref)["status"] == "sent"


@KINDS
def test_only_the_last_piece_of_a_long_text_carries_them(desk: DeliveryDesk, kind: ChannelId) -> None:
    ref = ask(desk, kind, LONG)

    desk.sender()(ref.conversation_id)

    assert "".join(desk.provider.texts) == LONG
    assert [sent.buttons for sent in desk.provider.sent] == [()] * (PIECES[kind] - 1) + [BUTTONS]


@KINDS
def test_they_are_there_although_the_connection_broke_at_the_piece_before(desk: DeliveryDesk, kind: ChannelId) -> None:
    ref = ask(desk, kind, LONG)
    desk.provider.faults = [None] * (PIECES[kind] - 2) + [BREAK]

    desk.sender()(ref.conversation_id)
    desk.later(60)
    desk.sender()(ref.conversation_id)

    assert desk.provider.texts[-1] == LONG[-len(desk.provider.texts[-1]) :]
    assert [bool(sent.buttons) for sent in desk.provider.sent] == [False] * PIECES[kind] + [True]
    assert desk.message(ref)["uncertain"]


@pytest.mark.parametrize("buttons", ["x", [1], [{"id": "a"}], {"id": "a", "title": "b"}])
def test_a_sealed_content_of_another_form_stops_no_sender(desk: DeliveryDesk, buttons: object) -> None:
    ref = ask(desk, "telegram")
    content = seal_json(desk.head()["public_key"], encryption.message_content(ref), {"text": "Иә", "buttons": buttons})
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": f"conversation#{ref.conversation_id}"}, "sk": {"S": f"message#{ref.tail}"}},
        UpdateExpression="SET content = :content",
        ExpressionAttributeValues={":content": {"B": content}},
    )

    desk.sender()(ref.conversation_id)

    assert desk.message(ref)["status"] in ("sent", "failed") and not desk.of("outbox#")
