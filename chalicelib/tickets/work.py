"""A colleague opens a ticket and comments on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.client_ids import comment_name
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.normal import shows_nothing
from chalicelib.core.observability import audit
from chalicelib.core.references import MessageRef
from chalicelib.staff.model import Staff
from chalicelib.tickets.records import Contact, Message, Thread, Ticket

if TYPE_CHECKING:
    from chalicelib.tickets.queries import TicketQueries
    from chalicelib.tickets.writes import TicketWrites


TRIES = 5
"""How often a comment with a client's id, or what was seen, is tried while others are at the same rows."""
USED = "This id was used for another comment. Nothing of this text is stored: keep it under a new id."


class Frozen(Conflict):
    """The customer's data is being destroyed: nobody reads, writes or sends on `ticket` any more."""

    code = "erasing"

    def __init__(self, ticket: Ticket) -> None:
        super().__init__("The customer's data is being destroyed: this ticket is frozen. Nothing has to be done.")
        self.ticket = ticket


def admit(desk: "TicketQueries", ticket: Ticket) -> None:
    """Raise Frozen when the customer's data is being destroyed, and Unavailable."""
    if desk.erasing(ticket.contact_id):
        raise Frozen(ticket)


@dataclass(frozen=True)
class OpenTicket:
    """Shows a ticket with its messages; for whom it waits, that makes it read."""

    desk: "TicketQueries"
    changes: "TicketWrites"

    def __call__(self, ticket_id: str, by: Staff) -> tuple[Ticket, Thread]:
        """Return the ticket as it was before it was read, and its messages. Raises NotFound, Frozen and
        Unavailable."""
        ticket = self._ticket(ticket_id)
        admit(self.desk, ticket)
        return ticket, self._read(ticket, by, seen=True)

    def with_contact(self, ticket_id: str, by: Staff, *, seen: bool = True) -> tuple[Ticket, Thread, Contact | None]:
        """The same with the customer, None when there is none any more. With `seen` false it stays unread, as
        long as there is a message that can be looked at."""
        ticket = self._ticket(ticket_id)
        contact = self.desk.contact(ticket.contact_id)
        if contact and contact.erasing:
            raise Frozen(ticket)
        thread = self._read(ticket, by, seen=seen)
        audit("contact_read", contact_id=ticket.contact_id, staff_id=by.id)
        return ticket, thread, contact

    def _ticket(self, ticket_id: str) -> Ticket:
        ticket = self.desk.ticket(ticket_id)
        if ticket is None:
            raise NotFound("There is no such ticket, or its retention has ended.")
        return ticket

    def _read(self, ticket: Ticket, by: Staff, *, seen: bool) -> Thread:
        thread = self.desk.messages(ticket)
        seen = seen or not any(one.direction == "in" for one in thread.messages)
        if seen and ticket.unread and ticket.assignee in ("", by.id):
            self.changes.mark_read(ticket, by.id)
        audit("ticket_read", ticket_id=ticket.id, staff_id=by.id)
        return thread


@dataclass(frozen=True)
class MarkSeen:
    """Makes read what a colleague has looked at."""

    desk: "TicketQueries"
    changes: "TicketWrites"

    def __call__(self, ticket_id: str, ref: MessageRef, by: Staff) -> bool:
        """Make the customer's messages up to this one read, for its assignee or, without one, for everybody; what lies
        behind it stays unread. Returns whether anything became read. Raises NotFound, Frozen and Unavailable."""
        for _ in range(TRIES):
            ticket = self.desk.ticket(ticket_id)
            if ticket is None:
                raise NotFound("There is no such ticket, or its retention has ended.")
            admit(self.desk, ticket)
            inbound = [one.id for one in self.desk.messages(ticket).messages if one.direction == "in"]
            if str(ref) not in inbound:
                raise NotFound("There is no such message on this ticket.")
            behind = len(inbound) - 1 - inbound.index(str(ref))
            if ticket.assignee not in ("", by.id) or ticket.unread <= behind:
                return False
            if self.changes.mark_seen(ticket, behind, by.id):
                return True
        return False


@dataclass(frozen=True)
class CommentOnTicket:
    """Keeps internal comments, which no customer sees."""

    desk: "TicketQueries"
    changes: "TicketWrites"
    clock: Callable[[], int]
    wait: Callable[[int], None] = field(default=sleep_with_jitter)

    def __call__(self, ticket_id: str, text: str, by: Staff, client_id: str = "") -> Message:
        """Return the comment. With a client's id the same one and the same text again return the same comment, and
        store nothing. Raises BadInput with the code empty for a text that shows nothing, NotFound, Unavailable, Frozen
        while the person's data is being destroyed, and Conflict when the conversation changed or, with the code
        client_id_used, for another text or ticket, or, with key_mismatch, when it names a key that is not the
        customer's."""
        if shows_nothing(text):
            raise BadInput("There is nothing to keep: the comment shows nothing. Write something.", code="empty")
        ticket = self.desk.ticket(ticket_id)
        if ticket is None:
            raise NotFound("There is no such ticket, or its retention has ended.")
        admit(self.desk, ticket)
        name = comment_name(client_id) if client_id else ""
        for attempt in range(TRIES):
            now = self.clock()
            known = self.changes.stored_under(ticket.conversation_id, name, now) if name else None
            if known is not None:
                return self._same(ticket, known, text)
            head = self.desk.conversation(ticket.conversation_id)
            if not head.public_key or not self.desk.confirm_key(ticket, head):
                break
            ref = self.changes.comment(ticket, head, text, by.id, now, name)
            if ref is not None:
                return Message(str(ref), "note", "comment", now, text=text, author=by.id, arrived_at=now)
            self.wait(attempt)
        raise Conflict("The conversation changed meanwhile, or its data is being destroyed. Look again.")

    def find(self, ticket: Ticket, client_id: str) -> Message | None:
        """Return the comment that was stored on this ticket under a client's id; None when there is none, or not yet.
        An id is remembered for 8 days. Raises Unavailable."""
        ref = self.changes.stored_under(ticket.conversation_id, comment_name(client_id), self.clock())
        return self.desk.message(ticket, ref) if ref else None

    def _same(self, ticket: Ticket, ref: MessageRef, text: str) -> Message:
        """The comment that is stored under the id, if it is this one."""
        stored = self.desk.message(ticket, ref)
        if stored is None or stored.text != text:
            raise Conflict(USED, code="client_id_used")
        return stored
