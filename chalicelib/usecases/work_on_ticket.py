"""A colleague opens a ticket and comments on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.desk import Message, Thread, Ticket
from chalicelib.domain.staff import Staff
from chalicelib.errors import Conflict, NotFound
from chalicelib.observability import audit

if TYPE_CHECKING:
    from chalicelib.storage.desk import Desk
    from chalicelib.storage.desk_changes import DeskChanges


@dataclass(frozen=True)
class OpenTicket:
    """Shows a ticket with its messages; for whom it waits, that makes it read."""

    desk: "Desk"
    changes: "DeskChanges"

    def __call__(self, ticket_id: str, by: Staff, *, seen: bool = True) -> tuple[Ticket, Thread]:
        """Return the ticket as it was before it was read, and its messages. With `seen` false nobody
        looks (a hidden page refreshes). Raises NotFound and Unavailable."""
        ticket = self.desk.ticket(ticket_id)
        if ticket is None:
            raise NotFound("There is no such ticket, or its retention has ended.")
        thread = self.desk.messages(ticket)
        if seen and ticket.unread and ticket.assignee in ("", by.id):
            self.changes.mark_read(ticket, by.id)
        audit("ticket_read", ticket_id=ticket_id, staff_id=by.id)
        return ticket, thread


@dataclass(frozen=True)
class CommentOnTicket:
    """Keeps internal comments, which no customer sees."""

    desk: "Desk"
    changes: "DeskChanges"
    clock: Callable[[], int]

    def __call__(self, ticket_id: str, text: str, by: Staff) -> Message:
        """Return the comment. Raises NotFound, Unavailable, and Conflict while the person's data is being destroyed
        or, with the code key_mismatch, when the conversation names a key that is not the customer's."""
        ticket = self.desk.ticket(ticket_id)
        if ticket is None:
            raise NotFound("There is no such ticket, or its retention has ended.")
        head = self.desk.conversation(ticket.conversation_id)
        now = self.clock()
        sealable = bool(head.public_key) and self.desk.confirm_key(ticket, head)
        ref = self.changes.comment(ticket, head, text, by.id, now) if sealable else None
        if ref is None:
            raise Conflict("The conversation changed meanwhile, or its data is being destroyed. Look again.")
        return Message(str(ref), "note", "comment", now, text=text, author=by.id, arrived_at=now)
