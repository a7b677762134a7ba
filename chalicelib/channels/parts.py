"""The parts that a channel makes of one webhook body, in the provider's order.

Channels make them and know nothing of tickets; use cases read them and know nothing of a provider's JSON.
Every text here is personal data: it is sealed before it is stored and never logged."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from chalicelib.core.addresses import Address, Author, ChannelId

DeliveryStatus = Literal["sent", "delayed", "delivered", "read", "failed"]
"""What providers report of a message of ours. `delayed`: the person's mail server has not taken it yet."""
Blocking = Literal["", "came_back", "complained"]
"""Why nothing more is written to somebody: a mail came back for good, or the person complained about one."""


_NOTHING: Mapping[str, Any] = MappingProxyType({})
"""The shared default of all messages, therefore read-only."""


class InboundMessage(NamedTuple):
    """One message of a person.

    `sent_at` is the provider's time in epoch seconds. `order` orders messages inside one second (Telegram's
    update_id; on WhatsApp the position in the body). `provider_id` is unique within the account (a wamid;
    on Telegram "<chat>:<message_id>"). `kind` is one of KINDS. `details` holds what the kind needs beside
    the text (file name, place, cards, buttons …), JSON-ready. `raw` is the provider's own JSON of this part
    and is given only when `kind` is "unsupported"; `raw_type` is the provider's type word. `target` is
    the provider id of the message that an edit, a reaction or a revocation is about.
    `undated`: the provider gave no believable time, so `sent_at` is when the part arrived, and a repetition is
    recognised by `provider_id` alone. `replaces`: only one row is kept for `provider_id`; a part with a greater `order`
    replaces it (a live location). `pressed`: a button or list under a message of ours was pressed, which says nothing
    without that message. `refers`: it belongs to another message, so it says nothing by itself: what is not understood
    and changes or marks an earlier one, a file beside a request about data; of other kinds the kind tells that.
    `thread` is the conversation in whose mail the sender found the signed address to which they wrote, "" for any other
    message. `unproved`: nothing proves that the author sent it. `topic` is the subject of a mail without what programs
    put before it when it is answered or passed on; None for what has no subject. `agreed` is the text to which the
    author has consented by a tick beside the message, "" for none. `follows`: it goes on in a conversation that exists,
    and introduces nobody.
    """

    channel: ChannelId
    account: str
    author: Author
    provider_id: str
    sent_at: int
    kind: str
    text: str = ""
    order: int = 0
    details: Mapping[str, Any] = _NOTHING
    quote: str = ""
    target: str = ""
    forwarded: bool = False
    raw: bytes = b""
    raw_type: str = ""
    undated: bool = False
    replaces: bool = False
    pressed: bool = False
    refers: bool = False
    thread: str = ""
    unproved: bool = False
    topic: str | None = None
    agreed: str = ""
    follows: bool = False


KINDS = frozenset(
    "text image video document sticker audio voice animation video_note location contacts button list form order"
    " reaction edit revoke poll dice venue callback unsupported".split()
)


FILES = frozenset("image video document sticker audio voice animation video_note".split())
"""Kinds of messages that are files."""


class Button(NamedTuple):
    """A button under a message of ours. The provider returns its `id`, made of our own words and ids, when it is
    pressed."""

    id: str
    title: str


class StatusUpdate(NamedTuple):
    """A provider's report on one of our messages. `reference` is our message reference, returned by some providers, or
    "". `final`: nothing undoes the failure, not even an earlier delivery. `blocks` says why nothing more may be written
    to the person until they write again, "" for no reason."""

    channel: ChannelId
    account: str
    provider_id: str
    status: DeliveryStatus
    at: int
    reference: str = ""
    code: str = ""
    reason: str = ""
    final: bool = False
    blocks: Blocking = ""


class NumberChanged(NamedTuple):
    """A person moved from one address to another. `new` may be a phone or a business-scoped id."""

    channel: ChannelId
    account: str
    provider_id: str
    old: Address
    new: Address
    at: int


class ReachChanged(NamedTuple):
    """A person blocked (`blocked`) or unblocked our bot."""

    channel: ChannelId
    account: str
    author: Author
    blocked: bool
    at: int


class Started(NamedTuple):
    """A person opened the chat: pressed Start in a bot, or opened WhatsApp's empty chat. A ticket is opened only when
    they write. `payload` came with the link that they followed."""

    channel: ChannelId
    account: str
    author: Author
    provider_id: str
    sent_at: int
    payload: str = ""


ChatEventKind = Literal["timer_changed", "pinned", "number_unnamed", "system_unknown"]
"""A message timer was set; a message was pinned; a number changed and the provider did not name the new one; a system
message of an unknown type."""


class ChatEvent(NamedTuple):
    """Something happened in a person's chat that is no message. It becomes an activity line on the open ticket; without
    an open ticket it is not stored."""

    channel: ChannelId
    account: str
    author: Author
    provider_id: str
    kind: ChatEventKind
    at: int


class TemplateChanged(NamedTuple):
    """The provider changed a template of a business account at `at` (s): its status, its category or its quality is
    `value` now. The category becomes `correct` at `correct_since` (s), "" and 0 when no further change is announced."""

    channel: ChannelId
    business_account: str
    name: str
    language: str
    what: Literal["status", "category", "quality"]
    value: str
    at: int
    correct: str = ""
    correct_since: int = 0


class UnparsedPart(NamedTuple):
    """An authentic part that is not understood and names no person; it is kept for 30 days, sealed to the vault."""

    channel: ChannelId
    account: str
    raw_type: str
    raw: bytes


class IgnoredPart(NamedTuple):
    """An authentic part that is acknowledged and counted and not stored."""

    channel: ChannelId
    reason: str


Part = (
    InboundMessage
    | StatusUpdate
    | NumberChanged
    | ReachChanged
    | Started
    | ChatEvent
    | TemplateChanged
    | UnparsedPart
    | IgnoredPart
)
