"""Tickets, messages and contacts as they are shown. Pure.

Texts and names in these records are in the clear: they are never logged and not kept beyond the request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.channels import registry
from chalicelib.core.kept_for import LASTS, AgreementEnd
from chalicelib.core.purposes import of_processing
from chalicelib.provider_templates.model import Content
from chalicelib.tickets.model import PERSON_ASKED, State

STATES: tuple[str, ...] = tuple(State)
ASSIGNEE_NONE = "none"
"""Value of the filter `assignee` for tickets without one."""


@dataclass(frozen=True)
class Undelivered:
    """The newest message of ours that was not delivered, with the beginning of its text. All fields are empty when the
    message no longer exists."""

    id: str = ""
    text: str = ""
    failure: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ticket:
    """A ticket. Times are epoch milliseconds, 0 when there is none.

    `oldest_at`     no message of the ticket is older
    `question_at`   arrival of the newest question, while it is unanswered
    `undelivered`   a message of ours that failed since the last one was sent
    `erased`        the contact's key is destroyed, so nothing can be opened
    `unreadable`    the customer's name and address exist and cannot be opened; `last_unreadable`: the last message
    `listed`        it stands in the lists of its tags; tickets of older releases do not
    `unread`        messages that nobody has looked at; an album counts as one, by its number in `unread_albums`
    `person_asked`  the customer wants to speak to a person, and has no reply since
    `suppressed`    the customer has withdrawn consent: only an answer to a question, or about the request, may be sent
    `team`          the team that it was handed to, "" for the first; `openings`: who has opened it with a reason
    """

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
    unread_albums: frozenset[int] = frozenset()
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
    listed: bool = True
    person_asked: bool = False
    team: str = ""
    openings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quote:
    """The message that another one answers or changes. `id` is empty when that message is not stored.

    `ticket_id` is its ticket when that is another one; `gone` says that it was deleted, `ours` that we wrote it.
    """

    id: str
    text: str
    ticket_id: str = ""
    gone: bool = False
    ours: bool = False


@dataclass(frozen=True)
class MessageFile:
    """What is known of a file that lies in the bucket: its name there (`object`), and its name, type by its bytes and
    size. Of one that staff sent also the kind as which it went, how far it has come: `status`, and `failure` when that
    is "failed", and the version that was looked at (`etag`)."""

    object: str = ""
    name: str = ""
    type: str = ""
    size: int = 0
    kind: str = ""
    status: str = ""
    failure: Mapping[str, Any] = field(default_factory=dict)
    etag: str = ""


@dataclass(frozen=True)
class Message:
    """One message, comment or activity line. `id` is its reference.

    `author`      the Cognito sub of a member of staff, "desk" for an automatic text, "" for the customer
    `history`     earlier texts of an edited message
    `resent_as`   the message by which this failed one was sent again
    `links`       pseudonyms of the provider's ids of all pieces
    `uncertain`   an earlier attempt may have been accepted, so the customer may have received it twice
    `quote_gone`  the customer deleted the message that this one quotes
    `file_state`  what became of its file (attachments/model.py)
    `files`       files that staff sent with it
    `template`    the template that it sends, as the customer sees it
    `choices`     titles of the buttons under a message of ours; `pick` is what their payloads begin with
    `reactions`   the customer's; `own_reaction` is ours
    `changes`     our reactions, edits and deletions of this message that have not left or failed, the newest of each
    `deleted_by`  the member of staff who deleted this message of ours
    `decision`    of a supervisor about a withheld reply, "approve" or "return"; `decided_by` is whose
    """

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
    file_state: str = ""
    file: MessageFile = MessageFile()
    files: tuple[MessageFile, ...] = ()
    template: Content | None = None
    choices: tuple[str, ...] = ()
    pick: str = ""
    own_reaction: str = ""
    changes: "tuple[Message, ...]" = ()
    deleted_by: str = ""
    decision: str = ""
    decided_by: str = ""

    @property
    def position(self) -> tuple[int, int, int, str]:
        """Sort key within the conversation: the provider's time, the order within it, the arrival."""
        return self.sent_at, self.order, self.arrived_at, self.id

    @property
    def is_news(self) -> bool:
        """Whether it counts as unread when it arrives: what the customer writes, and the wish for a person that the
        menu took, which is stored as an activity line."""
        return self.direction == "in" or self.kind == PERSON_ASKED


