"""Closes idle tickets, which stamps an expiry date on their rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.ids import MessageRef, new_id
from chalicelib.dynamo import keys
from chalicelib.dynamo.models import DeskRow, QueueIndex
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes, pseudonym_of_notice
from chalicelib.tickets.model import State, queue_of


@dataclass(frozen=True)
class Idle:
    """A ticket without activity since `activity` (ms)."""

    ticket_id: str
    state: str
    activity: int
    conversation_id: str
    contact_id: str


class AutoClose:
    """Finds and closes idle tickets. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str], wait: Callable[[int], None]) -> None:
        self._run = Transactions(client, wait)
        self._writes = Writes(tables)

    def idle(self, state: str, before: int) -> Iterator[Idle]:
        """Yield the tickets of a state without activity since `before` (ms), longest idle first."""
        with translated_errors():
            for row in DeskRow.queue_index.query(queue_of(state), QueueIndex.activity < before, page_size=100):
                yield Idle(
                    str(row.ticket_id),
                    state,
                    int(row.activity or 0),
                    str(row.conversation_id),
                    str(row.contact_id),
                )

    def close(self, ticket: Idle, event: str, params: Mapping[str, Any], now: int, expires_at: int) -> bool:
        """Close a ticket and add an activity line, if its state and activity are still as they were read.

        `expires_at` is the ticket's expiry date (epoch seconds). Returns whether it was closed.
        """
        return self._run.once([self._closed(ticket, now, expires_at), self._event(ticket, event, params, now)]) is None

    def _closed(self, ticket: Idle, now: int, expires_at: int) -> Write:
        values = {
            "closed": State.CLOSED.value,
            "queue": queue_of(State.CLOSED),
            "now": now,
            "date": expires_at,
            "read": ticket.state,
            "activity": ticket.activity,
        }
        expression = "SET #state = :closed, #queue = :queue, #closed_at = :now, #expires_at = :date, #activity = :now"
        condition = "#state = :read AND #activity = :activity"
        return self._writes.update(
            "ticket", "desk", keys.ticket_pk(ticket.ticket_id), "ticket", expression, condition, values
        )

    def _event(self, ticket: Idle, kind: str, params: Mapping[str, Any], now: int) -> Write:
        """Return the activity line as an update, because the sweeper's role may not put items."""
        ref = MessageRef(ticket.conversation_id, now, pseudonym_of_notice(kind, new_id()))
        values = {
            "direction": "event",
            "kind": kind,
            "ticket_id": ticket.ticket_id,
            "contact_id": ticket.contact_id,
            "sent_at": now,
            "arrived_at": now,
            "author": "desk",
            "params": dict(params),
        }
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        pk = keys.conversation_pk(ref.conversation_id)
        return self._writes.update(
            "event", "desk", pk, f"message#{ref.tail}", expression, "attribute_not_exists(pk)", values
        )
