"""Which arriving parts say something, and which count as unread. Pure."""

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.asks import Ask
from chalicelib.tickets.model import REFERRING


def is_statement(message: InboundMessage, ask: Ask | None = None) -> bool:
    """Return whether the message says something by itself. A button under our question about a request (`ask`) only
    answers that question and is no statement."""
    return message.kind not in REFERRING and not (ask is not None and ask.pressed)


def is_news(message: InboundMessage, ask: Ask | None = None) -> bool:
    """Return whether the message counts as unread: a statement or a reaction, as in the messengers themselves. A
    reaction that was taken back, an edit and a deletion do not count."""
    return is_statement(message, ask) or (message.kind == "reaction" and bool(message.text))
