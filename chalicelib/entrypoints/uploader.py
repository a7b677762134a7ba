"""The function `uploader`: a wake-up message names a conversation whose oldest message has files, and it sends what
waits in its outbox."""

from typing import Any

from chalicelib.entrypoints.batches import each
from chalicelib.wiring import delivery as wiring_delivery


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Deliver the conversations of a batch of the queue `uploading`; return which messages failed."""
    deliver = wiring_delivery.deliver(files=True)
    return each(event, "uploader", lambda body: deliver(body["conversation_id"]))
