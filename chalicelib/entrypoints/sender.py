"""The function `sender`: a wake-up message names a conversation, and it sends what waits in its outbox; or it names an
answer to a visitor, or a message about which a signal is passed on."""

from typing import Any

from chalicelib.entrypoints.batches import each
from chalicelib.wiring import delivery as wiring_delivery


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Deliver the conversations of a batch of the queue `doorbell` or `retry`; return which messages failed."""
    deliver = wiring_delivery.deliver()

    def work(body: dict[str, str]) -> None:
        if "signal" in body:
            wiring_delivery.pass_on_signal()(body.get("message", ""), body["signal"])
        elif "visitor_id" in body:
            wiring_delivery.answer_visitor()(body["visitor_id"])
        else:
            deliver(body["conversation_id"])

    return each(event, "sender", work)
