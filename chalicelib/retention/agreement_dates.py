"""Gives the tickets of a person, and so the contact, the dates that follow from the end of their agreement.

A ticket is closed with a date that is not known yet (core/kept_for.WHILE_IT_LASTS), because who closes it does not read
the agreement; the expiry stamper, which every such date wakes, puts the true one in its place. When staff says that the
agreement ended, or lasts, all closed tickets of the conversation get their date anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.contacts.agreement import as_read, end_of
from chalicelib.core.errors import Unavailable
from chalicelib.core.kept_for import AgreementEnd, KeptFor
from chalicelib.dynamo.schema import HEAD, MESSAGE, TICKET, lists
from chalicelib.dynamo.tables import Tables
from chalicelib.retention.model import TicketDate
from chalicelib.retention.stamp_expiry_store import StampExpiryStore
from chalicelib.tickets.writes import to_be_stamped

TRIES = 5


class DueHead(NamedTuple):
    """What the head of a conversation says: its newest ticket, the end of the agreement, and whether its tickets are to
    be dated anew (`due`)."""

    conversation_id: str
    ticket_id: str
    end: AgreementEnd
    due: bool


class AgreementDatesStore:
    """Reads and writes these dates. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def head(self, conversation_id: str) -> DueHead | None:
        """Return the head of a conversation; None when it is gone."""
        row = self._tables.get(HEAD.key(conversation_id))
        if not row:
            return None
        return DueHead(conversation_id, row.get("ticket_id", ""), end_of(row), bool(row.get("due")))

    def tickets(self, head: DueHead) -> Iterator[str]:
        """Yield the conversation's tickets: those that anything of it lies on."""
        met = {"", head.ticket_id}
        if head.ticket_id:
            yield head.ticket_id
        for page in self._tables.pages(
            MESSAGE.partition(head.conversation_id), prefix=MESSAGE.prefix, only="pk,sk,ticket_id"
        ):
            for ticket_id in [row.get("ticket_id", "") for row in page.rows]:
                if ticket_id not in met:
                    met.add(ticket_id)
                    yield ticket_id

    def date(self, ticket: TicketDate, head: DueHead, expires_at: int, now: int) -> bool:
        """Give a closed ticket this date, in seconds, and have its rows stamped; False when its date, or the agreement,
        is not as it was read. `now` in ms."""
        condition, values = as_read(head.end)
        unchanged = self._tables.check("head", HEAD.key(head.conversation_id), condition, values)
        new = {
            "expires_at": expires_at,
            **lists.of_ticket(ticket.ticket_id, "", 0, expires_at).attributes(),
            **to_be_stamped(now),
        }
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in new)
        read = {"date": ticket.expires_at}
        key = TICKET.key(ticket.ticket_id)
        write = self._tables.update("ticket", key, expression, "#expires_at = :date", new | read)
        return self._tables.transact([unchanged, write]) is None

    def finish(self, head: DueHead) -> bool:
        """Note that all tickets are dated; False when something else has been said of the agreement meanwhile."""
        condition, values = as_read(head.end)
        key = HEAD.key(head.conversation_id)
        return self._tables.write(self._tables.update("head", key, "REMOVE #due, #due_at", condition, values))


@dataclass(frozen=True)
class AgreementDates:
    """Dates tickets by the end of an agreement. It may run again at any time. `ticket_kept` is the profile's term."""

    store: AgreementDatesStore
    dates: StampExpiryStore
    ticket_kept: KeptFor
    clock: Callable[[], int]

    def ticket(self, conversation_id: str, ticket: TicketDate) -> bool:
        """Give a closed ticket the date that follows from the agreement; return whether it has it already. Raises
        Unavailable."""
        if not (self.ticket_kept.agreement and ticket.expires_at):
            return True
        head = self.store.head(conversation_id)
        if head is None:
            return True
        wanted = self.ticket_kept.date(ticket.closed_at, head.end)
        if wanted != ticket.expires_at:
            self.store.date(ticket, head, wanted, self.clock())
            return False
        return True

    def conversation(self, conversation_id: str) -> None:
        """Date all closed tickets of a conversation whose head says that it is due, and have the newest one's contact
        dated. Raises Unavailable."""
        for _ in range(TRIES):
            head = self.store.head(conversation_id)
            if head is None or not head.due:
                return
            dated = [self._again(conversation_id, ticket_id) for ticket_id in self.store.tickets(head)]
            if head.ticket_id:
                self.dates.enqueue(head.ticket_id, self.clock())  # the stamping of the newest one dates the contact
            if all(dated) and self.store.finish(head):
                return
        raise Unavailable("The tickets change too fast to be dated now; try again.")

    def _again(self, conversation_id: str, ticket_id: str) -> bool:
        """Date one ticket; return whether it has its date, or is not closed, or gone."""
        for _ in range(TRIES):
            ticket = self.dates.ticket(ticket_id)
            if ticket is None or self.ticket(conversation_id, ticket):
                return True
        return False
