"""Which conversations a colleague may open: where the profile has teams, those that they need for their work.

The question is asked here alone: before every view of a ticket, message, file or contact (web/http/need_to_know.py),
and of every row of a list (docs/adr/0054-need-to-know.md). Where the profile has no teams nothing is read for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.clock import HOUR, OPENED_HOURS
from chalicelib.core.errors import Forbidden
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.rows import alive, get_row
from chalicelib.dynamo.schema import CONTACT, HEAD, MESSAGE, TICKET, Key
from chalicelib.staff.model import Role, Staff

if TYPE_CHECKING:
    from chalicelib.dynamo.models import DeskRow
    from chalicelib.tickets.records import Ticket

OPENED_FOR = OPENED_HOURS * HOUR
"""For so long a ticket is open to whoever has opened it with a reason (ms)."""
ALWAYS: frozenset[str] = frozenset({Role.SUPERVISOR, Role.PRIVACY_OFFICER})
"""Roles that may open every conversation."""
ANSWERS: frozenset[str] = ALWAYS | {Role.OPERATOR}
"""Roles that may open any."""
MOST_TICKETS = 20
"""Tickets of a contact that are asked about at most, the newest first."""


class NotNeeded(Forbidden):
    """The colleague does not need this conversation for their work. `team` is the one that answers it; `ticket_id` is
    the ticket that they may open with a reason, "" when they may not."""

    code = "need_to_know"

    def __init__(self, team: str, ticket_id: str) -> None:
        way = "An operator opens it with a reason." if ticket_id else "Administrators open none."
        super().__init__(f"This conversation belongs to the team {team}. {way}")
        self.team, self.ticket_id = team, ticket_id


@dataclass(frozen=True)
class Reader:
    """A colleague who reads at `now` (ms). `teams` are the ids of the profile's teams, the first one first; without
    teams everything is open. `by` is None for code that shows nothing to anybody in particular."""

    by: Staff | None = None
    teams: Sequence[str] = ()
    now: int = 0

    @property
    def sees_all(self) -> bool:
        """Whether every conversation is open."""
        return self.by is None or not self.teams or self.by.may(ALWAYS)

    @property
    def sees_none(self) -> bool:
        """Whether none is, whatever happens: then no ticket is given to them either."""
        return self.by is not None and bool(self.teams) and not self.by.may(ANSWERS)

    def may_open(self, ticket: "Ticket | DeskRow | None") -> bool:
        """Whether a ticket is open to them: to whoever has it, to its team, and to whoever has opened it with a reason,
        while that lasts. None stands for a person without a ticket, whose first one would be the first team's."""
        if self.by is None or self.sees_all:
            return True
        if self.sees_none:
            return False
        if ticket is None:
            return self.by.team == self.teams[0]
        mine = self.by.team == self.team_of(ticket) or ticket.assignee == self.by.id
        return mine or self.opened_until(ticket) > self.now

    def team_of(self, ticket: "Ticket | DeskRow") -> str:
        """Return the team that answers a ticket, "" without teams. One that the profile has no more leaves its tickets
        to the first."""
        known = ticket.team in self.teams
        return ticket.team or "" if known else next(iter(self.teams), "")

    def opened_until(self, ticket: "Ticket | DeskRow") -> int:
        """Return until when (ms) they have opened a ticket with a reason, 0 when they have not."""
        who = self.by.id if self.by else ""
        return max((until for one, until in openings(ticket.openings or ()) if one == who), default=0)


ALL_SEEING = Reader()
"""Who reads for code that shows nothing to anybody in particular."""


def openings(stored: Iterable[str]) -> list[tuple[str, int]]:
    """Return who has opened a ticket with a reason, and until when (ms), of its attribute `openings`."""
    read = (one.partition(" ") for one in stored)
    return [(who, int(until)) for who, _, until in read]


def with_opening(stored: Iterable[str], who: str, until: int, now: int) -> list[str]:
    """Return the attribute `openings` with one more, without those that have ended."""
    kept = [(one, end) for one, end in openings(stored) if end > now and one != who]
    return [f"{one} {end}" for one, end in [*kept, (who, until)]]


@dataclass(frozen=True)
class RefuseUnneeded:
    """Refuses what is not open to a reader. What does not exist, or has expired, is left to the view, which says so.
    Every read is strongly consistent, and none is made for whoever sees all. All methods raise NotNeeded and
    Unavailable."""

    reader: Reader

    def ticket(self, ticket_id: str) -> None:
        """Refuse a ticket that is not open to the reader."""
        if self.reader.sees_all:
            return
        row = self._row(TICKET.key(ticket_id))
        if row is not None and not self.reader.may_open(row):
            raise self._refusal(row)

    def message(self, ref: MessageRef) -> None:
        """Refuse a message whose ticket is not open to the reader."""
        if self.reader.sees_all:
            return
        row = self._row(MESSAGE.key(*ref))
        if row is not None and row.ticket_id:
            self.ticket(row.ticket_id)
        elif row is not None and not self.reader.may_open(None):
            raise self._refusal(None)

    def contact(self, contact_id: str) -> None:
        """Refuse a contact of whose tickets none is open to the reader."""
        if self.reader.sees_all:
            return
        contact = self._row(CONTACT.key(contact_id))
        if contact is None:
            return
        head = self._row(HEAD.key(contact.conversation_id))
        newest = ticket = self._row(TICKET.key(head.ticket_id)) if head is not None and head.ticket_id else None
        for _ in range(MOST_TICKETS):
            if self.reader.may_open(ticket):
                return
            if ticket is None or not ticket.previous_ticket_id:
                break
            earlier = self._row(TICKET.key(ticket.previous_ticket_id))
            if earlier is None:
                break
            ticket = earlier
        raise self._refusal(newest)

    def _refusal(self, row: "DeskRow | None") -> NotNeeded:
        team = self.reader.team_of(row) if row is not None else self.reader.teams[0]
        able = row is not None and not self.reader.sees_none
        return NotNeeded(team, str(row.ticket_id) if able and row is not None else "")

    def _row(self, key: Key) -> "DeskRow | None":
        row = get_row(key)
        return row if row is not None and alive(row, self.reader.now) else None
