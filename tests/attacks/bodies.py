"""WhatsApp bodies of many people and many messages, and statuses of messages that the desk does not know yet."""

import json
from collections.abc import Iterable
from typing import Any

from tests.support.intake.desk import Desk
from tests.support.intake.webhooks import envelope, value
from tests.support.people import wamid


def phone(number: int) -> str:
    """The phone of the person with this number."""
    return f"7701333{number:04d}"


def said(desk: Desk, who: str, text: str, **more: Any) -> dict[str, Any]:
    """A text that somebody writes on WhatsApp."""
    text_of = {"type": "text", "text": {"body": text}}
    return {"from": who, "id": wamid(who), "timestamp": str(desk.seconds), **text_of, **more}


def reported(desk: Desk, status: str = "delivered", **more: Any) -> dict[str, Any]:
    """A status of a message of ours."""
    return {"id": wamid(), "status": status, "timestamp": str(desk.seconds), "recipient_id": "77013330000", **more}


def body(messages: Iterable[dict[str, Any]], statuses: Iterable[dict[str, Any]] = ()) -> bytes:
    """The body that brings them, with a contact for each who writes."""
    listed = tuple(messages)
    whole = value(*listed, statuses=tuple(statuses))
    people = dict.fromkeys(str(one.get("from", "")) for one in listed)
    whole["contacts"] = [{"profile": {"name": f"Тұтынушы {who[-4:]}"}, "wa_id": who} for who in people]
    return json.dumps(envelope(whole)).encode()
