"""The rules of reacting to a customer's message, and of editing and deleting a reply of ours. Pure.

What is asked for is named by the part that leaves: "reaction", "edit" or "revoke". Times are epoch milliseconds.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from chalicelib.channels.contract import Channel
from chalicelib.channels.render import pieces_of
from chalicelib.core.ids import MessageRef
from chalicelib.core.purposes import SUPPORT
from chalicelib.outbox.model import AnsweredTicket, Head
from chalicelib.outbox.provider_ids import NamedMessage
from chalicelib.tickets.model import CHANGES, REFERRING
from chalicelib.tickets.records import Message

What = Literal["reaction", "edit", "revoke"]
"""What can be done; also the kind of the message that is stored for it, as of customers' own changes."""
_SIGNS = ("So", "Sk", "Mn", "Me", "Cf", "Cn")
"""Categories of the characters of emoji; unassigned ones, because newer ones are unknown to Python."""
_LONGEST = 16


class Refusal(NamedTuple):
    """Why something cannot be done: the code and a sentence."""

    code: str
    says: str


_NOT_OUT: dict[str, Refusal | None] = {
    "queued": None,
    "sending": Refusal("leaving", "This reply is leaving right now. Try again in a moment."),
    "failed": Refusal("not_sent", "This reply did not reach the customer: there is nothing to change."),
}
"""What is said of a reply that has not left; None: it is changed itself."""


@dataclass(frozen=True)
class Target:
    """The message that is to be changed, as pages show it without its text, and as its provider's ids lie on it.
    `answers` is the question (ms) that a reply answers."""

    shown: Message
    named: NamedMessage
    ticket_id: str
    answers: int = 0


@dataclass(frozen=True)
class Change:
    """A change of a message that has left, ready to be stored under `ref`. `content` is sealed."""

    ref: MessageRef
    target: Target
    ticket: AnsweredTicket
    head: Head
    what: What
    content: bytes = field(repr=False)
    author: str
    now: int


def refusal(channel: Channel, what: What, message: Message, now: int) -> Refusal | None:
    """Return why a message cannot be changed, or None. A reply that has not left can be changed on every channel."""
    if message.deleted:
        return Refusal("gone", "This message is deleted.")
    if why := _other_message(what, message):
        return Refusal("wrong_message", why)
    if what != "reaction" and message.status in _NOT_OUT:
        return _NOT_OUT[message.status]
    if what not in channel.sends:
        return Refusal("lacking", f"{channel.name} cannot do this (capability: {what}).")
    if not message.provider_hash:
        return Refusal("unknown_id", "The provider's id of this message is not known, so it cannot be changed.")
    if not channel.can(what, message.sent_at, now):
        return Refusal("too_old", f"{channel.name} does not change a message of this age any more.")
    return None


def _other_message(what: What, message: Message) -> str:
    """Return why this is no message for it, or ""."""
    if what == "reaction":
        mine = message.direction == "in" and message.kind not in REFERRING
        return "" if mine else "Only to a message of the customer one can react."
    if message.direction != "out" or message.purpose != SUPPORT or message.kind in CHANGES:
        return "Only a colleague's reply can be edited and deleted."
    if what == "edit" and message.kind != "text":
        return "Only a reply that is a text can be edited. Delete it and write another one."
    return ""


def emoji_refusal(channel: Channel, emoji: str) -> Refusal | None:
    """Return why the channel does not take this reaction, or None; "" takes a reaction back."""
    taken = channel.reactions.taken
    if not emoji or emoji in taken:
        return None
    signs = [unicodedata.category(one) for one in emoji]
    if not taken and len(emoji) <= _LONGEST and {"So", "Cn"} & set(signs) and all(one in _SIGNS for one in signs):
        return None
    return Refusal("bad_emoji", f"{channel.name} does not take this as a reaction: choose another emoji.")


def edit_refusal(channel: Channel, text: str, *, buttons: bool, pieces: int) -> Refusal | None:
    """Return why a message that left in so many `pieces` cannot get this text, or None: it must stay one message."""
    if pieces > 1:
        return Refusal("long", "This reply left as several messages and cannot be edited. Delete it and write another.")
    if len(pieces_of(text, channel, buttons=buttons)) != 1:
        return Refusal("long", "The new text does not fit into one message. Shorten it.")
    return None
