"""Lists tickets page by page. The cost of a page does not grow with the tickets.

Of one assignee or one tag all tickets are read by their keys and put in order here, so that three are found behind ten
thousand others. Every other list is a walk through the queues of its states, ordered by activity and merged while
reading. Both ways have the same order, so that a cursor of one serves the other.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import TYPE_CHECKING

from chalicelib.core.errors import BadInput
from chalicelib.dynamo.rows import alive
from chalicelib.tickets.model import queue_of, queues_of
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.queues import BEGINNING, Position, Queue, position
from chalicelib.tickets.records import ASSIGNEE_NONE, Page, TicketFilter

if TYPE_CHECKING:
    from chalicelib.dynamo.models import DeskRow

EXAMINED = 500
"""Most rows that a walk examines for one page: with a rare filter a page may have fewer tickets than asked, and a
cursor."""
CHUNK = 50
"""Fewest rows that one read fetches: a short page of a rare filter would else take very many reads."""
_BEHIND = "all"
"""Part of a cursor that holds the last ticket of a page for all queues."""
_PART = re.compile(r"([a-z.]{1,20}):(?:(end)|([0-9]{1,15})\.([0-9a-z]{20}))")


def page(
    tickets: TicketQueries, wanted: TicketFilter, now: int, limit: int, cursor: str = "", *, consents: bool = False
) -> Page:
    """Return the next page of `limit` tickets at most, newest activity first. With `consents` they tell who has
    withdrawn theirs. A reader sees what is open to them; a page that has fewer for that goes on by its cursor.

    Raises BadInput for a cursor that is not ours, and Unavailable.
    """
    places = _places(cursor, wanted)
    if tickets.reader.sees_none:
        return Page(())
    found = tickets.queues.all_of(wanted)
    if found is None:
        return _walk(tickets, wanted, now, limit, places, consents=consents)
    behind = min((place for place in places.values() if place), default=None)
    rest = sorted((row for row in found if behind is None or position(row) < behind), key=position, reverse=True)
    shown = rest[:limit]
    more = _encoded([f"{_BEHIND}:{_place(position(shown[-1]))}"]) if len(rest) > limit else ""
    return Page(tuple(tickets.opened(shown, consents=consents)), more, total=len(found))


def _queues_of(wanted: TicketFilter) -> list[str]:
    """Return the queues that may hold tickets of a filter. Of those with an assignee, rows of older releases stand
    among those without one."""
    if wanted.assignee == ASSIGNEE_NONE:
        return [queue_of(state) for state in wanted.states]
    return [queue for state in wanted.states for queue in queues_of(state)]


def _walk(
    tickets: TicketQueries,
    wanted: TicketFilter,
    now: int,
    limit: int,
    places: dict[str, Position | None],
    *,
    consents: bool,
) -> Page:
    chunk = max(limit + 1, CHUNK)
    last = min((place for place in places.values() if place), default=None)
    queues = [_queue(tickets, name, chunk, places, last) for name in _queues_of(wanted)]
    found: list[DeskRow] = []
    for _ in range(EXAMINED):
        heads = [(row, queue) for queue in queues if (row := queue.head()) is not None]
        if not heads or len(found) == limit:
            break
        row, queue = max(heads, key=lambda one: position(one[0]))
        queue.advance()
        if alive(row, now) and tickets.queues.shows(wanted, row):
            found.append(row)
    more = any(queue.head() is not None for queue in queues)
    return Page(tuple(tickets.opened(found, consents=consents)), _encoded(map(_part, queues)) if more else "")


def _queue(
    tickets: TicketQueries, name: str, chunk: int, places: dict[str, Position | None], last: Position | None
) -> Queue:
    """Return a queue from where the cursor continues. One that the cursor does not name goes on behind the last ticket
    that was shown: nothing of it was examined, or an older release knew no such queue."""
    part = name.removesuffix("#0")
    if part in places:
        return Queue(name, chunk, places[part], ended=places[part] is None)
    read = tickets.queues.known(name) if last is None else None
    if read is not None:
        return Queue(name, chunk, read=read, ended=len(read) < BEGINNING)
    return Queue(name, chunk, until=last)


def _part(queue: Queue) -> str:
    """Return the part of the cursor from which a queue continues."""
    name = queue.name.removesuffix("#0")
    if queue.ended:
        return f"{name}:end"
    return f"{name}:{_place(queue.place)}" if queue.place else ""


def _place(place: Position) -> str:
    return f"{place[0]}.{place[1]}"


def _encoded(parts: Iterable[str]) -> str:
    return urlsafe_b64encode(",".join(filter(None, parts)).encode()).decode().rstrip("=")


def _places(cursor: str, wanted: TicketFilter) -> dict[str, Position | None]:
    """Return the place in each queue that a cursor names; None for one that has ended."""
    if not cursor:
        return {}
    wrong = BadInput("This cursor is not one of ours, or belongs to another list. Begin at the first page.")
    if not re.fullmatch("[A-Za-z0-9_-]{1,600}", cursor):
        raise wrong
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        raise wrong from None
    known = {queue.removesuffix("#0") for state in wanted.states for queue in queues_of(state)} | {_BEHIND}
    places: dict[str, Position | None] = {}
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None or match[1] not in known or match[1] in places:
            raise wrong
        places[match[1]] = None if match[2] else (int(match[3]), match[4])
    return places
