"""What becomes of an arriving message: whether it says something, the plan by which it is stored, the automatic texts
that answer it, the outcomes of storing it. Pure."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from chalicelib.channels.parts import Button, InboundMessage, Started
from chalicelib.contacts.model import ContactReference, Lookup
from chalicelib.core.asks import ABROAD, PERSON, UPDATE, Ask, is_choice
from chalicelib.core.clock import SECOND
from chalicelib.tickets.model import PERSON_ASKED, REFERRING
from chalicelib.vault.model import ContactKey

ANSWERED_BY_REQUEST = frozenset({"withdraw", "confirm", "cancel"})
"""Asks about data that the request itself answers, so that no staff has to."""


def is_statement(message: InboundMessage, ask: Ask | None = None) -> bool:
    """Return whether the message says something by itself. A button under our question about a request (`ask`) only
    answers that question and is no statement, nor is the use of the menu, unless it asks for a person; a button under a
    reply of staff is one. An edit, a reaction and a deletion are none, understood or not."""
    if ask is not None and (ask.pressed or ask.aside):
        return False
    asks_for_person = ask is not None and ask.item == PERSON
    refers = message.refers or message.kind in REFERRING
    return asks_for_person or not refers or is_choice(message.details)


def introduces(message: InboundMessage, ask: Ask | None = None) -> bool:
    """Return whether the message makes its author known, who was not: a statement that is more than a press of a button
    under a message of ours. Such a press of somebody unknown is of a former life: its message is destroyed or expired.
    The menu's wish to speak to a person is words: everybody gets the menu. What goes on behind a private link makes
    nobody known: its owner was, and their data is gone.
    """
    return is_statement(message, ask) and not message.follows and (not message.pressed or ask is not None)


def is_believed(message: InboundMessage, ask: Ask, person: ContactReference | None) -> bool:
    """Return whether an ask may act. Of a message of which nothing proves who sent it, only what its author will be
    asked to confirm may: a request, a question. What answers such a question, takes effect at once, closes a ticket,
    changes a language or answers about the transfer abroad needs a proof: the id of the request, which stands in our
    question alone, or the signed address of the person's own conversation."""
    if not message.unproved or ask.request_id or (person is not None and person.conversation_id == message.thread):
        return True
    return (
        not ask.at_once
        and ask.action not in ("confirm", "cancel", "no", "consent")
        and not ask.item.startswith(("close", "language.", f"{ABROAD}."))
    )


def is_news(message: InboundMessage, ask: Ask | None = None) -> bool:
    """Return whether the message counts as unread: a statement or a reaction, as in the messengers themselves. A
    reaction that was taken back, an edit and a deletion do not count."""
    return is_statement(message, ask) or (message.kind == "reaction" and bool(message.text))


class Outcome(Enum):
    """How a transaction ended. After all but STORED, DUPLICATE, FENCED and STALE the caller reads anew and tries again.

    FENCED: the suppression list holds an address: the person is being erased, or was after this was sent. PHONE_FENCED:
    only the phone that was to be added is on that list. STALE: the part refers to a message or request of somebody who
    is unknown or has no ticket; nothing is stored. KEY_GONE: the contact has no key, because it was restored from a
    backup after its erasure; nothing may be sealed to it, and the author becomes a new contact. FULL: as much is held
    of a person who has not consented yet as may be; nothing of this message is stored. NOT_SUBSCRIBED: the person does
    not get the mailings that were to keep their contact.
    """

    STORED = "stored"
    DUPLICATE = "duplicate"
    FENCED = "fenced"
    PHONE_FENCED = "phone_fenced"
    STALE = "stale"
    NUMBER_TAKEN = "number_taken"
    HEAD_CHANGED = "head_changed"
    NOT_SUBSCRIBED = "not_subscribed"
    KEY_GONE = "key_gone"
    TICKET_OVER = "ticket_over"
    FULL = "held_full"
    CONFLICT = "conflict"


class Notice(NamedTuple):
    """An automatic text to the person at `at` (ms). `kind` and `about` (one of our ids) identify it: it is stored once.
    `policy` says that it contains the link to the policy."""

    kind: str
    about: str
    text: str
    at: int
    policy: bool = False
    buttons: tuple[Button, ...] = ()


