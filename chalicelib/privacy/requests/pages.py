"""Requests about data as the privacy officer sees them: a page of the list, one request, how many are open.

What a page costs depends on its length, never on the number of requests: open ones lie in one queue by their limit,
those that are over in another by when they were.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.errors import BadInput
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.attributes import attribute_values, plain_item
from chalicelib.dynamo.client_calls import reach
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import shown_in, shown_state
from chalicelib.privacy.requests.store import OPEN_QUEUE, OVER_QUEUE, RequestStore, request_of

EXAMINED = 500
"""Rows that one page looks at, at most; a page of a rare filter may hold fewer requests than asked and go on."""
CHUNK = 50
"""Rows that one read fetches, at least."""
COUNTED = 100
"""Requests that a badge counts; beyond it says "99+"."""
_QUEUES = {"open": OPEN_QUEUE, "over": OVER_QUEUE}
_CURSOR = re.compile(r"(open|over)-([0-9]{1,15})-([0-9a-z]{20})")


@dataclass(frozen=True)
class RequestPage:
    """Some requests, and where to go on; `cursor` is empty at the end."""

    items: tuple[Request, ...]
    cursor: str = ""


@dataclass(frozen=True)
class Kept:
    """A request with what colleagues wrote about it, still sealed to the contact's key."""

    request: Request
    evidence: bytes = field(default=b"", repr=False)
    reason: bytes = field(default=b"", repr=False)


class RequestPages:
    """Reads requests as of a moment (ms). All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._table = tables["desk"]
        self._store = RequestStore(client, tables)

    def find(self, request_id: str, now: int) -> Kept | None:
        """A request, strongly consistent; None when there is none or its retention has ended."""
        item = self._store.item(request_id)
        if not item or not _alive(item, now):
            return None
        return Kept(request_of(item), item.get("evidence", b""), item.get("reason", b""))

    def page(self, now: int, limit: int, *, state: str = "", kind: str = "", cursor: str = "") -> RequestPage:
        """Return the next `limit` requests at most: open ones, nearest limit first, then those that are over, newest
        first. `state` is one as they are shown. Raises BadInput for a cursor that is not ours."""
        parts = [part for part in _QUEUES if not state or state in shown_in(part)]
        found: list[Request] = []
        place, examined = cursor, 0
        for part, item in self._rows(parts, cursor, max(limit + 1, CHUNK)):
            if len(found) == limit or examined == EXAMINED:
                return RequestPage(tuple(found), place)
            examined += 1
            place = f"{part}-{item['activity']}-{item['request_id']}"
            request = request_of(item)
            if _alive(item, now) and state in ("", shown_state(request)) and kind in ("", request.kind):
                found.append(request)
        return RequestPage(tuple(found))

    def _rows(self, parts: list[str], cursor: str, chunk: int) -> Iterator[tuple[str, dict[str, Any]]]:
        start: dict[str, Any] = {}
        if cursor:
            match = _CURSOR.fullmatch(cursor)
            if match is None or match[1] not in parts:
                raise BadInput("This cursor is not one of ours, or belongs to another list. Begin at the first page.")
            parts = parts[parts.index(match[1]) :]
            pk = rows.request_pk(match[3])
            start = {"queue": _QUEUES[match[1]], "activity": int(match[2]), "pk": pk, "sk": "request"}
        for part in parts:
            while True:
                answer = self._query(
                    part, Limit=chunk, **({"ExclusiveStartKey": attribute_values(start)} if start else {})
                )
                yield from ((part, plain_item(item)) for item in answer["Items"])
                start = plain_item(answer.get("LastEvaluatedKey", {}))
                if not start:
                    break

    def count_open(self) -> int:
        """How many requests are open, COUNTED at most."""
        return int(self._query("open", Limit=COUNTED, Select="COUNT")["Count"])

    def _query(self, part: str, **more: Any) -> dict[str, Any]:
        query = {
            "TableName": self._table,
            "IndexName": "queue",
            "KeyConditionExpression": "queue = :queue",
            "ExpressionAttributeValues": {":queue": {"S": _QUEUES[part]}},
            "ScanIndexForward": part == "open",
            **more,
        }
        return reach(self._client, "query", query)


def _alive(item: Mapping[str, Any], now: int) -> bool:
    """Whether a row may be shown: deletion comes later than the date promises."""
    until = item.get("expires_at")
    return until is None or int(until) * 1000 > now
