"""Which parts of a body are statements: the one rule that says what an arriving part may cause. Pure.

A person becomes known, gives consent, opens or reopens a ticket and gets the "accepted" notice by saying something to
us, and by nothing else. What refers to something (a reaction, an edit, a deletion, a pressed button, a position that
moves) needs somebody who is known and has a ticket; without them it is counted and nothing is stored. So nobody comes
back without writing: not after their destruction, not after the end of retention, and not who never wrote.
"""

from chalicelib.core.asks import Ask
from chalicelib.messages.model import InboundMessage
from chalicelib.tickets.kinds import REFERRING


def is_statement(message: InboundMessage, ask: Ask | None = None) -> bool:
    """Return whether the message says something by itself. A button under our question about a request (`ask`) answers
    that question and says nothing else."""
    return message.kind not in REFERRING and not (ask is not None and ask.pressed)


def is_news(message: InboundMessage, ask: Ask | None = None) -> bool:
    """Return whether the message counts as unread: every statement, and a reaction, as in the messengers themselves. A
    reaction that was taken back, an edit and a deletion are shown where they belong and announce nothing."""
    return is_statement(message, ask) or (message.kind == "reaction" and bool(message.text))
