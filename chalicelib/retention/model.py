"""Expiry dates (epoch seconds), the items that the sweeper finds, and how a removal ends. Pure."""

from dataclasses import dataclass
from enum import Enum

from chalicelib.core.clock import DAY, SECOND


@dataclass(frozen=True)
class TicketDate:
    """The expiry date of a ticket: `expires_at` is 0 while it is not closed; `closed_at` is in ms."""

    ticket_id: str
    number: str
    expires_at: int
    closed_at: int = 0

    def contact_until(self, kept_days: int) -> int:
        """Return when a contact expires whose last ticket this is: `kept_days` after it was closed, and never before
        the ticket."""
        return max(self.expires_at, (self.closed_at + kept_days * DAY) // SECOND)


@dataclass(frozen=True)
class ExpiredHead:
    """The head of a conversation as it was read; it holds the expiry date of the contact."""

    conversation_id: str
    contact_id: str
    ticket_id: str
    epoch: int
    expires_at: int
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Expired:
    """An item past its expiry date. `guard_until` (epoch seconds) is set for a message so recent that its provider may
    still repeat it: an empty guard row replaces it until then. `ticket_id` is the ticket that it is or belongs to."""

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
        """Whether it is a ticket."""
        return self.table == "desk" and self.sk == "ticket"

    @property
    def is_head(self) -> bool:
        """Whether it is the head of a conversation, whose expiry is that of the contact."""
        return self.table == "desk" and self.sk == "head"


@dataclass(frozen=True)
class UnstampedTicket:
    """A ticket whose rows do not have its expiry date although they should by now."""

    pk: str
    sk: str
    ticket_id: str


@dataclass(frozen=True)
class EndedWords:
    """The list of search words of a contact that has ended."""

    pk: str
    sk: str
    contact_id: str


@dataclass(frozen=True)
class OldWords:
    """The list of search words of a contact, made by the rule of an older release."""

    pk: str
    sk: str
    contact_id: str


@dataclass(frozen=True)
class EarlyDeletion:
    """A customer's deletion whose message has not arrived yet. `arrived_at` in ms."""

    pk: str
    sk: str
    arrived_at: int


@dataclass(frozen=True)
class UnhandledAsk:
    """What a person asked about their data and what was not handled yet. `at` is when they asked, 0 when unknown;
    `due_at` is when it is enqueued again (ms)."""

    pk: str
    sk: str
    at: int
    due_at: int

    @property
    def contact_id(self) -> str:
        """The contact, taken from the partition key."""
        return self.pk.partition("#")[2]


class Removal(Enum):
    """How a removal ended: REMOVED; refused because the item has CHANGED since it was read; or refused because its
    ticket or a row of the ticket has another expiry date: STAMP_FIRST."""

    REMOVED = "removed"
    CHANGED = "changed"
    STAMP_FIRST = "dated"
