"""The marker: one row that says what has changed at the desk, so that open pages read nothing while nothing has.

The stream router writes a new mark for each kind of change, once per batch: the second of the change in eight hex
digits, and four random letters. A page keeps the marks as of its last answer: as long as they are the same, the page is
up to date. Conversations share SLOTS places, so that the row stays below 1 kB: two conversations with one place refresh
each other's pages, which is harmless.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.dynamo.builder import NEW
from chalicelib.dynamo.schema import MARKER, Key
from chalicelib.dynamo.tables import Tables

SLOTS = 64
"""Places of conversations. Frozen: another number would move the places of pages that are open."""
SETTLES = 5 * SECOND // 2
"""For so long after the second of a change (ms) an index may lack it, though the marker tells of it."""
_TIME = 8
ROW = MARKER.key("desk")
_NAMES = ("tickets", "staff", "requests")


@dataclass(frozen=True)
class Changes:
    """What a batch of the stream changed: tickets in lists, accounts of staff, requests about data, and the
    conversations with these ids."""

    tickets: bool = False
    staff: bool = False
    requests: bool = False
    conversations: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.tickets or self.staff or self.requests or self.conversations)

    def __or__(self, other: "Changes") -> "Changes":
        return Changes(
            self.tickets or other.tickets,
            self.staff or other.staff,
            self.requests or other.requests,
            self.conversations | other.conversations,
        )


@dataclass(frozen=True)
class Marker:
    """The marks as they are, empty where nothing has changed yet."""

    tickets: str = ""
    staff: str = ""
    requests: str = ""
    conversations: tuple[str, ...] = ()

    def of_slot(self, slot: int) -> str:
        """Return the mark of the conversations of a place."""
        return self.conversations[slot] if 0 <= slot < len(self.conversations) else ""


def slot_of(conversation_id: str) -> int:
    """Return the place of a conversation's mark."""
    return sha256(conversation_id.encode()).digest()[0] % SLOTS


def settled(mark: str, now: int) -> bool:
    """Tell whether an index has what a mark tells of, as of `now` (ms)."""
    return not mark or not 0 <= now - int(mark[:_TIME], 16) * SECOND < SETTLES


class Markers:
    """Reads and changes the marker. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def read_with(self, key: Key, *, strong: bool) -> tuple[Marker, dict[str, Any]]:
        """Return the marker and another row of its table, in one call; the row is empty when there is none."""
        found = self._tables.get_many([key, ROW], strong=strong)
        return _marker(found.get(ROW, {})), found.get(key, {})

    def tell(self, changes: Changes, now: int) -> None:
        """Put a new mark in the place of each kind of change. Telling a change twice is harmless. `now` is in ms."""
        mark = f"{now // SECOND:0{_TIME}x}{secrets.token_urlsafe(3)}"
        slots = sorted({slot_of(one) for one in changes.conversations})
        places = [*(name for name in _NAMES if getattr(changes, name)), *(f"conversations[{slot}]" for slot in slots)]
        expression = "SET " + ", ".join(f"{place} = :mark" for place in places)
        changed = self._tables.update("marker", ROW, expression, "attribute_exists(pk)", {"mark": mark})
        if self._tables.write(changed):
            return
        first = {**dict.fromkeys(_NAMES, mark), "conversations": [mark] * SLOTS}
        if not self._tables.write(self._tables.put("marker", ROW, first, NEW)):  # another batch was quicker
            self._tables.write(changed)


def _marker(row: Mapping[str, Any]) -> Marker:
    tickets, staff, requests = (str(row.get(name, "")) for name in _NAMES)
    return Marker(tickets, staff, requests, tuple(row.get("conversations", ())))
