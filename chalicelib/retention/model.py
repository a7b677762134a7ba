"""Expiry dates (epoch seconds), the items that the sweeper finds, and how a removal ends. Pure."""

from dataclasses import dataclass
from enum import Enum

from chalicelib.core.clock import MINUTE, swept_lately
from chalicelib.core.kept_for import LASTS, AgreementEnd, KeptFor

LOOKED_AT_AGAIN = 10 * MINUTE
"""Time (ms) after which a contact that cannot end yet is looked at again."""


@dataclass(frozen=True)
class TicketDate:
    """The expiry date of a ticket: `expires_at` is 0 while it is not closed, WHILE_IT_LASTS while an agreement keeps
    it; `closed_at` is in ms."""

    ticket_id: str
    number: str
    expires_at: int
    closed_at: int = 0

    def contact_until(self, kept: KeptFor, end: AgreementEnd) -> int:
        """Return when a contact expires whose last ticket this is: it is kept so long after that was closed, or after
        the `end` of their agreement, and never shorter than the ticket."""
        return max(self.expires_at, kept.date(self.closed_at, end))


@dataclass(frozen=True)
class ExpiredHead:
    """The head of a conversation as it was read; it holds the expiry date of the contact. `pending`: the person has not
    consented. What they last sent they sent at `last_inbound_at` (ms). `end` is that of their agreement."""

    conversation_id: str
    contact_id: str
    ticket_id: str
    epoch: int
    expires_at: int
    aliases: tuple[str, ...]
    pending: bool = False
    last_inbound_at: int = 0
    end: AgreementEnd = LASTS


@dataclass(frozen=True)
class Expired:
    """An item past its expiry date. `guard_until` (epoch seconds) is set for a message so recent that its provider may
    still repeat it: an empty guard row replaces it until then. `ticket_id` is the ticket that it is or belongs to,
    `number` that of a ticket, `file_objects` the files of a message or upload in the bucket, below the contact's
    prefix."""

    table: str
    pk: str
    sk: str
    expires_at: int
    attributes: tuple[str, ...] = ()
    guard_until: int = 0
    ticket_id: str = ""
    conversation_id: str = ""
    number: str = ""
    contact_id: str = ""
    file_objects: tuple[str, ...] = ()

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
class Misplaced:
    """A row that ought to stand at `place` (ms) of the partition `list` of the index `lists`, or nowhere when they are
    empty. `read` are the attributes by which it was judged; they must still be so when it is moved."""

    pk: str
    sk: str
    list: str
    place: int
    read: tuple[tuple[str, str | int | None], ...]


@dataclass(frozen=True)
class OldTicket:
    """A ticket that is not closed and that an older release has assigned, unassigned or tagged: it may stand in no list
    of a tag, and in the wrong queue."""

    pk: str
    sk: str
    ticket_id: str
    conversation_id: str
    state: str
    assignee: str
    tags: tuple[str, ...]
    created_at: int


Found = Expired | UnstampedTicket | EndedWords | OldWords | Misplaced | OldTicket
"""What the sweeper comes upon, by the index `lists` or in the full pass."""


@dataclass(frozen=True)
class Entry:
    """A row as the index `lists` names it."""

    pk: str
    sk: str
    list: str
    place: int


@dataclass(frozen=True)
class PassState:
    """How far the full pass over the tables has come. Times are in ms, 0 for never: the first sweep of a release whose
    rows stand in the index was `since` then, the pass that runs or ran last `began_at` and the last complete one
    `ended_at` then, the index is complete from `ready_at` on, and a sweeper of such a release was last here at
    `swept_at`. `table` and `cursor` say where a running pass goes on; `missed` rows it has found that the index did not
    name; `rule` is that of the search words which the pass looks for."""

    since: int = 0
    began_at: int = 0
    ended_at: int = 0
    ready_at: int = 0
    swept_at: int = 0
    missed: int = 0
    rule: int = 0
    table: str = ""
    cursor: tuple[tuple[str, str], ...] = ()

    def ready(self, now: int) -> bool:
        """Whether the index is complete at `now` (ms): nobody but releases that write it has run since `ready_at`."""
        return self.ready_at > 0 and swept_lately(self.swept_at, now)


@dataclass(frozen=True)
class Unfinished:
    """What the expiry stamper has not finished: a ticket whose date is not on all its rows (`ticket_id`), the head of a
    conversation that is to be dated by the end of an agreement, or a customer's deletion whose message has not arrived
    yet. `arrived_at` in ms, 0 for a head."""

    pk: str
    sk: str
    arrived_at: int
    ticket_id: str

    def waits(self, now: int) -> int:
        """Return for how long a deletion has waited at `now` (both ms); 0 for a head."""
        return now - self.arrived_at if self.arrived_at else 0


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
