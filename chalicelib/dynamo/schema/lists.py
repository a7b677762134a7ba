"""Partitions of the index `lists`, which holds keys alone: a row stands in one of them by its attribute `list`, in the
order of its `place` (ms). Pure.

- `expires#{shard}`: rows with a date of their own, at the time at which somebody must look at them: their expiry date.
- `assigned#{staff_id}`: tickets of a colleague that are not closed, at the time at which they were created.
- `tag#{tag}`: rows `tagged` of the tickets with a tag that are not closed, at the time at which these were created.

A closed ticket expires, and one that is not closed does not, so no row needs two places. An attribute `list` without a
`place` is silently not indexed: every write sets both or removes both.
"""

from typing import NamedTuple
from zlib import crc32

from chalicelib.dynamo.schema.tickets import TICKET

SHARDS = 1
"""Partitions in which rows that expire are written. One takes a thousand writes a second."""


class Place(NamedTuple):
    """Where a row stands in the index; two empty values: nowhere."""

    list: str = ""
    place: int = 0

    def attributes(self) -> dict[str, str | int | None]:
        """Return the attributes `list` and `place`; None stands for one that the row must not have."""
        return {"list": self.list or None, "place": self.place if self.list else None}


NOWHERE = Place()


def expires(pk: str, expires_at: int) -> Place:
    """Return the place of a row with this partition key that expires at `expires_at` (seconds); nowhere when it is 0.
    All rows of a partition are in one shard."""
    return Place(f"expires#{crc32(pk.encode()) % SHARDS}", expires_at * 1000) if expires_at else NOWHERE


def assigned(staff_id: str, created_at: int) -> Place:
    """Return the place of a ticket of this colleague, created at `created_at` (ms); nowhere when it has nobody."""
    return Place(f"assigned#{staff_id}", created_at) if staff_id else NOWHERE


def tagged(tag: str, created_at: int) -> Place:
    """Return the place of a row `tagged`, of a ticket created at `created_at` (ms)."""
    return Place(f"tag#{tag}", created_at)


def of_ticket(ticket_id: str, assignee: str, created_at: int, expires_at: int) -> Place:
    """Return the place of a ticket: once it is closed at its expiry date `expires_at` (seconds), before that among
    those of its assignee by `created_at` (ms)."""
    return expires(TICKET.partition(ticket_id), expires_at) if expires_at else assigned(assignee, created_at)
