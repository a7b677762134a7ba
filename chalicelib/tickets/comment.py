"""A member of staff adds an internal comment to a ticket."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.ids import MessageRef, comment_id_hash
from chalicelib.core.normal import shows_nothing
from chalicelib.staff.model import Staff
from chalicelib.tickets.erasure_guard import refuse_if_erasing
from chalicelib.tickets.records import Message, Ticket

if TYPE_CHECKING:
    from chalicelib.tickets.queries import TicketQueries
    from chalicelib.tickets.writes import TicketWrites

TRIES = 5
"""How often storing a comment is tried while others write to the same conversation."""
USED = "This id was used for another comment. Nothing of this text is stored: keep it under a new id."


@dataclass(frozen=True)
class CommentOnTicket:
    """Stores internal comments, which no customer sees. `wait` sleeps after a conflict."""

    tickets: "TicketQueries"
    writes: "TicketWrites"
    clock: Callable[[], int]
    wait: Callable[[int], None] = field(default=sleep_with_jitter)

    def __call__(self, ticket_id: str, text: str, by: Staff, client_id: str = "") -> Message:
        """Store a comment and return it. The same `client_id` with the same text returns the stored comment again.

        Raises NotFound, ErasureInProgress, Unavailable, BadInput with the code empty for a text without a visible
        character, and Conflict when the conversation changed; with the code client_id_used when the id was used for
        another text or ticket; with key_mismatch when the conversation names a key that is not the customer's.
        """
        if shows_nothing(text):
            raise BadInput("There is nothing to keep: the comment shows nothing. Write something.", code="empty")
        ticket = self.tickets.ticket(ticket_id)
        if ticket is None:
            raise NotFound("There is no such ticket, or its retention has ended.")
        refuse_if_erasing(self.tickets, ticket)
        name = comment_id_hash(client_id) if client_id else ""
        for attempt in range(TRIES):
            now = self.clock()
            known = self.writes.stored_under(ticket.conversation_id, name, now) if name else None
            if known is not None:
                return self._same(ticket, known, text)
            head = self.tickets.conversation(ticket.conversation_id)
            if not head.public_key or not self.tickets.confirm_key(ticket, head):
                break
            ref = self.writes.comment(ticket, head, text, by.id, now, name)
            if ref is not None:
                return Message(str(ref), "note", "comment", now, text=text, author=by.id, arrived_at=now)
            self.wait(attempt)
        raise Conflict("The conversation changed meanwhile, or its data is being destroyed. Look again.")

    def find(self, ticket: Ticket, client_id: str) -> Message | None:
        """Return the comment of this ticket that was stored under a client's id, or None.

        An id is remembered for 8 days. Raises Unavailable.
        """
        ref = self.writes.stored_under(ticket.conversation_id, comment_id_hash(client_id), self.clock())
        return self.tickets.message(ticket, ref) if ref else None

    def _same(self, ticket: Ticket, ref: MessageRef, text: str) -> Message:
        """Return the comment stored under the id. Raises Conflict when its text or ticket is another."""
        stored = self.tickets.message(ticket, ref)
        if stored is None or stored.text != text:
            raise Conflict(USED, code="client_id_used")
        return stored
