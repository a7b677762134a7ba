"""What counts as found: the rows that were there when the inventory was made, and those that late writers add after it.

A row whose term was over by then is no part of it: the sweeper deletes such rows at any moment, whatever is destroyed.
Rows that have no name of their own in the inventory are known by marks, short hashes of our own keys. The eraser writes
down the marks of rows that it does not know before it deletes them; a mark is in the set once, however many runs see
the row and whichever of them dies. So the count does not depend on who was when.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.clock import SECOND

MARK_BYTES = 8
"""Bytes of a mark: of a hundred thousand rows two have the same one with a probability of 1 in 4 000 million."""


@dataclass(frozen=True)
class StoreListing:
    """One store of the inventory: how many rows were found, the partitions that are not found otherwise, and the marks
    of rows that have none of their own; None in an inventory that the release before has made. `late` are marks of
    rows that came afterwards."""

    found: int = 0
    names: tuple[str, ...] = ()
    marks: frozenset[bytes] | None = frozenset()
    late: frozenset[bytes] = frozenset()

    @property
    def rows(self) -> int:
        """How many rows there were in all."""
        return self.found + len(self.late)


def row_mark(name: str) -> bytes:
    """Return the mark of a row, by its partition key or, inside the person's own partitions, its sort key."""
    return hashlib.sha256(name.encode()).digest()[:MARK_BYTES]


def unexpired(row: Mapping[str, Any], at: int) -> bool:
    """Whether the term of a row was not over at this time (ms)."""
    until = row.get("expires_at")
    return not until or int(until) * SECOND > at


def pack_marks(marks: Iterable[bytes], most: int) -> Iterator[str]:
    """Return marks as they are stored, so many at most in each text."""
    left = sorted(marks)
    for start in range(0, len(left), most):
        yield base64.b64encode(b"".join(left[start : start + most])).decode()


def unpack_marks(stored: str) -> frozenset[bytes]:
    """Return marks from what is stored."""
    marks = base64.b64decode(stored)
    return frozenset(marks[start : start + MARK_BYTES] for start in range(0, len(marks), MARK_BYTES))


def listings_of(items: Iterable[Mapping[str, Any]]) -> dict[str, StoreListing]:
    """Return the stores of an inventory from its rows."""
    stores: dict[str, StoreListing] = {}
    for item in items:
        before = stores.get(item["store"], StoreListing())
        if "late" in item:
            late = before.late | frozenset(map(bytes.fromhex, item["late"]))
            stores[item["store"]] = StoreListing(before.found, before.names, before.marks, late)
        elif "names" in item:
            marks = None
            if before.marks is not None and "marks" in item:
                marks = before.marks.union(*map(unpack_marks, item["marks"]))
            names = (*before.names, *item["names"])
            stores[item["store"]] = StoreListing(item["found"], names, marks, before.late)
    return stores


def proved_counts(
    counts: Mapping[str, Mapping[str, int]], stores: Mapping[str, StoreListing]
) -> dict[str, dict[str, int]]:
    """Return the counts of a request of which nothing is left: what was found is destroyed."""
    found = {name: dict(numbers) for name, numbers in counts.items()}
    for name, store in stores.items():
        numbers = found.setdefault(name, {"found": 0, "destroyed": 0, "retained": 0})
        rows = store.rows if store.marks is not None else max(store.rows, numbers["found"])
        numbers["found"] = numbers["destroyed"] = rows
    return found
