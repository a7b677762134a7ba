"""Counts tickets for the badges of the sidebar: exactly up to 99, and then "99+". What would cost too much to count is
said to be more than was counted; what is not open to the reader is not counted. No counter is kept that a repeated
event could move."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from chalicelib.dynamo.models import DeskRow
from chalicelib.tickets.model import State, queue_of, queues_of
from chalicelib.tickets.queues import BEGINNING, MOST_FOR_BADGE, MOST_LISTED, TicketQueues
from chalicelib.tickets.records import TicketFilter


class Tally(NamedTuple):
    """How many tickets were counted; `more` says that there may be others."""

    number: int = 0
    more: bool = False


@dataclass(frozen=True)
class Badges:
    """Numbers of tickets. All but `states` are of open ones. Channels and tags are counted among the newest of them, so
    `more` stands with these when there are very many open tickets."""

    states: dict[str, Tally] = field(default_factory=dict)
    mine: Tally = field(default=Tally(0, True))
    unassigned: Tally = field(default=Tally(0, True))
    channels: dict[str, Tally] = field(default_factory=dict)
    tags: dict[str, Tally] = field(default_factory=dict)

    def of(self, view: str) -> Tally | None:
        """Return the number of a view; None for one that is not counted."""
        return {"mine": self.mine, "unassigned": self.unassigned}.get(view) or self.states.get(view)

    def channel(self, channel: str) -> Tally:
        """Return the number of a channel."""
        return self.channels.get(channel, self._none)

    def tag(self, tag: str) -> Tally:
        """Return the number of a tag."""
        return self.tags.get(tag, self._none)

    @property
    def _none(self) -> Tally:
        return Tally(0, any(one.more for one in self.channels.values()))


_OTHERS = (State.PENDING, State.SNOOZED, State.SOLVED)


def read_states(queues: TicketQueues, shown: TicketFilter | None) -> None:
    """Read what `count` needs of states that are not open; a page does it beside the rest. Raises Unavailable."""
    for state in shown.states if shown else ():
        if state != State.OPEN:
            queues.beginning(queue_of(state))
    for state in _OTHERS:
        queues.tally(queue_of(state))


def count(queues: TicketQueues, staff_id: str, shown: TicketFilter | None = None) -> Badges:
    """Count the tickets for a colleague's sidebar. A list `shown` beside it is made of the same rows. Raises
    Unavailable."""
    read_states(queues, shown)
    read = {queue: queues.beginning(queue) for queue in queues_of(State.OPEN)}
    more = any(len(rows) == BEGINNING for rows in read.values())
    rows = [row for found in read.values() for row in queues.open_to_reader(found) if row.state == State.OPEN]
    free = sum(not row.assignee for row in rows)
    others = {state.value: Tally(*queues.tally(queue_of(state))) for state in _OTHERS}
    return Badges(
        states={State.OPEN.value: Tally(len(rows), more), **others},
        mine=_mine(queues, rows, staff_id, shown),
        unassigned=Tally(free, len(read[queue_of(State.OPEN)]) == BEGINNING),
        channels=_by(Counter(row.channel or "" for row in rows), more),
        tags=_by(Counter(tag for row in rows for tag in row.tags or ()), more),
    )


def _mine(queues: TicketQueues, rows: list[DeskRow], staff_id: str, shown: TicketFilter | None) -> Tally:
    mine = TicketFilter((State.OPEN.value,), assignee=staff_id)
    found = queues.all_of(mine, MOST_LISTED if shown == mine else MOST_FOR_BADGE)
    if found is None:
        return Tally(sum(row.assignee == staff_id for row in rows), True)
    return Tally(len(found))


def _by(counted: Counter[str], more: bool) -> dict[str, Tally]:
    return {name: Tally(number, more) for name, number in counted.most_common()}