@dataclass(frozen=True)
class Thread:
    """A ticket's messages, oldest first. `earlier` says that older ones were left out because there are too many."""

    messages: tuple[Message, ...]
    earlier: bool = False


@dataclass(frozen=True)
class Conversation:
    """The head of a conversation. `ticket_id` is its newest ticket; comments are sealed to `public_key`.

    `epoch` is a fencing token: a write is refused when it has changed since the head was read. `abroad` is the
    customer's own answer about a transfer abroad (core/transfer.py), "" without one. `blocked_by` says why the customer
    is `blocked`, "" when they did it themselves.
    """

    id: str
    ticket_id: str
    public_key: bytes = b""
    epoch: int = 0
    last_inbound_at: int = 0
    blocked: bool = False
    window_shut_at: int = 0
    abroad: str = ""
    blocked_by: str = ""
    contact_id: str = ""

    def window_ends(self, channel: str) -> int:
        """When the reply window closes (ms), or was closed by the provider's refusal of a message; 0 on channels that
        have none."""
        window = registry.channel(channel).window
        if window and self.last_inbound_at <= self.window_shut_at:
            return min(self.window_shut_at, self.last_inbound_at + window)
        return self.last_inbound_at + window if window else 0


@dataclass(frozen=True)
class Event:
    """An activity line to be written: its kind and parameters, without personal data of customers."""

    kind: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Consent:
    """One consent, as it was given. `answered_by` says how: "" by a message, or by what answered our question;
    `abroad` is the answer about the transfer abroad (core/transfer.py), `answer` the one about mailings, each "" where
    none was asked."""

    at: int
    purpose: str
    policy_version: str
    policy_hash: str
    channel: str
    answered_by: str = ""
    abroad: str = ""
    answer: str = ""

    @property
    def of_processing(self) -> bool:
        """Whether it is about the processing, and not about a part of it alone."""
        return of_processing(self.purpose)


@dataclass(frozen=True)
class Subscribed:
    """Mailings of a purpose that a customer gets since `since` (ms), or got until `ended_at`, 0 while they last."""

    purpose: str
    since: int
    ended_at: int = 0


@dataclass(frozen=True)
class Contact:
    """A customer. `addresses`, by kind, are as the provider sent them, the preferred one first.

    `request_id`     the open request about the customer's data
    `suppressed_at`  since when only what the customer asks for is sent, 0 for never
    `opted_out_at`   since when no news, offers and surveys are sent, 0 for never
    `correct_at`     since when the customer asks for a correction of their data, 0 for never
    `agreement_end`  when their agreement with the company ended, where the profile counts from one
    `erasing`        the data is being destroyed, and nothing of it may be shown
    `subscriptions`  the mailings that they get, or got
    """

    id: str
    channel: str
    account: str
    language: str
    conversation_id: str
    created_at: int
    name: str = ""
    username: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    erased: bool = False
    unreadable: bool = False
    consents: tuple[Consent, ...] = ()
    request_id: str = ""
    suppressed_at: int = 0
    opted_out_at: int = 0
    correct_at: int = 0
    agreement_end: AgreementEnd = LASTS
    erasing: bool = False
    subscriptions: tuple[Subscribed, ...] = ()

    @property
    def suppressed(self) -> bool:
        """Whether only what the customer asks for is sent."""
        return self.suppressed_at > 0


@dataclass(frozen=True)
class TicketFilter:
    """Which tickets to list. An empty field matches all; `assignee` may be ASSIGNEE_NONE."""

    states: tuple[str, ...] = STATES
    channel: str = ""
    assignee: str = ""
    tag: str = ""

    def matches(self, state: str, channel: str, assignee: str, tags: Sequence[str]) -> bool:
        """Whether a ticket with these values is to be listed."""
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
    """A page of tickets, newest activity first. `cursor` leads to the next page and is empty at the end; `total` is the
    number of tickets of the whole list, if it was read. `people`: ids of contacts without a ticket that a search
    finds."""

    items: tuple[Ticket, ...]
    cursor: str = ""
    total: int | None = None
    people: tuple[str, ...] = ()
