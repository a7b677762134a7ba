"""The rules of reacting to a customer's message, and of editing and deleting a reply of ours. Pure.

What is asked for is named by the part that leaves: "reaction", "edit" or "revoke". Times are epoch milliseconds.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from chalicelib.channels.contract import Channel
from chalicelib.channels.render import pieces_of
from chalicelib.core.purposes import SUPPORT
from chalicelib.outbox.model import AnsweredTicket, Head
from chalicelib.outbox.provider_ids import NamedMessage
from chalicelib.outbox.same_text import TextUse
from chalicelib.tickets.model import CHANGES, REFERRING, WITHHELD
from chalicelib.tickets.records import Message

What = Literal["reaction", "edit", "revoke"]
"""What can be done; also the kind of the message that is stored for it, as of customers' own changes."""


class Refusal(NamedTuple):
    """Why something cannot be done: the code and a sentence."""

    code: str
    says: str


_NOT_OUT: dict[str, Refusal | None] = {
    "queued": None,
    WITHHELD: None,
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
    """What `author` of the staff wants made of a message at `now` (ms), with the rows as they were read. `text` is the
    new text or the emoji, `use` to how many people that text went, None where nobody counts, `needs` the rule of the
    transfer abroad, where it needs a consent to that."""

    what: What
    text: str = field(repr=False)
    target: Target
    ticket: AnsweredTicket
    head: Head
    author: str
    now: int
    use: TextUse | None = None
    needs: str = ""


def refusal(channel: Channel, what: What, message: Message, now: int) -> Refusal | None:
    """Return why a message cannot be changed, or None. A reply that has not left can be changed on every channel."""
    if message.deleted:
        return Refusal("gone", "This message is deleted.")
    if why := _other_message(what, message):
        return Refusal("wrong_message", why)
    if what == "edit" and message.status == WITHHELD:
        return Refusal(WITHHELD, "This reply waits for a supervisor. Delete it and write another one.")
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


def edit_refusal(channel: Channel, text: str, *, buttons: bool, pieces: int) -> Refusal | None:
    """Return why a message that left in so many `pieces` cannot get this text, or None: it must stay one message."""
    if pieces > 1:
        return Refusal("long", "This reply left as several messages and cannot be edited. Delete it and write another.")
    if len(pieces_of(text, channel, buttons=buttons)) != 1:
        return Refusal("long", "The new text does not fit into one message. Shorten it.")
    return None
