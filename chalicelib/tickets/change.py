"""A member of staff changes a ticket's state, assignee, priority or tags, or hands it to another team."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import DAY
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.kept_for import KeptFor
from chalicelib.staff.model import Staff
from chalicelib.tickets.erasure_guard import refuse_if_erasing
from chalicelib.tickets.model import State
from chalicelib.tickets.need_to_know import Reader
from chalicelib.tickets.records import Event, Ticket

if TYPE_CHECKING:
    from chalicelib.staff.store import StaffStore
    from chalicelib.tickets.queries import TicketQueries
    from chalicelib.tickets.writes import TicketWrites

TRIES = 6
"""Attempts while others change the same ticket."""


@dataclass(frozen=True)
class TicketChanges:
    """The wanted values; None leaves a value as it is. An empty assignee means nobody.

    A `team` is an id of the profile. Handing a ticket to another team takes its assignee away, unless one is named.

    `seen_assignee` is the assignee that the person saw when choosing another. If the ticket has gone to somebody else
    since, it is not taken from them; one's own ticket can always be reassigned.
    """

    state: str | None = None
    assignee: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] | None = None
    seen_assignee: str | None = None
    team: str | None = None


class AssignedMeanwhile(Conflict):
    """The ticket was assigned to somebody else meanwhile: `assignee`."""

    code = "taken"

    def __init__(self, assignee: str) -> None:
        super().__init__("A colleague has taken this ticket meanwhile. Take it all the same, or leave it to them.")
        self.assignee = assignee


def _wait(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.02 * 2**attempt))


@dataclass(frozen=True)
class ChangeTicket:
    """Changes tickets. `ticket_kept` is the retention of closed tickets, `teams` are the ids of the teams, the first
    one first, from the operator profile."""

    tickets: "TicketQueries"
    writes: "TicketWrites"
    staff: "StaffStore"
    ticket_kept: KeptFor
    clock: Callable[[], int]
    teams: Sequence[str] = ()
    wait: Callable[[int], None] = field(default=_wait)

    def __call__(self, ticket_id: str, changes: TicketChanges, by: Staff) -> Ticket:
        """Apply the changes and return the ticket as it is then. Values that are set already are not written.

        Raises NotFound, ErasureInProgress, BadInput for an assignee without access and, with the code no_team, for a
        team that the profile has not, AssignedMeanwhile when the ticket
        has another assignee than was seen, Conflict when others keep changing the ticket or when a closed one has a
        successor, and Unavailable.
        """
        if changes.assignee:
            assignee = self.staff.get(changes.assignee)
            if assignee is None or assignee.disabled or Reader(assignee, self.teams).sees_none:
                raise BadInput("The assignee is not a colleague with access. Choose another one.", code="no_access")
        if changes.team is not None and changes.team not in self.teams:
            raise BadInput("There is no such team. Choose one of the profile.", code="no_team")
        for attempt in range(TRIES):
            ticket = self.tickets.ticket(ticket_id)
            if ticket is None:
                raise NotFound("There is no such ticket, or its retention has ended.")
            refuse_if_erasing(self.tickets, ticket)
            now = self.clock()
            new, events = self._plan(ticket, changes, by, now)
            if not new:
                return ticket
            if self.writes.change(ticket, new, events, by.id, now):
                return self.tickets.ticket(ticket_id) or ticket
            self._not_succeeded(ticket, changes)
            self.wait(attempt)
        raise Conflict("Somebody changed this ticket meanwhile. Look at its new state and try again.")

    def _not_succeeded(self, ticket: Ticket, changes: TicketChanges) -> None:
        reopens = ticket.state == State.CLOSED and changes.state not in (None, State.CLOSED)
        if reopens and self.tickets.conversation(ticket.conversation_id).ticket_id != ticket.id:
            raise Conflict("The customer has a newer ticket. Go on there.", code="newer_ticket")

    def _plan(self, ticket: Ticket, changes: TicketChanges, by: Staff, now: int) -> tuple[dict[str, Any], list[Event]]:
        new: dict[str, Any] = {}
        events: list[Event] = []
        if changes.state is not None and changes.state != ticket.state:
            new |= self._state(ticket, changes.state, now)
            events.append(Event("state_changed", {"old": ticket.state, "new": changes.state}))
        assignee = changes.assignee
        if changes.team is not None and changes.team != Reader(by, self.teams).team_of(ticket):
            new["team"] = changes.team if changes.team != self.teams[0] else None
            events.append(Event("handed_over", {"team": changes.team}))
            assignee = assignee or ""
        if assignee is not None and assignee != ticket.assignee:
            if changes.seen_assignee is not None and ticket.assignee not in ("", by.id, changes.seen_assignee):
                raise AssignedMeanwhile(ticket.assignee)
            new["assignee"] = assignee or None
            events.append(Event("assigned", {"to": assignee}) if assignee else Event("unassigned", {}))
        if changes.priority is not None and changes.priority != ticket.priority:
            new["priority"] = changes.priority
            events.append(Event("priority_changed", {"old": ticket.priority, "new": changes.priority}))
        if changes.tags is not None and changes.tags != ticket.tags:
            new["tags"] = list(changes.tags)
            events.append(Event("tags_changed", {}))
        return new, events

    def _state(self, ticket: Ticket, state: str, now: int) -> dict[str, Any]:
        """Return the attributes that change with the state: closing sets the expiry date, leaving a final state removes
        it."""
        new: dict[str, Any] = {"state": state}
        if state == State.SOLVED:
            new["solved_at"] = now
        elif ticket.solved_at and state != State.CLOSED:
            new["solved_at"] = None
        if state == State.CLOSED:
            new |= {"closed_at": now, "expires_at": self.ticket_kept.date(now)}
        elif ticket.state == State.CLOSED:
            if ticket.expires_at - now < DAY:
                # DynamoDB's TTL could delete rows before expiry stamping has removed their dates.
                raise Conflict(
                    "This ticket is about to be destroyed by its retention; open a new one.", code="expiring"
                )
            new |= {"closed_at": None, "expires_at": None}
        return new
