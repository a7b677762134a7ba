"""Who is behind the write barrier of an erasure: one row names them, so that a list of tickets learns by one strongly
consistent read of whom nothing may be shown.

The transaction that closes the barrier adds the contact, the one that ends the second erase pass takes it out: by then
its key has been gone for as long as the longest writer runs, and no replica of the table `keys` shows it any more.
"""

from collections.abc import Iterable
from typing import Any

from chalicelib.core.clock import MINUTE, swept_lately
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import BARRIER
from chalicelib.dynamo.tables import Tables

SETTLES = 10 * MINUTE
"""How long (ms) the row is not relied upon after the first sweep, or the first after a gap: until then a barrier may
close by the code of an older release, which does not write here."""


def relied_on(since: int, seen_at: int, now: int) -> bool:
    """Whether a row that names old contacts, too, since `since`, and that a sweeper has last looked at at `seen_at`
    (ms, 0 for never), lacks none at `now`."""
    return 0 < since <= now - SETTLES and swept_lately(seen_at, now)


def enter(tables: Builder, contact_ids: Iterable[str]) -> Write:
    """Return the write that names contacts as being behind the barrier."""
    return tables.update("barrier", BARRIER.key(), "ADD contacts :ids", values={"ids": frozenset(contact_ids)})


def leave(tables: Builder, contact_id: str) -> Write:
    """Return the write that names a contact no more."""
    values = {"ids": frozenset({contact_id})}
    return tables.update("barrier", BARRIER.key(), "DELETE contacts :ids", values=values)


def complete(tables: Tables, contact_ids: frozenset[str], now: int) -> None:
    """Name contacts whose barrier an older release has closed, and note when (ms) that was done and since when it is
    done without a gap. The sweeper does it every five minutes. Raises Unavailable."""
    row = tables.get(BARRIER.key())
    missing = contact_ids - frozenset(row.get("contacts", ()))
    expression, values = "SET seen_at = :now", dict[str, Any](now=now)
    if not row.get("since") or not swept_lately(row.get("seen_at", 0), now):
        expression += ", since = :now"
    if missing:
        expression += " ADD contacts :ids"
        values["ids"] = missing
    tables.write(tables.update("barrier", BARRIER.key(), expression, values=values))
