"""Dates of rows (epoch seconds), what the sweeper finds past its date, and how a removal may end. Pure."""

from dataclasses import dataclass
from enum import Enum

from chalicelib.core.clock import DAY, SECOND


@dataclass(frozen=True)
class TicketDate:
    """A ticket as far as its date goes: `expires_at` is 0 while it is not closed. `closed_at` is in ms."""

    ticket_id: str
    number: str
    expires_at: int
    closed_at: int = 0

    def contact_until(self, kept_days: int) -> int:
        """When a contact whose last ticket this is has an end: so many days after it was closed, and never before the
        ticket itself."""
        return max(self.expires_at, (self.closed_at + kept_days * DAY) // SECOND)


@dataclass(frozen=True)
class ExpiredHead:
    """The head of a conversation, which carries the date of its contact, as it was read."""

    conversation_id: str
    contact_id: str
    ticket_id: str
    epoch: int
    expires_at: int
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Expired:
    """An item past its date. `guard_until` (epoch seconds) is set for a message that arrived so lately that
    its provider may still repeat it: it leaves an empty guard row until then. `ticket_id` names the ticket that
    it lies on, or that it is."""

    table: str
    pk: str
    sk: str
    expires_at: int
    attributes: tuple[str, ...] = ()
    guard_until: int = 0
    ticket_id: str = ""
    conversation_id: str = ""

    @property
    def is_ticket(self) -> bool:
        """Whether it is a ticket itself."""
        return self.table == "desk" and self.pk.startswith("ticket#")

    @property
    def is_head(self) -> bool:
        """Whether it is the head of a conversation: with it goes the contact."""
        return self.table == "desk" and self.sk == "head"


@dataclass(frozen=True)
class UnstampedTicket:
    """A ticket whose rows should have its date by now, or none, and have not."""

    pk: str
    sk: str
    ticket_id: str


@dataclass(frozen=True)
class EndedWords:
    """The list of words by which a contact was found that has ended."""

    pk: str
    sk: str
    contact_id: str


@dataclass(frozen=True)
class OldWords:
    """The list of words by which a contact is found, made by the rule of an older release."""

    pk: str
    sk: str
    contact_id: str


@dataclass(frozen=True)
class EarlyDeletion:
    """A deletion whose message has not arrived. `arrived_at` in ms."""

    pk: str
    sk: str
    arrived_at: int


@dataclass(frozen=True)
class UnhandledAsk:
    """What a person asked about their data and nobody has dealt with. `at` is when they asked, 0 when that is not
    known, `due_at` when it is rung for (ms)."""

    pk: str
    sk: str
    at: int
    due_at: int

    @property
    def contact_id(self) -> str:
        """Whose it is the partition says: intake writes the row."""
        return self.pk.partition("#")[2]


class Removal(Enum):
    """How a removal ended: REMOVED; refused because the item has CHANGED since it was read; or because its
    ticket, or a row of the ticket, has another date and is to be DATED first."""

    REMOVED = "removed"
    CHANGED = "changed"
    STAMP_FIRST = "dated"
