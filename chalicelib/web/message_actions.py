"""What is offered at the messages of a ticket: to quote, react, edit, delete."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.channels import registry
from chalicelib.core.ids import MessageRef
from chalicelib.outbox.change_model import What, refusal
from chalicelib.tickets.model import REFERRING
from chalicelib.tickets.records import Message, Ticket


@dataclass(frozen=True)
class Actions:
    """What is offered at one message; `reactions` are the emoji, () for none."""

    quote: bool
    reactions: tuple[str, ...]
    edit: bool
    delete: bool


NEWEST = 20
"""At so many messages the page has forms to react, edit and delete, and at up to as many before them: more would double
the size of a long page. Where they begin moves by so many at once, so that a new message changes no older one."""


def actions_of(messages: Sequence[Message], ticket: Ticket, now: int, *, at_home: bool = False) -> dict[str, Actions]:
    """Return what is offered at each message of a ticket on which a reply could be sent now, or could be but for a
    withdrawal of consent, or of the one to the transfer abroad (`at_home`): then our replies can be deleted, which
    serves the customer, and nothing else is offered."""
    silent = ticket.suppressed or at_home
    channel = registry.channel(ticket.channel)
    said = [one.id for one in messages if one.direction in ("in", "out")]
    newest = frozenset(said[max(0, len(said) - NEWEST) // NEWEST * NEWEST :])

    def may(what: What, one: Message) -> bool:
        return one.id in newest and (what == "revoke" or not silent) and refusal(channel, what, one, now) is None

    found = {}
    for one in messages:
        act = Actions(
            quote=(not silent or bool(ticket.question_at)) and quotable(ticket, one),
            reactions=channel.reactions.offered if may("reaction", one) else (),
            edit=may("edit", one) and len(one.links) < 2,
            delete=may("revoke", one),
        )
        if act != Actions(quote=False, reactions=(), edit=False, delete=False):
            found[one.id] = act
    return found


def newest_received(messages: Iterable[Message]) -> MessageRef | None:
    """Return the customer's newest message that their application can be told something about."""
    said = [one.id for one in messages if one.direction == "in" and one.kind not in REFERRING and one.provider_hash]
    return MessageRef.parse(said[-1]) if said else None


def quotable(ticket: Ticket, message: Message) -> bool:
    """Whether a reply on this ticket can quote the message."""
    said = message.direction in ("in", "out") and message.kind not in REFERRING
    return registry.channel(ticket.channel).quotes and said and bool(message.provider_hash) and not message.deleted
