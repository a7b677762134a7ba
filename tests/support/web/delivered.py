"""Replies of colleagues, and what the provider reports of them."""

from typing import Any

import pytest

from chalicelib.channels.parts import DeliveryStatus, StatusUpdate
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import MESSAGE
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery
from tests.support.people import WHATSAPP_ACCOUNT, wamid
from tests.support.web.desk import Web


def replied(web: Web, text: str = "Жауап", client_id: str = "c") -> tuple[str, str]:
    """Amina's ticket with a reply: the ids of both."""
    ticket_id = web.tickets()[0]["id"]
    body = {"text": text, "client_id": client_id}
    return ticket_id, web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body).json["id"]


def report(web: Web, message_id: str, status: DeliveryStatus, code: str = "", said: str = "") -> None:
    update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, wamid(), status, web.seconds, message_id, code, said)
    wiring.intake().store_all([update])


def settle(web: Web, message_id: str) -> None:
    """What relay and dater do about a failed message."""
    ref = MessageRef.parse(message_id)
    assert ref is not None
    row = DeskRow.get(*MESSAGE.key(*ref)[1:])
    wiring_delivery.stamp_expiry()(ref.conversation_id, str(row.ticket_id), f"message#{ref.tail}")


KEPT = ("staff_id", "contact_id", "ticket_id", "count", "by", "reason", "kind")


def audited(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    records = [one for one in caplog.records if one.name == "helpdesk-audit"]
    return [
        {"message": one.getMessage(), **{name: vars(one)[name] for name in KEPT if name in vars(one)}}
        for one in records
    ]
