"""What intake knows of the person who writes, and what it decides to store."""

from enum import Enum
from typing import NamedTuple

from chalicelib.domain.messages import InboundMessage
from chalicelib.domain.privacy_words import Ask
from chalicelib.domain.statements import is_news, is_statement
from chalicelib.domain.tickets import SECOND

ANSWERED_BY_REQUEST = frozenset({"withdraw", "confirm", "cancel", "opt_out"})
"""What a person says in exact words about their data: the request answers it, and no colleague has to."""


class Person(NamedTuple):
    """A contact as its alias row shows it: no name and no address, only our own ids and blind names.

    `ticket_id` is the conversation's newest ticket, open or over; empty before the first message.
    `aliases` are the blind names of all addresses by which the person is found. What they are called and where
    they are reached was last changed by something sent at `known_at` (ms); what is older changes it no more. The
    address by which they were found is theirs since what was sent at `born_at` (ms, 0: nobody noted it): what is older
    may be of somebody erased who had it before.
    """

    contact_id: str
    conversation_id: str
    public_key: bytes
    epoch: int
    ticket_id: str = ""
    language: str = ""
    aliases: tuple[str, ...] = ()
    profile_hash: str = ""
    user_hash: str = ""
    phone_hash: str = ""
    known_at: int = 0
    born_at: int = 0


class Found(NamedTuple):
    """Who wrote. `person` is None when nobody known did. `added` are blind names of addresses to be learned, and
    with `readdressed` the person is reached there from now on. `taken` is a phone that was `moved_from` somebody
    else; `unclaimed` is one that has a newer owner and stays theirs. `ended` was known by these addresses until their
    retention ended, or, with `keyless`, until their key was destroyed; their rows are still there. `fenced` are blind
    names of addresses whose person is being erased: then nobody is found and nothing is stored."""

    person: Person | None
    added: tuple[str, ...] = ()
    readdressed: bool = False
    moved_from: Person | None = None
    taken: str = ""
    unclaimed: str = ""
    ended: Person | None = None
    keyless: bool = False
    fenced: tuple[str, ...] = ()


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


class ContactKey(NamedTuple):
    """What the table `keys` holds of one contact. `vault_id` names the vault key that opens `sealed_private`."""

    contact_id: str
    public: bytes
    sealed_private: bytes
    vault_id: str


class Notice(NamedTuple):
    """An automatic text to the person at `at` (ms). There is one of each `kind` about the same thing (`about`, one
    of our ids). `policy` says that it carries the policy's link."""

    kind: str
    about: str
    text: str
    at: int
    policy: bool = False


class Arrival(NamedTuple):
    """One message and how it shall be stored, all in one transaction.

    `person` as read, or freshly drawn together with `key`. `newest` says that the message is not older than the
    last one. `ticket_id` is the ticket it belongs to; with `number` that ticket is opened here, after `previous`.
    A ticket solved before `reopen_since` (ms) is over. `consent` is the policy's version and hash when this
    message gives it. `found` says what is to be learned about the person, `ask` what they ask about their data.
    """

    message: InboundMessage
    person: Person
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
    found: Found = Found(None)
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
        """Whether the message says nothing by itself: it opens and reopens no ticket (domain/statements)."""
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
