"""The dater: it copies a ticket's date to its rows after closing, and takes it off after reopening."""

from typing import Any

from chalicelib import wiring_delivery
from chalicelib.workers.batches import each


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Date the tickets of a batch of the queue; return what must come again."""
    date_rows = wiring_delivery.date_rows()
    return each(
        event,
        "dating",
        lambda body: date_rows(body["conversation_id"], body.get("ticket_id", ""), body.get("row", "")),
    )
