"""Builds the write of an activity line that a person, or a colleague beside the ticket, leaves on a ticket."""

from collections.abc import Mapping

from chalicelib.core.ids import MessageRef, new_id, pseudonym_of_notice
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import MESSAGE


def line(
    tables: Builder,
    contact_id: str,
    conversation_id: str,
    ticket_id: str,
    kind: str,
    now: int,
    *,
    by: str = "",
    params: Mapping[str, str] | None = None,
) -> Write:
    """Return the write of a line of this kind at `now` (ms). `by` is the colleague, "" for the person; `params` hold
    nothing personal. On a closed ticket it is dated by expiry stamping."""
    ref = MessageRef(conversation_id, now, pseudonym_of_notice(kind, new_id()))
    attributes = {
        "direction": "event",
        "kind": kind,
        "ticket_id": ticket_id,
        "contact_id": contact_id,
        "sent_at": now,
        "arrived_at": now,
        "author": by,
        "params": dict(params) if params else None,
    }
    return tables.put("line", MESSAGE.key(*ref), attributes)
