"""Refuses work on a ticket while its customer's data is being destroyed."""

from typing import TYPE_CHECKING

from chalicelib.core.errors import Conflict
from chalicelib.tickets.records import Ticket

if TYPE_CHECKING:
    from chalicelib.tickets.queries import TicketQueries


class ErasureInProgress(Conflict):
    """The customer's data is being destroyed: nobody reads, writes or sends on `ticket` any more."""

    code = "erasing"

    def __init__(self, ticket: Ticket) -> None:
        super().__init__("The customer's data is being destroyed: this ticket is frozen. Nothing has to be done.")
        self.ticket = ticket


def refuse_if_erasing(tickets: "TicketQueries", ticket: Ticket) -> None:
    """Raise Frozen when the customer's data is being destroyed, and Unavailable."""
    if tickets.erasing(ticket.contact_id):
        raise ErasureInProgress(ticket)
