"""The marker: one row that says what has changed at the desk, so that open pages read nothing while nothing has.

The stream router writes a new random mark for each kind of change, once per batch. A page keeps the marks as of its
last answer: as long as they are the same, the page is up to date. Conversations share SLOTS places, so that the row
stays below 1 kB: two conversations with one place refresh each other's pages, which is harmless.
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
SETTLES = 3 * SECOND // 2
"""For so long after a change (ms) an index may lack it, though the marker tells of it."""
ROW = MARKER.key("desk")


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
    """The marks as they are, empty where nothing has changed yet. `changed_at` is the time of the last change (ms)."""

    tickets: str = ""
    staff: str = ""
    requests: str = ""
    conversations: tuple[str, ...] = ()
    changed_at: int = 0

    def of_slot(self, slot: int) -> str:
        """Return the mark of the conversations of a place."""
        return self.conversations[slot] if 0 <= slot < len(self.conversations) else ""


def slot_of(conversation_id: str) -> int:
    """Return the place of a conversation's mark."""
    return sha256(conversation_id.encode()).digest()[0] % SLOTS


class Markers:
    """Reads and changes the marker. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def read_with(self, key: Key, *, strong: bool) -> tuple[Marker, dict[str, Any]]:
        """Return the marker and another row of its table, in one call; the row is empty when there is none."""
        found = self._tables.get_many([key, ROW], strong=strong)
        return _marker(found.get(ROW, {})), found.get(key, {})

    def tell(self, changes: Changes, now: int) -> None:
        """Put a new mark in the place of each kind of change. Telling a change twice is harmless."""
        mark = secrets.token_urlsafe(6)
        named = {name: mark for name in ("tickets", "staff", "requests") if getattr(changes, name)}
        slots = sorted({slot_of(one) for one in changes.conversations})
        parts = [*(f"{name} = :mark" for name in named), *(f"conversations[{slot}] = :mark" for slot in slots)]
        expression = "SET changed_at = :now, " + ", ".join(parts)
        changed = self._tables.update("marker", ROW, expression, "attribute_exists(pk)", {"mark": mark, "now": now})
        if self._tables.write(changed):
            return
        first = dict.fromkeys(("tickets", "staff", "requests"), mark)
        made = self._tables.put("marker", ROW, {**first, "conversations": [mark] * SLOTS, "changed_at": now}, NEW)
        if not self._tables.write(made):  # another batch was quicker
            self._tables.write(changed)


def _marker(row: Mapping[str, Any]) -> Marker:
    tickets, staff, requests = (str(row.get(name, "")) for name in ("tickets", "staff", "requests"))
    return Marker(tickets, staff, requests, tuple(row.get("conversations", ())), int(row.get("changed_at", 0)))
