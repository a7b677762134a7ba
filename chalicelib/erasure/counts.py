"""Counts the rows that an erasure found: those there when the inventory was made, and those that late writers added.

A row that had expired when the inventory was made does not count, because the retention sweeper may delete it at any
time. Rows that the inventory does not list by name are known by marks: short hashes of their keys. Before the eraser
deletes a row that it does not know, it writes down its mark. The marks are a set, so a row counts once, however many
runs see it and whichever of them dies.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.clock import SECOND

MARK_BYTES = 8
"""Bytes of a mark: among a hundred thousand rows two share one with a probability of 1 in 4 000 million."""


@dataclass(frozen=True)
class StoreListing:
    """One store of the inventory: how many rows were found, the partition keys (`names`) that are not found otherwise,
    and the marks of the other rows (None in an inventory of the release before). `late` are marks of rows that came
    afterwards."""

    found: int = 0
    names: tuple[str, ...] = ()
    marks: frozenset[bytes] | None = frozenset()
    late: frozenset[bytes] = frozenset()

    @property
    def rows(self) -> int:
        """How many rows there were, with the late ones."""
        return self.found + len(self.late)


def row_mark(name: str) -> bytes:
    """Return the mark of a row, by its partition key or, inside the person's own partitions, its sort key."""
    return hashlib.sha256(name.encode()).digest()[:MARK_BYTES]


def unexpired(row: Mapping[str, Any], at: int) -> bool:
    """Whether a row had not expired at this time (ms)."""
    until = row.get("expires_at")
    return not until or int(until) * SECOND > at


def pack_marks(marks: Iterable[bytes], most: int) -> Iterator[str]:
    """Yield texts that hold marks as they are stored, `most` marks at most in each."""
    left = sorted(marks)
    for start in range(0, len(left), most):
        yield base64.b64encode(b"".join(left[start : start + most])).decode()


def unpack_marks(stored: str) -> frozenset[bytes]:
    """Return the marks that a stored text holds."""
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
    counts: Mapping[str, Mapping[str, int]], stores: Mapping[str, StoreListing], kept: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    """Return the counts of a request after the proof that nothing is left: all that was found is destroyed, but for
    what was sealed anew and `kept`, by store."""
    found = {name: dict(numbers) for name, numbers in counts.items()}
    for name, store in stores.items():
        numbers = found.setdefault(name, {"found": 0, "destroyed": 0, "retained": 0})
        rows = store.rows if store.marks is not None else max(store.rows, numbers["found"])
        numbers["found"], numbers["retained"] = rows, kept.get(name, 0)
        numbers["destroyed"] = rows - numbers["retained"]
    return found
