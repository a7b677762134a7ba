"""A colleague changes a ticket: state, assignee, priority, tags."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.staff.model import Staff
from chalicelib.tickets.model import State
from chalicelib.tickets.records import Event, Ticket
from chalicelib.tickets.work import admit

if TYPE_CHECKING:
    from chalicelib.staff.store import StaffStore
    from chalicelib.tickets.queries import TicketQueries
    from chalicelib.tickets.writes import TicketWrites

TRIES = 6


@dataclass(frozen=True)
class TicketChanges:
    """What shall be different. None leaves a thing as it is; an empty assignee means nobody. `seen_assignee` is who the
    colleague saw there: another one whom they did not see loses no ticket by it. Their own they may always hand on."""

    state: str | None = None
    assignee: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] | None = None
    seen_assignee: str | None = None


class Taken(Conflict):
    """The ticket is somebody else's by now: `assignee` has it."""

    code = "taken"

    def __init__(self, assignee: str) -> None:
        super().__init__("A colleague has taken this ticket meanwhile. Take it all the same, or leave it to them.")
        self.assignee = assignee


def _wait(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.02 * 2**attempt))


@dataclass(frozen=True)
class ChangeTicket:
    """Changes tickets. `kept_days` is how long a closed ticket is kept, from the operator's profile."""

    desk: "TicketQueries"
    changes: "TicketWrites"
    staff: "StaffStore"
    kept_days: int
    clock: Callable[[], int]
    wait: Callable[[int], None] = field(default=_wait)

    def __call__(self, ticket_id: str, wish: TicketChanges, by: Staff) -> Ticket:
        """Return the ticket as it is now. What is so already writes nothing.

        Raises NotFound, Frozen while the customer's data is being destroyed, BadInput for an assignee who has no
        access, Taken when it is assigned to another than the colleague saw, Conflict when others keep changing the
        ticket or a closed one has a successor, and Unavailable.
        """
        if wish.assignee:
            colleague = self.staff.get(wish.assignee)
            if colleague is None or colleague.disabled:
                raise BadInput("The assignee is not a colleague with access. Choose another one.", code="no_access")
        for attempt in range(TRIES):
            ticket = self.desk.ticket(ticket_id)
            if ticket is None:
                raise NotFound("There is no such ticket, or its retention has ended.")
            admit(self.desk, ticket)
            now = self.clock()
            new, events = self._plan(ticket, wish, by, now)
            if not new:
                return ticket
            if self.changes.change(ticket, new, events, by.id, now):
                return self.desk.ticket(ticket_id) or ticket
            self._not_succeeded(ticket, wish)
            self.wait(attempt)
        raise Conflict("Somebody changed this ticket meanwhile. Look at its new state and try again.")

    def _not_succeeded(self, ticket: Ticket, wish: TicketChanges) -> None:
        reopens = ticket.state == State.CLOSED and wish.state not in (None, State.CLOSED)
        if reopens and self.desk.conversation(ticket.conversation_id).ticket_id != ticket.id:
            raise Conflict("The customer has a newer ticket. Go on there.", code="newer_ticket")

    def _plan(self, ticket: Ticket, wish: TicketChanges, by: Staff, now: int) -> tuple[dict[str, Any], list[Event]]:
        new: dict[str, Any] = {}
        events: list[Event] = []
        if wish.state is not None and wish.state != ticket.state:
            new |= self._state(ticket, wish.state, now)
            events.append(Event("state_changed", {"old": ticket.state, "new": wish.state}))
        if wish.assignee is not None and wish.assignee != ticket.assignee:
            if wish.seen_assignee is not None and ticket.assignee not in ("", by.id, wish.seen_assignee):
                raise Taken(ticket.assignee)
            new["assignee"] = wish.assignee or None
            kind = "unassigned" if not wish.assignee else "assigned"
            events.append(Event(kind, {"to": wish.assignee} if wish.assignee else {}))
        if wish.priority is not None and wish.priority != ticket.priority:
            new["priority"] = wish.priority
            events.append(Event("priority_changed", {"old": ticket.priority, "new": wish.priority}))
        if wish.tags is not None and wish.tags != ticket.tags:
            new["tags"] = list(wish.tags)
            events.append(Event("tags_changed", {}))
        return new, events

    def _state(self, ticket: Ticket, state: str, now: int) -> dict[str, Any]:
        """Closing dates the ticket at once; leaving a final state takes its dates away."""
        new: dict[str, Any] = {"state": state}
        if state == State.SOLVED:
            new["solved_at"] = now
        elif ticket.solved_at and state != State.CLOSED:
            new["solved_at"] = None
        if state == State.CLOSED:
            new |= {"closed_at": now, "expires_at": (now + self.kept_days * DAY) // SECOND}
        elif ticket.state == State.CLOSED:
            if ticket.expires_at - now < DAY:
                # DynamoDB's own deletion could take rows before the dater has removed their dates.
                raise Conflict(
                    "This ticket is about to be destroyed by its retention; open a new one.", code="expiring"
                )
            new |= {"closed_at": None, "expires_at": None}
        return new
