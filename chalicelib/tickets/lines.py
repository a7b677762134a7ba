"""Builds the rows of activity lines, and the write of one that a person, or a colleague beside the ticket, leaves."""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.ids import MessageRef, new_id, pseudonym_of_notice
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import MESSAGE


def line_row(kind: str, ticket_id: str, contact_id: str, at: int, **more: Any) -> dict[str, Any]:
    """Return the row of an activity line of this kind at `at` (ms); `more` are further fields."""
    return {
        "direction": "event",
        "kind": kind,
        "ticket_id": ticket_id,
        "contact_id": contact_id,
        "sent_at": at,
        "arrived_at": at,
        **more,
    }


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
    row = line_row(kind, ticket_id, contact_id, now, author=by, params=dict(params) if params else None)
    return tables.put("line", MESSAGE.key(*ref), row)
