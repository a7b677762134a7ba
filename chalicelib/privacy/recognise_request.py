"""Staff recognise a request about data in a customer's message, and open it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.asks import pressed_request
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.privacy.kinds.registry import handled, is_handled
from chalicelib.privacy.requests.model import Opened
from chalicelib.tickets.erasure_guard import refuse_if_erasing
from chalicelib.tickets.model import REFERRING

if TYPE_CHECKING:
    from chalicelib.core.ids import MessageRef
    from chalicelib.privacy.open_request import OpenRequest
    from chalicelib.staff.model import Staff
    from chalicelib.tickets.queries import TicketQueries
    from chalicelib.tickets.records import Message, Ticket


def may_be_request(message: "Message") -> bool:
    """Whether staff may recognise a message as a request: a customer said it, and it is no press of a button under a
    question of ours."""
    said = message.direction == "in" and message.kind not in REFERRING and not message.erased
    return said and not pressed_request(message.details)


@dataclass(frozen=True)
class RecogniseRequest:
    """Opens the request that a message holds. Every operator may: the notice has arrived, and the terms run."""

    desk: "TicketQueries"
    open_request: "OpenRequest"

    def message(self, ticket_id: str, ref: "MessageRef | None") -> "tuple[Ticket, Message]":
        """Return a ticket and a message on it that may be a request. Raises NotFound, ErasureInProgress and
        Unavailable."""
        ticket = self.desk.ticket(ticket_id)
        if ticket is None:
            raise NotFound("There is no such ticket, or its retention has ended.")
        refuse_if_erasing(self.desk, ticket)
        message = self.desk.message(ticket, ref) if ref else None
        if message is None or not may_be_request(message):
            raise NotFound("There is no such message of the customer on this ticket.")
        return ticket, message

    def __call__(self, ticket_id: str, ref: "MessageRef | None", kind: str, by: "Staff") -> tuple["Ticket", Opened]:
        """Open a request of this kind, or return the one that is open. It counts as received when the message was
        sent. Raises BadInput, NotFound, ErasureInProgress and Unavailable."""
        if not is_handled(kind):
            raise BadInput(f"The field kind is one of: {', '.join(sorted(handled()))}.")
        ticket, message = self.message(ticket_id, ref)
        opened = self.open_request(
            ticket.contact_id,
            kind,
            "message",
            received_at=message.sent_at,
            language=ticket.language,
            created_by=by.id,
        )
        return ticket, opened
