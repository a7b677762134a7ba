"""The sender: a bell rang for a conversation, and what waits there goes out."""

from typing import Any

from chalicelib.entrypoints.batches import each
from chalicelib.wiring import delivery as wiring_delivery


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Deliver the conversations of a batch of the doorbell or the retry queue; return what must come
    again."""
    deliver = wiring_delivery.deliver()
    return each(event, "sender", lambda body: deliver(body["conversation_id"]))
