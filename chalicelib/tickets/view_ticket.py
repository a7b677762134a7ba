"""A member of staff opens a ticket, one of another team with a reason, and marks its messages as read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.errors import BadInput, Conflict, Forbidden, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.core.normal import invisible
from chalicelib.core.observability import audit
from chalicelib.staff.model import Staff
from chalicelib.tickets.albums import Unread, blocks, unread_of
from chalicelib.tickets.drafts import draft_keys
from chalicelib.tickets.erasure_guard import refuse_if_erasing
from chalicelib.tickets.need_to_know import OPENED_FOR
from chalicelib.tickets.records import Contact, Thread, Ticket

if TYPE_CHECKING:
    from chalicelib.dynamo.models import DeskRow
    from chalicelib.tickets.queries import TicketQueries
    from chalicelib.tickets.writes import TicketWrites

TRIES = 5
"""How often marking as read, and opening with a reason, is tried while others change the same ticket."""
NO_TICKET = "There is no such ticket, or its retention has ended."
SHORTEST, LONGEST = 10, 500
"""Letters of a reason."""


@dataclass(frozen=True)
class OpenedTicket:
    """A ticket as it was before it was marked as read, its messages, its customer (None when no longer there), and the
    rows of its reader's drafts."""

    ticket: Ticket
    thread: Thread
    contact: Contact | None
    drafts: "list[DeskRow]"


@dataclass(frozen=True)
class ViewTicket:
    """Opens a ticket with its messages, which marks it as read for the person it waits for."""

    tickets: "TicketQueries"
    writes: "TicketWrites"

    def __call__(self, ticket_id: str, by: Staff) -> tuple[Ticket, Thread]:
        """Return the ticket as it was before it was marked as read, and its messages.

        Raises NotFound, ErasureInProgress and Unavailable.
        """
        ticket = self._ticket(ticket_id)
        refuse_if_erasing(self.tickets, ticket)
        return ticket, self._read(ticket, by, seen=True)

    def with_contact(self, ticket_id: str, by: Staff, *, seen: bool = True) -> OpenedTicket:
        """Return the same with the customer and the drafts of `by`.

        With `seen` false the ticket stays unread, provided that it has a message of the customer to look at.
        """
        found = self.tickets.with_customer(
            ticket_id, lambda conversation_id: draft_keys(conversation_id, ticket_id, by.id)
        )
        if found is None:
            raise NotFound(NO_TICKET)
        ticket, contact, drafts = found
        refuse_if_erasing(self.tickets, ticket)
        thread = self._read(ticket, by, seen=seen)
        audit("contact_read", contact_id=ticket.contact_id, staff_id=by.id)
        return OpenedTicket(ticket, thread, contact, drafts)

    def _ticket(self, ticket_id: str) -> Ticket:
        ticket = self.tickets.ticket(ticket_id)
        if ticket is None:
            raise NotFound(NO_TICKET)
        return ticket

    def _read(self, ticket: Ticket, by: Staff, *, seen: bool) -> Thread:
        thread = self.tickets.messages(ticket)
        seen = seen or not any(one.is_news for one in thread.messages)
        if seen and ticket.unread and ticket.assignee in ("", by.id):
            self.writes.mark_read(ticket, by.id)
        audit("ticket_read", ticket_id=ticket.id, staff_id=by.id)
        return thread


@dataclass(frozen=True)
class MarkSeen:
    """Marks the messages that somebody has seen as read."""

    tickets: "TicketQueries"
    writes: "TicketWrites"

    def __call__(self, ticket_id: str, ref: MessageRef, by: Staff) -> bool:
        """Mark the customer's messages up to `ref` as read, if `by` is the assignee or there is none; later ones stay
        unread. An album counts as one, at the place of its first message.

        Returns whether anything changed. Raises NotFound, ErasureInProgress and Unavailable.
        """
        for _ in range(TRIES):
            ticket = self.tickets.ticket(ticket_id)
            if ticket is None:
                raise NotFound(NO_TICKET)
            refuse_if_erasing(self.tickets, ticket)
            inbound = blocks(one for one in self.tickets.messages(ticket).messages if one.is_news)
            place = next((n for n, block in enumerate(inbound) if any(one.id == str(ref) for one in block)), None)
            if place is None:
                raise NotFound("There is no such message on this ticket.")
            behind = unread_of(inbound[place + 1 :])
            if ticket.assignee not in ("", by.id) or Unread.of(ticket).but(behind) == Unread():
                return False
            if self.writes.mark_seen(ticket, behind, by.id):
                return True
        return False


@dataclass(frozen=True)
class OpenWithReason:
    """Opens tickets to `tickets.reader` for OPENED_FOR. `wait` sleeps after a conflict."""

    tickets: "TicketQueries"
    writes: "TicketWrites"
    clock: Callable[[], int]
    wait: Callable[[int], None] = field(default=sleep_with_jitter)

    def __call__(self, ticket_id: str, reason: str, by: Staff) -> int:
        """Store the reason, sealed, with who and when, and return until when the ticket is open (ms); 0 when it is open
        without one. While it is open nothing is stored again.

        Raises BadInput with the code reason for one that is too short or too long, Forbidden, NotFound,
        ErasureInProgress, Conflict when the conversation keeps changing, and Unavailable.
        """
        reason = reason.strip()
        letters = sum(not (one.isspace() or invisible(one)) for one in reason)
        if letters < SHORTEST or len(reason) > LONGEST:
            raise BadInput(f"Say why you need this conversation, in {SHORTEST} to {LONGEST} letters.", code="reason")
        if self.tickets.reader.sees_none:
            raise Forbidden("An administrator opens no conversation.")
        for attempt in range(TRIES):
            ticket = self.tickets.ticket(ticket_id)
            if ticket is None:
                raise NotFound(NO_TICKET)
            refuse_if_erasing(self.tickets, ticket)
            if self.tickets.reader.may_open(ticket):
                return self.tickets.reader.opened_until(ticket)
            now = self.clock()
            head = self.tickets.conversation(ticket.conversation_id)
            if not head.public_key or not self.tickets.confirm_key(ticket, head):
                break
            if self.writes.open_with_reason(ticket, head, reason, by.id, now, now + OPENED_FOR):
                audit("ticket_opened_with_reason", ticket_id=ticket.id, staff_id=by.id)
                return now + OPENED_FOR
            self.wait(attempt)
        raise Conflict("The conversation changed meanwhile, or its data is being destroyed. Look again.")