class Hold(NamedTuple):
    """How a message is held until its author consents. They answer until `until` (seconds). `asked` is the question
    that is put to them with this message, "" while one is open. `agreed` is version and hash of the policy to which a
    yes consents. `takes_back`: the message deletes the one that it names, as long as that is held. `asks_abroad`: the
    question asks for the transfer abroad as an item of its own."""

    until: int
    asked: str = ""
    agreed: tuple[str, str] = ("", "")
    takes_back: bool = False
    asks_abroad: bool = False


class VisitorAnswer(NamedTuple):
    """What a visitor is answered, somebody of whom nothing is stored. `language` is that of the text, "" for
    several."""

    text: str
    buttons: tuple[Button, ...] = ()
    language: str = ""


class IngestPlan(NamedTuple):
    """One message and how it is stored, all in one transaction.

    `person` is as read, or new together with `key`. `newest` says that the message is not older than the last one.
    `ticket_id` is its ticket; with `number` that ticket is opened here, after the ticket `previous`. A ticket that was
    solved before `reopen_since` (ms) is not reopened. `consent` is version and hash of the policy that the message
    agrees to: a person's first one, and the first one under a new version. `found` holds addresses that are to be added
    or moved, `ask` what the person asks about their data. With `hold` the message is held, because the person has not
    consented yet; then `ticket_id` is empty. With `farewell` they say no, and are told so once all of it is destroyed.
    `announces` is the version of the policy of which the person is told with it, to accept it later.
    `kept_until` (seconds) is a new date for the contact of somebody who has not consented, 0 for none. `gets` is a
    purpose of mailings that keep the contact although its date is over: whoever gets them is no new contact.
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
    notices: tuple[Notice, ...] = ()
    consent: tuple[str, str] | None = None
    found: Lookup = Lookup(None)
    ask: Ask | None = None
    hold: Hold | None = None
    farewell: VisitorAnswer | None = None
    announces: str = ""
    kept_until: int = 0
    gets: str = ""

    @property
    def at(self) -> int:
        """When the person sent it, in ms by the provider's second."""
        return self.message.sent_at * SECOND

    @property
    def answered_at(self) -> int:
        """Time (ms) of an automatic text that answers the message: now, and never before the message itself."""
        return max(self.now, self.at + 1)

    @property
    def known_by(self) -> str:
        """By what the author is known when they consent, as the record of the consent says it: a messenger's name is no
        full name."""
        if self.message.agreed and self.message.author.name:
            return "typed_name"
        return "profile_name" if self.message.author.name else "no_name"

    @property
    def opens(self) -> bool:
        """Whether this message opens a ticket."""
        return bool(self.number)

    @property
    def aside(self) -> bool:
        """Whether the message uses the menu: it lies on no ticket and is no news to staff."""
        return self.ask is not None and self.ask.aside

    @property
    def line(self) -> str:
        """Kind of the activity line as which it is stored when it came from the menu, because no page shows a command
        or a payload as the customer's words; "" for everything else."""
        if self.ask is None or self.ask.item in ("", UPDATE):
            return ""
        return "menu" if self.aside else PERSON_ASKED

    @property
    def quiet(self) -> bool:
        """Whether the message says nothing by itself: it opens and reopens no ticket (is_statement)."""
        return not is_statement(self.message, self.ask)

    @property
    def question(self) -> bool:
        """Whether staff has to answer: the message is a statement, and no ask that the request itself answers."""
        return not self.quiet and (self.ask is None or self.ask.action not in ANSWERED_BY_REQUEST)

    @property
    def news(self) -> bool:
        """Whether the message counts as unread."""
        return is_news(self.message, self.ask)


Recognise = Callable[[InboundMessage], Ask | None]
"""Tells what a message asks about the person's data, or None."""
Refuse = Callable[[InboundMessage | Started, tuple[str, ...], int], Outcome | None]
"""Refuses a part of somebody who is being erased, or was erased after they sent it. Takes the part, the pseudonyms of
addresses known to be suppressed and the time (ms); returns FENCED, CONFLICT for another try, or None for no refusal."""
AnswerVisitor = Callable[[Ask | None, str], VisitorAnswer]
"""Returns what a visitor is answered who chose this from the menu, None for one who opened the chat, in this language
("" while it is unknown)."""
