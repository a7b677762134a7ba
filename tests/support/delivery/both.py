"""A test on both channels: its mark, the ticket of each, and the references of messages."""

from typing import Any

import pytest

from chalicelib.core.ids import MessageRef
from tests.support.delivery.desk import DeliveryDesk

KINDS = pytest.mark.parametrize("kind", ["whatsapp", "telegram"])


def ticket_of(desk: DeliveryDesk, kind: str) -> dict[str, Any]:
    return desk.open_ticket() if kind == "whatsapp" else telegram_ticket(desk)


def telegram_ticket(desk: DeliveryDesk) -> dict[str, Any]:
    ticket = desk.open_telegram_ticket()
    desk.provider.first = 2000  # the notice has the number 1000
    return ticket


def ref_of(row: dict[str, Any]) -> MessageRef:
    return MessageRef.of_tail(row["pk"].partition("#")[2], row["sk"].removeprefix("message#"))
