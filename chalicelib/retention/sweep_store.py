"""The sweeper's access to what is due in the index `unsent`, to channels, and to its own cursor."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.schema import ASKING, CHANNEL, STAMPING, SWEEP, TICKET, Key
from chalicelib.dynamo.tables import Tables
from chalicelib.outbox.reading import overdue
from chalicelib.retention.model import Unfinished, UnhandledAsk
from chalicelib.retention.stamp_expiry_store import StampExpiryStore

MOST_UNFINISHED = 100


class SweepStore:
    """The sweeper's access to the tables. A single write that conflicts with another is left to the next sweep.

    All methods raise Unavailable.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._dates = StampExpiryStore(tables)

    def overdue(self, before: int, since: int = 0) -> Iterator[tuple[str, str, int]]:
        """Yield the entries of all outboxes due from `since` to before `before` (ms), oldest first, as (conversation,
        account, due time)."""
        return overdue(before, since)

    def stopped(self, account: str) -> bool:
        """Whether this channel is stopped."""
        row = _queried(CHANNEL.key(account))
        return row is not None and bool(row.stopped_at)

    # -- asks

    def asks(self, most: int) -> Iterator[UnhandledAsk]:
        """Yield what people asked and what was not handled yet, the earliest due first, at most `most`. The index is a
        moment late."""
        for row in self._tables.page(ASKING, index="unsent", limit=most).rows:
            yield UnhandledAsk(row["pk"], row["sk"], _number(row, "at"), _number(row, "due_at"))

    def put_off(self, ask: UnhandledAsk, due_at: int) -> None:
        """Make an ask due at `due_at` (ms), unless it was handled meanwhile."""
        key, values = Key("desk", ask.pk, ask.sk), {"due": due_at}
        self._alone(self._tables.update("ask", key, "SET #due_at = :due", "attribute_exists(pk)", values))

    # -- what the expiry stamper has not finished

    def unfinished(self, now: int) -> Iterator[Unfinished]:
        """Yield what the expiry stamper is to look at again at `now` (ms), at most MOST_UNFINISHED. The index is a
        moment late."""
        for row in self._tables.page(STAMPING, index="unsent", until=now, limit=MOST_UNFINISHED).rows:
            ticket_id = row.get("ticket_id", "") if row["sk"] == TICKET.sk else ""
            yield Unfinished(row["pk"], row["sk"], _number(row, "arrived_at"), ticket_id)

    def enqueue_stamping(self, ticket_id: str, now: int) -> None:
        """Have the rows of a ticket stamped again. `now` in ms."""
        self._dates.enqueue(ticket_id, now)

    def repeat(self, one: Unfinished, due_at: int) -> None:
        """Have a deletion, or the dating of a conversation, repeated now, because the stream router wakes the expiry
        stamper for the changed row, and make it due again at `due_at` (ms). One that waits no longer stays as it
        is."""
        key, values = Key("desk", one.pk, one.sk), {"at": due_at}
        self._alone(self._tables.update("row", key, "SET #due_at = :at", "attribute_exists(#due)", values))

    # -- cursors of parts that take longer than one sweep

    def cursor(self, part: str) -> dict[str, str] | None:
        """Return where a part of the sweep goes on; None at the beginning."""
        row = _queried(SWEEP.key(part))
        cursor: dict[str, str] | None = json.loads(row.cursor) if row is not None and row.cursor else None
        return cursor

    def keep_cursor(self, part: str, cursor: dict[str, str] | None) -> None:
        """Remember where the next sweep goes on."""
        values = {"cursor": json.dumps(cursor) if cursor else ""}
        self._tables.write(self._tables.update("sweep", SWEEP.key(part), "SET #cursor = :cursor", values=values))

    def _alone(self, write: Write) -> bool:
        """Make a single write, which costs half of a transaction; return whether its condition held."""
        return self._tables.write(write, tries=1)


def _queried(key: Key) -> DeskRow | None:
    with translated_errors():
        return next(iter(DeskRow.query(key.pk, DeskRow.sk == key.sk, consistent_read=True)), None)


def _number(row: Mapping[str, Any], name: str) -> int:
    """Return a number of a row that somebody else than our code may have written; 0 when there is none."""
    value = row.get(name)
    return value if isinstance(value, int) else 0
