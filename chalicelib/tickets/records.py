"""What the desk shows: tickets, messages and contacts as an operator reads them. Pure: nothing here reads a table.

Texts and names in these records are open. They live as long as the request that shows them and are never logged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.tickets.model import WINDOW, State

STATES: tuple[str, ...] = tuple(State)
ASSIGNEE_NONE = "none"
"""The word by which tickets without an assignee are asked for."""


@dataclass(frozen=True)
class Undelivered:
    """The newest message of ours that did not go out, with the beginning of its own text. All is empty when it is not
    there any more."""

    id: str = ""
    text: str = ""
    failure: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ticket:
    """A ticket. Times are epoch milliseconds, 0 when there is none. `erased` says that the contact's key is gone,
    `undelivered` names a message that failed since the last one went out; no message of it is older than
    `oldest_at`. `question_at` is when the customer's question came that has no answer yet, `suppressed` says that the
    customer has withdrawn consent: then nothing leaves but an answer to it, and answers about the request."""

    id: str
    number: str
    state: str
    channel: str
    account: str
    conversation_id: str
    contact_id: str
    assignee: str = ""
    priority: str = "normal"
    tags: tuple[str, ...] = ()
    created_at: int = 0
    last_message_at: int = 0
    oldest_at: int = 0
    activity: int = 0
    unread: int = 0
    language: str = ""
    previous_id: str = ""
    solved_at: int = 0
    closed_at: int = 0
    expires_at: int = 0
    name: str = ""
    username: str = ""
    address: str = ""
    last_text: str = ""
    last_kind: str = ""
    last_direction: str = ""
    undelivered: Undelivered | None = None
    erased: bool = False
    unreadable: bool = False
    last_unreadable: bool = False
    question_at: int = 0
    suppressed: bool = False


@dataclass(frozen=True)
class Quote:
    """What a message answers, or a change is about. `id` is empty when that message is not held, `ticket_id` names its
    ticket when that is another one, `gone` says that the customer took it back."""

    id: str
    text: str
    ticket_id: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Message:
    """One message, comment or activity line. `id` is its reference; `author` is the Cognito sub of a colleague,
    "desk" for an automatic text and empty for the customer. `history` holds the earlier texts of an edited one,
    `resent_as` the message by which a failed one was sent again, `links` the blind names of all provider ids of one
    that went out in pieces; `quote_gone` says that what it quotes was taken back."""

    id: str
    direction: str
    kind: str
    sent_at: int
    text: str = ""
    order: int = 0
    arrived_at: int = 0
    status: str = ""
    failure: Mapping[str, Any] = field(default_factory=dict)
    author: str = ""
    purpose: str = ""
    provider_hash: str = ""
    quote_hash: str = ""
    target_hash: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    forwarded: bool = False
    uncertain: bool = False
    resent_as: str = ""
    raw_type: str = ""
    erased: bool = False
    unreadable: bool = False
    edited_at: int = 0
    history: tuple[str, ...] = ()
    reactions: tuple[str, ...] = ()
    quote: Quote | None = None
    deleted: bool = False
    ticket_id: str = ""
    links: tuple[str, ...] = ()
    quote_gone: bool = False

    @property
    def position(self) -> tuple[int, int, int, str]:
        """Where it stands in its conversation: provider's second, order inside it, arrival."""
        return self.sent_at, self.order, self.arrived_at, self.id


@dataclass(frozen=True)
class Thread:
    """A ticket's messages, oldest first. `earlier` says that older ones were left out, because there are too many."""

    messages: tuple[Message, ...]
    earlier: bool = False


@dataclass(frozen=True)
class Conversation:
    """What the head of a conversation says. `ticket_id` is its newest ticket; comments are sealed to `public_key`
    under the fence `epoch`."""

    id: str
    ticket_id: str
    public_key: bytes = b""
    epoch: int = 0
    last_inbound_at: int = 0
    blocked: bool = False

    def window_ends(self, channel: str) -> int:
        """When the reply window closes (ms); 0 on channels that have none."""
        return self.last_inbound_at + WINDOW if channel == "whatsapp" else 0


@dataclass(frozen=True)
class Event:
    """An activity line: what, and the words and numbers that it needs. No personal data of customers."""

    kind: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Consent:
    """One consent as it was given."""

    at: int
    purpose: str
    policy_version: str
    policy_hash: str
    channel: str


@dataclass(frozen=True)
class Contact:
    """A customer. `phone`, `user` and `chat` are addresses as the provider gave them, empty when there is none.
    `request_id` names the open request about the customer's data, `suppressed_at` since when only what the customer
    asks for is sent (0: no such time), `opted_out_at` since when no news, offers and surveys are,
    `erasing` that the data is being destroyed and nothing here may be shown."""

    id: str
    channel: str
    account: str
    language: str
    conversation_id: str
    created_at: int
    name: str = ""
    username: str = ""
    phone: str = ""
    user: str = ""
    chat: str = ""
    erased: bool = False
    unreadable: bool = False
    consents: tuple[Consent, ...] = ()
    request_id: str = ""
    suppressed_at: int = 0
    opted_out_at: int = 0
    erasing: bool = False

    @property
    def suppressed(self) -> bool:
        """Whether only what the customer asks for is sent."""
        return self.suppressed_at > 0


@dataclass(frozen=True)
class TicketFilter:
    """Which tickets to list. An empty field asks for all; `assignee` may be ASSIGNEE_NONE."""

    states: tuple[str, ...] = STATES
    channel: str = ""
    assignee: str = ""
    tag: str = ""

    def matches(self, state: str, channel: str, assignee: str, tags: Sequence[str]) -> bool:
        """Whether a ticket like this is wanted."""
        if self.assignee:
            wanted = "" if self.assignee == ASSIGNEE_NONE else self.assignee
            if assignee != wanted:
                return False
        return (
            state in self.states
            and (not self.channel or channel == self.channel)
            and (not self.tag or self.tag in tags)
        )


@dataclass(frozen=True)
class Page:
    """Some tickets, newest activity first, and where to go on; `cursor` is empty at the end."""

    items: tuple[Ticket, ...]
    cursor: str = ""
