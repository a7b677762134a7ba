"""Reactions, edits and deletions by staff, as tests make them and look at them."""

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.core.errors import BadInput, Conflict
from chalicelib.core.ids import MessageRef
from chalicelib.tickets.records import Message
from tests.support.delivery.both import ref_of
from tests.support.delivery.desk import BOLAT, DeliveryDesk


def question(desk: DeliveryDesk) -> MessageRef:
    (row,) = desk.messages("in")
    return ref_of(row)


def shown(desk: DeliveryDesk, ref: MessageRef) -> Message:
    """The message as the ticket's page has it."""
    (ticket,) = desk.reader().tickets([one["ticket_id"] for one in desk.of("ticket")])
    (found,) = [one for one in desk.reader().messages(ticket).messages if one.id == str(ref)]
    return found


def sent_reply(desk: DeliveryDesk, ticket: dict[str, Any], text: str = "Жауап") -> MessageRef:
    ref = desk.reply(ticket, text)
    desk.sender()(ticket["conversation_id"])
    return ref


def refused(desk: DeliveryDesk, what: str, *given: Any) -> str:
    """The code of the refusal; nothing is stored."""
    before = desk.items()
    with pytest.raises((BadInput, Conflict)) as caught:
        getattr(desk.amends(), what)(*given, BOLAT)
    assert desk.items() == before
    return caught.value.code


def mark(desk: DeliveryDesk, row: str, attribute: str, value: Mapping[str, str]) -> None:
    """Set an attribute of the only row of its kind."""
    (item,) = [one for one in desk.of(row) if one["sk"] == row]
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}},
        UpdateExpression="SET #a = :a",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":a": value},
    )
