"""Requests for the privacy officer: a page of the list, one request, how many are open.

A page costs by its length, not by the number of requests: one queue holds the open ones by their limit, another one
those that are over by when they ended.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.errors import BadInput
from chalicelib.dynamo.schema import REQUEST
from chalicelib.dynamo.tables import Tables
from chalicelib.privacy.kinds.registry import is_handled
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import shown_in, shown_state
from chalicelib.privacy.requests.store import OPEN_QUEUE, OVER_QUEUE, RequestStore, request_of

EXAMINED = 500
"""Rows that one page examines at most. With a filter that few rows pass, a page may hold fewer requests than asked and
still have a next page."""
CHUNK = 50
"""Rows that one read fetches at least."""
COUNTED = 100
"""Requests that a badge counts; beyond it says "99+"."""
_QUEUES = {"open": OPEN_QUEUE, "over": OVER_QUEUE}
_CURSOR = re.compile(r"(open|over)-([0-9]{1,15})-([0-9a-z]{20})")


@dataclass(frozen=True)
class RequestPage:
    """Some requests, and the cursor of the next page; empty at the end."""

    items: tuple[Request, ...]
    cursor: str = ""


@dataclass(frozen=True)
class RequestWithNotes:
    """A request with what staff wrote about it, still sealed to the contact's key."""

    request: Request
    evidence: bytes = field(default=b"", repr=False)
    reason: bytes = field(default=b"", repr=False)


class RequestPages:
    """Reads requests as of a moment (ms). All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._store = RequestStore(tables)

    def find(self, request_id: str, now: int) -> RequestWithNotes | None:
        """Return a request, strongly consistent; None when there is none, its retention has ended, or this release does
        not handle its kind."""
        item = self._store.item(request_id)
        if not item or not _alive(item, now) or not is_handled(item["kind"]):
            return None
        return RequestWithNotes(request_of(item), item.get("evidence", b""), item.get("reason", b""))

    def page(self, now: int, limit: int, *, state: str = "", kind: str = "", cursor: str = "") -> RequestPage:
        """Return the next `limit` requests at most: first the open ones, nearest limit first; then those that are over,
        newest first. `state` is a shown state (progress.shown_state). Raises BadInput for a foreign cursor."""
        parts = [part for part in _QUEUES if not state or state in shown_in(part)]
        found: list[Request] = []
        place = cursor
        for examined, (part, item) in enumerate(self._rows(parts, cursor, max(limit + 1, CHUNK))):
            if len(found) == limit or examined == EXAMINED:
                return RequestPage(tuple(found), place)
            place = f"{part}-{item['activity']}-{item['request_id']}"
            request = request_of(item)
            if not (_alive(item, now) and is_handled(request.kind)):
                continue
            if state in ("", shown_state(request)) and kind in ("", request.kind):
                found.append(request)
        return RequestPage(tuple(found))

    def _rows(self, parts: list[str], cursor: str, chunk: int) -> Iterator[tuple[str, dict[str, Any]]]:
        start: dict[str, Any] = {}
        if cursor:
            match = _CURSOR.fullmatch(cursor)
            if match is None or match[1] not in parts:
                raise BadInput("This cursor is not one of ours, or belongs to another list. Begin at the first page.")
            parts = parts[parts.index(match[1]) :]
            place = {"pk": REQUEST.partition(match[3]), "sk": REQUEST.sk}
            start = {"queue": _QUEUES[match[1]], "activity": int(match[2]), **place}
        for part in parts:
            while True:
                found = self._tables.page(
                    _QUEUES[part], index="queue", newest_first=part == "over", limit=chunk, start=start
                )
                yield from ((part, row) for row in found.rows)
                start = found.next
                if not start:
                    break

    def count_open(self) -> int:
        """Return how many requests are open, COUNTED at most."""
        return self._tables.count(OPEN_QUEUE, index="queue", limit=COUNTED)


def _alive(item: Mapping[str, Any], now: int) -> bool:
    """Whether a row may still be shown: it is deleted some time after its expiry date."""
    until = item.get("expires_at")
    return until is None or int(until) * 1000 > now
