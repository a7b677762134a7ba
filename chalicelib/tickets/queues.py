"""Reads rows of tickets in the order of their last activity: from the index `queue`, or all of a list of the index
`lists`, which holds keys alone.

One `TicketQueues` serves one request. What its page and its badges both need is read once.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from chalicelib.core.errors import NoIndex
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.models import DeskRow, QueueIndex
from chalicelib.dynamo.rows import alive, get_rows, translated_errors
from chalicelib.dynamo.schema import TAGGED, TICKET, Key, lists
from chalicelib.tickets.model import State, queues_of
from chalicelib.tickets.need_to_know import ALL_SEEING, Reader
from chalicelib.tickets.records import ASSIGNEE_NONE, TicketFilter

BEGINNING = 100
"""Rows of a queue that are read for its badge, which says "99+" for more. A page is made of the same rows."""
MOST_LISTED = 1000
"""Tickets of a list of keys that are read to find those of one state. A longer list is walked."""
MOST_FOR_BADGE = 50
"""Tickets of such a list that are read for its badge alone, so that a badge costs no more than the rows of a page."""
Position = tuple[int, str]
"""Where a ticket stands among others: the time of its last activity, and its id."""


def position(row: DeskRow) -> Position:
    """Return where a ticket stands; the newest activity has the greatest one."""
    return int(row.activity or 0), str(row.ticket_id)


def matches(wanted: TicketFilter, row: DeskRow) -> bool:
    """Whether a ticket passes a filter."""
    return wanted.matches(row.state or "", row.channel or "", row.assignee or "", row.tags or ())


class Queue:
    """The rows of one partition of the index `queue`, newest activity first, read in chunks.

    It begins behind `place`; without one, at tickets that are no newer than `until`, if that is given.
    """

    def __init__(
        self,
        name: str,
        chunk: int,
        place: Position | None = None,
        until: Position | None = None,
        *,
        ended: bool = False,
        read: tuple[DeskRow, ...] = (),
    ) -> None:
        self.name, self.place = name, place
        self._chunk, self._until, self._ended = chunk, until, ended
        self._read = list(read)
        self._from = position(read[-1]) if read else place

    def head(self) -> DeskRow | None:
        """Return the next row without consuming it, or None at the end. Raises Unavailable."""
        while not self._read and not self._ended:
            found = list(_query(self.name, self._chunk, self._from, self._until))
            self._ended = len(found) < self._chunk
            self._from = position(found[-1]) if found else self._from
            self._read = [row for row in found if self._until is None or position(row) < self._until]
        return self._read[0] if self._read else None

    def advance(self) -> None:
        """Consume the next row."""
        self.place = position(self._read.pop(0))

    @property
    def ended(self) -> bool:
        """Whether all rows are consumed."""
        return self._ended and not self._read


def _query(queue: str, limit: int, place: Position | None, until: Position | None) -> Iterator[DeskRow]:
    start: dict[str, Any] | None = None
    if place:
        key = TICKET.key(place[1])
        start = attribute_values({"queue": queue, "activity": place[0], "pk": key.pk, "sk": key.sk})
    behind = QueueIndex.activity <= until[0] if until else None
    with translated_errors():
        yield from DeskRow.queue_index.query(
            queue, behind, scan_index_forward=False, limit=limit, last_evaluated_key=start
        )


class TicketQueues:
    """Reads queues and lists as of `now` (ms). All methods raise Unavailable."""

    def __init__(self, now: int, lists_ready: Callable[[], bool], reader: Reader = ALL_SEEING) -> None:
        """`lists_ready` tells whether the index `lists` holds the tickets of older releases, too; `reader` sees only
        what is open to them."""
        self._now = now
        self._reader = reader
        self._lists_ready = lists_ready
        self._beginnings: dict[str, tuple[DeskRow, ...]] = {}
        self._counted: dict[str, int] = {}
        self._listed: dict[tuple[str, int], tuple[DeskRow, ...] | None] = {}

    def beginning(self, queue: str) -> tuple[DeskRow, ...]:
        """Return the BEGINNING newest rows of a queue; fewer are all that there are."""
        if queue not in self._beginnings:
            self._beginnings[queue] = tuple(_query(queue, BEGINNING, None, None))
        return self._beginnings[queue]

    def all_of(self, wanted: TicketFilter, most: int = MOST_LISTED) -> list[DeskRow] | None:
        """Return all tickets of a filter, in no order, if that costs little: those of one state that is not closed, of
        one assignee or with one tag. None when the list has to be walked, or more than `most` would have to be
        read."""
        (state, *others), name = wanted.states, _list_of(wanted)
        if others or state == State.CLOSED or not name:
            return None
        beginnings = [self.known(queue) for queue in queues_of(state)]
        if all(rows is not None and len(rows) < BEGINNING for rows in beginnings):
            found = [row for rows in beginnings for row in rows or () if alive(row, self._now)]
        elif self._lists_ready() and (listed := self._listed_in(name, most)) is not None:
            found = list(listed)
        else:
            return None
        return [row for row in found if self.shows(wanted, row)]

    def shows(self, wanted: TicketFilter, row: DeskRow) -> bool:
        """Whether a ticket passes a filter and is open to the reader."""
        return matches(wanted, row) and self._reader.may_open(row)

    def open_to_reader(self, rows: Iterable[DeskRow]) -> list[DeskRow]:
        """Return the tickets that are there still and are open to the reader."""
        return [row for row in rows if alive(row, self._now) and self._reader.may_open(row)]

    def known(self, queue: str) -> tuple[DeskRow, ...] | None:
        """Return the beginning of a queue if this request has read it."""
        return self._beginnings.get(queue)

    def count(self, queue: str) -> int:
        """Return how many rows a queue holds, BEGINNING at most. pynamodb's own count() ignores the limit and reads to
        the end of the queue."""
        if (known := self.known(queue)) is not None:
            return len(known)
        if queue not in self._counted:
            with translated_errors():
                found = DeskRow.queue_index.query(queue, limit=BEGINNING, attributes_to_get=["pk"])
                self._counted[queue] = sum(1 for _ in found)
        return self._counted[queue]

    def tally(self, queue: str) -> tuple[int, bool]:
        """Return how many tickets of a queue are open to the reader, of its BEGINNING, and whether there may be more
        than are counted. To whoever sees all, counting reads no ticket."""
        if self._reader.sees_all:
            return self.count(queue), False
        rows = self.beginning(queue)
        return len(self.open_to_reader(rows)), len(rows) == BEGINNING

    def _listed_in(self, name: str, most: int) -> tuple[DeskRow, ...] | None:
        """Return all tickets of a list of keys, in no order; None when it has more than `most`, or cannot be read
        because DynamoDB builds the index anew."""
        if (name, most) not in self._listed:
            try:
                with translated_errors():
                    found = list(DeskRow.lists_index.query(name, limit=most + 1))
            except NoIndex:
                self._listed[name, most] = None
                return None
            few = len(found) <= most
            self._listed[name, most] = tuple(self._alive(map(_ticket_key, found))) if few else None
        return self._listed[name, most]

    def _alive(self, keys: Iterator[Key]) -> Iterator[DeskRow]:
        return (row for row in get_rows(keys, strong=False) if alive(row, self._now))


def _list_of(wanted: TicketFilter) -> str:
    """Return the partition of the index `lists` that holds every ticket of a filter that is not closed, or ""."""
    if wanted.assignee and wanted.assignee != ASSIGNEE_NONE:
        return lists.assigned(wanted.assignee, 0).list
    return lists.tagged(wanted.tag, 0).list if wanted.tag else ""


def _ticket_key(row: DeskRow) -> Key:
    """Return the key of the ticket to which a row of the index `lists` belongs: itself, or that of a tag."""
    if row.sk.startswith(TAGGED.prefix):
        return TICKET.key(row.sk.removeprefix(TAGGED.prefix).partition("#")[0])
    return Key("desk", row.pk, row.sk)
