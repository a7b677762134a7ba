"""Partitions of the index `lists`, which holds keys alone: a row stands in one of them by its attribute `list`, in the
order of its `place` (ms). Pure.

- `expires#{shard}`: rows with a date of their own, at the time at which somebody must look at them: their expiry date.
- `assigned#{staff_id}`: tickets of a colleague that are not closed, at the time at which they were created.
- `subscribed#{purpose}`: subscriptions that last, at the time since when they do.
- `mailings`: mailings, at the time at which they were begun.
- `tag#{tag}`: rows `tagged` of the tickets with a tag that are not closed, at the time at which these were created.

A closed ticket expires, and one that is not closed does not, so no row needs two places. A `list` without a `place` is
silently not indexed: every write sets both or removes both.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from zlib import crc32

from chalicelib.core.clock import SECOND, gone_at
from chalicelib.dynamo.schema import CLASSES, MESSAGE, TICKET, ItemClass

SHARDS = 1
"""Partitions in which rows that expire are written. One takes a thousand writes a second."""
FORMER_SHARDS = 1
"""The number before. Readers ask for all, so that the number may change while the desk runs."""
LISTED = tuple(one for one in CLASSES if one.expiry.found == "own")
"""Classes whose rows stand in the index."""


class Place(NamedTuple):
    """Where a row stands in the index; two empty values: nowhere."""

    list: str = ""
    place: int = 0

    def attributes(self) -> dict[str, Any]:
        """Return the attributes `list` and `place`; None stands for one that the row must not have."""
        return {"list": self.list or None, "place": self.place if self.list else None}


NOWHERE = Place()


def expires(pk: str, expires_at: int) -> Place:
    """Return the place of a row with this partition key that expires at `expires_at` (seconds); nowhere when it is 0.
    All rows of a partition are in one shard."""
    return Place(f"expires#{crc32(pk.encode()) % SHARDS}", expires_at * SECOND) if expires_at else NOWHERE


def expires_lists() -> tuple[str, ...]:
    """Return all partitions of rows that expire."""
    return tuple(f"expires#{shard}" for shard in range(max(SHARDS, FORMER_SHARDS)))


def assigned(staff_id: str, created_at: int) -> Place:
    """Return the place of a ticket of this colleague, created at `created_at` (ms); nowhere when it has nobody."""
    return Place(f"assigned#{staff_id}", created_at) if staff_id else NOWHERE


def tagged(tag: str, created_at: int) -> Place:
    """Return the place of a row `tagged`, of a ticket created at `created_at` (ms)."""
    return Place(f"tag#{tag}", created_at)


def subscribed(purpose: str, since: int) -> Place:
    """Return the place of a subscription to mailings of this purpose that lasts `since` (ms) then."""
    return Place(f"subscribed#{purpose}", since)


def mailing(created_at: int) -> Place:
    """Return the place of a mailing that was begun at `created_at` (ms)."""
    return Place("mailings", created_at)


def of_ticket(ticket_id: str, assignee: str, created_at: int, expires_at: int) -> Place:
    """Return the place of a ticket: once it is closed at its expiry date `expires_at` (seconds), before that among
    those of its assignee by `created_at` (ms)."""
    return expires(TICKET.partition(ticket_id), expires_at) if expires_at else assigned(assignee, created_at)


def dates(pk: str, expires_at: int) -> dict[str, Any]:
    """Return the attributes of a row with this partition key that expires at `expires_at` (seconds) and is found by
    that: its date, when DynamoDB may delete it, and its place."""
    found = expires(pk, expires_at)
    return {"expires_at": expires_at, "gone_at": gone_at(expires_at), "list": found.list, "place": found.place}


def due_place(row: Mapping[str, Any]) -> Place | None:
    """Return where a row of the table `desk` ought to stand; None when it is of no listed class, or its ticket leads to
    it."""
    declared = class_of(row)
    expires_at = date_of(row)
    if declared is None or (declared is MESSAGE and row.get("ticket_id")):
        return None
    if declared is TICKET:
        return of_ticket(row["pk"].partition("#")[2], row.get("assignee", ""), row.get("created_at", 0), expires_at)
    return expires(row["pk"], expires_at)


def date_of(row: Mapping[str, Any]) -> int:
    """Return the expiry date of a row (seconds); 0 when it has none, or something else than our code has written."""
    date = row.get("expires_at")
    return date if isinstance(date, int) else 0


def class_of(row: Mapping[str, Any]) -> ItemClass | None:
    """Return the listed class of a row of the table `desk`; None for another one, and for the guard of a message."""
    found = next((one for one in LISTED if one.fits(row["pk"], row["sk"])), None)
    return None if "guard" in row else found
