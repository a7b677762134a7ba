"""How one arriving message is stored, and how that ended. Pure."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from chalicelib.contacts.model import ContactReference, Lookup
from chalicelib.core.asks import Ask
from chalicelib.core.clock import SECOND
from chalicelib.messages.model import InboundMessage, Started
from chalicelib.messages.statements import is_news, is_statement
from chalicelib.vault.model import ContactKey

ANSWERED_BY_REQUEST = frozenset({"withdraw", "confirm", "cancel", "opt_out"})
"""What a person says in exact words about their data: the request answers it, and no colleague has to."""


class Outcome(Enum):
    """How a transaction ended. All but STORED, DUPLICATE, FENCED and STALE ask for a new look and a new try.

    FENCED: the person is being erased, or was after this was sent. PHONE_FENCED: only the phone that was to be learned
    is such a person's. STALE: it refers to something (a message, a request) of somebody whom we do not know, or who has
    no ticket; nothing is stored. KEY_GONE: the contact that was found has no key, so nothing could ever be read that is
    sealed to it: it was put back from a backup, and whoever writes is somebody new.
    """

    STORED = "stored"
    DUPLICATE = "duplicate"
    FENCED = "fenced"
    PHONE_FENCED = "phone_fenced"
    STALE = "stale"
    NUMBER_TAKEN = "number_taken"
    HEAD_CHANGED = "head_changed"
    KEY_GONE = "key_gone"
    TICKET_OVER = "ticket_over"
    CONFLICT = "conflict"


class Notice(NamedTuple):
    """An automatic text to the person at `at` (ms). There is one of each `kind` about the same thing (`about`, one
    of our ids). `policy` says that it carries the policy's link."""

    kind: str
    about: str
    text: str
    at: int
    policy: bool = False


class IngestPlan(NamedTuple):
    """One message and how it shall be stored, all in one transaction.

    `person` as read, or freshly drawn together with `key`. `newest` says that the message is not older than the
    last one. `ticket_id` is the ticket it belongs to; with `number` that ticket is opened here, after `previous`.
    A ticket solved before `reopen_since` (ms) is over. `consent` is the policy's version and hash when this
    message gives it. `found` says what is to be learned about the person, `ask` what they ask about their data.
    """

    message: InboundMessage
    person: ContactReference
    now: int
    ticket_id: str
    reopen_since: int = 0
    key: ContactKey | None = None
    newest: bool = True
    touches_ticket: bool = True
    number: str = ""
    previous: str = ""
    notice: Notice | None = None
    consent: tuple[str, str] | None = None
    found: Lookup = Lookup(None)
    ask: Ask | None = None

    @property
    def at(self) -> int:
        """When the person sent it, in ms by the provider's second."""
        return self.message.sent_at * SECOND

    @property
    def opens(self) -> bool:
        """Whether this message opens a ticket."""
        return bool(self.number)

    @property
    def quiet(self) -> bool:
        """Whether the message says nothing by itself: it opens and reopens no ticket (messages/statements)."""
        return not is_statement(self.message, self.ask)

    @property
    def question(self) -> bool:
        """Whether the message wants an answer of a colleague's: it says something, and not in the exact words of a
        request about data, which the request answers."""
        return not self.quiet and (self.ask is None or self.ask.action not in ANSWERED_BY_REQUEST)

    @property
    def news(self) -> bool:
        """Whether the message counts as unread."""
        return is_news(self.message, self.ask)


Recognise = Callable[[InboundMessage], Ask | None]
"""Tells what a message asks about the person's data, or None."""
Refuse = Callable[[InboundMessage | Started, tuple[str, ...], int], Outcome | None]
"""Refuses a part of somebody who is being erased, or was after they sent it. Given the part, pseudonyms of addresses
that are known to be suppressed, and the time (ms); returns FENCED, CONFLICT when it is to be tried again, or None."""
