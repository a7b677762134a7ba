"""The function `indexer`: it makes new and changed contacts findable by name."""

from typing import Any

from chalicelib.entrypoints.batches import each
from chalicelib.wiring import delivery as wiring_delivery


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Index the contacts of a batch of the queue; return which messages failed."""
    index_contact = wiring_delivery.index_contact()
    return each(event, "indexing", lambda body: index_contact(body["contact_id"]))
