"""The function `dater`: it stamps a closed ticket's expiry date on its rows, removes it after reopening, and removes
the texts that customers deleted; and it dates the tickets of a person whose agreement has ended."""

from typing import Any

from chalicelib.entrypoints.batches import each
from chalicelib.wiring import delivery as wiring_delivery


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Stamp the rows, date the tickets and remove the texts that a batch of the queue names; return which messages
    failed."""
    date_rows, take_back = wiring_delivery.stamp_expiry(), wiring_delivery.take_back()
    agreements = wiring_delivery.agreement_dates()

    def work(body: dict[str, str]) -> None:
        if "ticket_id" not in body:
            agreements.conversation(body["conversation_id"])
            return
        date_rows(body["conversation_id"], body["ticket_id"], body.get("row", ""))
        if body.get("change"):
            take_back(body["conversation_id"], body["row"])

    return each(event, "dating", work)
