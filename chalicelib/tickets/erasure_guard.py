"""Refuses work on a ticket while its customer's data is being destroyed."""

from typing import TYPE_CHECKING

from chalicelib.core.errors import Conflict
from chalicelib.tickets.records import Ticket

if TYPE_CHECKING:
    from chalicelib.tickets.queries import TicketQueries


class ErasureInProgress(Conflict):
    """The customer's data is being destroyed: `ticket` can no longer be read, changed or answered."""

    code = "erasing"

    def __init__(self, ticket: Ticket) -> None:
        super().__init__("The customer's data is being destroyed: this ticket is frozen. Nothing has to be done.")
        self.ticket = ticket


def refuse_if_erasing(tickets: "TicketQueries", ticket: Ticket) -> None:
    """Raise ErasureInProgress when the customer's data is being destroyed. Raises Unavailable, too."""
    if tickets.erasing(ticket.contact_id):
        raise ErasureInProgress(ticket)
