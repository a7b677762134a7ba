"""Lists tickets page by page, and counts them for the sidebar. The cost of a page does not grow with the tickets.

The index holds one queue per state, ordered by activity; several states are merged while reading. The cursor holds the
last examined ticket of each state, so that none is skipped or shown twice.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.errors import BadInput
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import alive, translated_errors
from chalicelib.dynamo.schema import TICKET
from chalicelib.tickets.model import State, queue_of
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import Page, TicketFilter

EXAMINED = 500
"""Most rows that one page examines: with a rare filter a page may have fewer tickets than asked, and a cursor."""
CHUNK = 50
"""Fewest rows that one read fetches: a short page of a rare filter would else take very many reads."""
COUNTED = 100
"""Tickets that a badge counts at most; for more it shows "99+"."""
_PART = re.compile(r"([a-z]{1,20}):(?:(end)|([0-9]{1,15})\.([0-9a-z]{20}))")
_Place = tuple[int, str]


class _Queue:
    """The tickets of one state, read in chunks from a place in the index on."""

    def __init__(self, state: str, place: _Place | None, ended: bool, chunk: int) -> None:
        self.state, self.place, self._ended, self._chunk = state, place, ended, chunk
        self._read: list[DeskRow] = []

    def head(self) -> DeskRow | None:
        """Return the next row without consuming it, or None at the end."""
        if not self._read and not self._ended:
            self._read = list(self._query())
            self._ended = len(self._read) < self._chunk
        return self._read[0] if self._read else None

    def advance(self) -> None:
        """Consume the next row."""
        row = self._read.pop(0)
        self.place = (int(row.activity or 0), str(row.ticket_id))

    def _query(self) -> Iterator[DeskRow]:
        start: dict[str, Any] | None = None
        if self.place:
            activity, ticket_id = self.place
            key = TICKET.key(ticket_id)
            last = {"queue": queue_of(self.state), "activity": activity, "pk": key.pk, "sk": key.sk}
            start = attribute_values(last)
        with translated_errors():
            yield from DeskRow.queue_index.query(
                queue_of(self.state), scan_index_forward=False, limit=self._chunk, last_evaluated_key=start
            )

    def cursor(self) -> str:
        """Return the part of the cursor from which this queue continues."""
        if not self._read and self._ended:
            return f"{self.state}:end"
        return f"{self.state}:{self.place[0]}.{self.place[1]}" if self.place else ""


def page(tickets: TicketQueries, wanted: TicketFilter, now: int, limit: int, cursor: str = "") -> Page:
    """Return the next page of `limit` tickets at most, newest activity first.

    Raises BadInput for a cursor that is not ours, and Unavailable.
    """
    places = _places(cursor, wanted.states)
    chunk = max(limit, CHUNK)
    queues = [_Queue(state, *places.get(state, (None, False)), chunk) for state in wanted.states]
    found: list[DeskRow] = []
    for _ in range(EXAMINED):
        heads = [(row, queue) for queue in queues if (row := queue.head()) is not None]
        if not heads or len(found) == limit:
            break
        row, queue = max(heads, key=lambda one: (int(one[0].activity or 0), str(one[0].ticket_id)))
        queue.advance()
        if alive(row, now) and wanted.matches(row.state or "", row.channel or "", row.assignee or "", row.tags or ()):
            found.append(row)
    more = any(queue.head() is not None for queue in queues)
    return Page(tuple(tickets.opened(found)), _cursor(queues) if more else "")


def _cursor(queues: list[_Queue]) -> str:
    text = ",".join(part for queue in queues if (part := queue.cursor()))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _places(cursor: str, states: tuple[str, ...]) -> dict[str, tuple[_Place | None, bool]]:
    if not cursor:
        return {}
    wrong = BadInput("This cursor is not one of ours, or belongs to another list. Begin at the first page.")
    if not re.fullmatch("[A-Za-z0-9_-]{1,600}", cursor):
        raise wrong
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        raise wrong from None
    places: dict[str, tuple[_Place | None, bool]] = {}
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None or match[1] not in states or match[1] in places:
            raise wrong
        places[match[1]] = (None, True) if match[2] else ((int(match[3]), match[4]), False)
    return places


@dataclass(frozen=True)
class Counts:
    """Badges of the sidebar, each counting COUNTED tickets at most. Channels, assignees and tags are counted among the
    newest open tickets; `truncated` says that there are more."""

    states: dict[str, int] = field(default_factory=dict)
    channels: Counter[str] = field(default_factory=Counter)
    assignees: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    truncated: bool = False


def counts(now: int) -> Counts:
    """Count the tickets for the sidebar: one query per state. Raises Unavailable."""
    with translated_errors():
        found = DeskRow.queue_index.query(
            queue_of(State.OPEN),
            scan_index_forward=False,
            limit=COUNTED,
            attributes_to_get=["channel", "assignee", "tags", "expires_at"],
        )
        newest = [row for row in found if alive(row, now)]
        states = {state.value: _counted(state) for state in (State.PENDING, State.SNOOZED, State.SOLVED)}
    return Counts(
        states={State.OPEN.value: len(newest), **states},
        channels=Counter(row.channel or "" for row in newest),
        assignees=Counter(row.assignee or "" for row in newest),
        tags=Counter(tag for row in newest for tag in row.tags or ()),
        truncated=len(newest) == COUNTED,
    )


def _counted(state: State) -> int:
    """Count COUNTED tickets at most. pynamodb's own count() ignores the limit and reads to the end of the queue."""
    return sum(1 for _ in DeskRow.queue_index.query(queue_of(state), limit=COUNTED, attributes_to_get=["pk"]))
