"""The dater: it copies a ticket's date to its rows after closing, and takes it off after reopening. What a customer has
deleted it removes."""

from typing import Any

from chalicelib.entrypoints.batches import each
from chalicelib.wiring import delivery as wiring_delivery


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Date the tickets of a batch of the queue, and remove what was deleted; return what must come again."""
    date_rows, take_back = wiring_delivery.stamp_expiry(), wiring_delivery.take_back()

    def work(body: dict[str, str]) -> None:
        date_rows(body["conversation_id"], body.get("ticket_id", ""), body.get("row", ""))
        if body.get("change"):
            take_back(body["conversation_id"], body["row"])

    return each(event, "dating", work)
