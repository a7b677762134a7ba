"""Replies that wait for a supervisor, as page and API show them, and what is decided about them."""

from dataclasses import dataclass

from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import audit
from chalicelib.outbox.withheld.decide import Decision
from chalicelib.outbox.withheld.store import waiting
from chalicelib.staff.model import Staff
from chalicelib.tickets.model import WITHHELD
from chalicelib.tickets.records import Message, Ticket
from chalicelib.wiring import web as wiring_web


@dataclass(frozen=True)
class Waiting:
    """A reply that waits for a supervisor until `until` (ms)."""

    ticket: Ticket
    message: Message
    until: int


def waiting_replies(now: int, reader: Staff) -> list[Waiting]:
    """Return the replies that wait at `now` (ms), the earliest first, without those of customers whose data is being
    destroyed. Raises Unavailable."""
    desk = wiring_web.desk(reader)
    found = []
    for ref, until in waiting(now):
        ticket = desk.ticket(desk.ticket_id_of_message(ref))
        if ticket is None or ticket.erased or desk.erasing(ticket.contact_id):
            continue
        message = desk.message(ticket, ref)
        if message is not None and message.status == WITHHELD and not message.decision and not message.deleted:
            found.append(Waiting(ticket, message, until))
    audit("withheld_read", count=len(found), staff_id=reader.id)
    return found


def decide(ref: MessageRef, decision: Decision, by: Staff) -> str:
    """Decide about a reply that waits; return its ticket's id. Raises what the use case raises."""
    ticket_id = wiring_web.decide_withheld()(ref, decision, by.id)
    audit("withheld_decided", message_ref=str(ref), action=decision, staff_id=by.id)
    return ticket_id
