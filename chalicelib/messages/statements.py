"""Says which arriving parts are statements, and so what a part may cause. Pure.

Only a statement makes a person known, gives consent, opens or reopens a ticket and is answered by the "accepted"
notice. A part that refers to something (a reaction, an edit, a deletion, a pressed button, a position that moves) needs
a known person with a ticket; otherwise it is counted and not stored. So a person is stored (again) only after they
write: after an erasure, after the end of retention, and the first time.
"""

from chalicelib.core.asks import Ask
from chalicelib.messages.model import InboundMessage
from chalicelib.tickets.kinds import REFERRING


def is_statement(message: InboundMessage, ask: Ask | None = None) -> bool:
    """Return whether the message says something by itself. A button under our question about a request (`ask`) only
    answers that question and is no statement."""
    return message.kind not in REFERRING and not (ask is not None and ask.pressed)


def is_news(message: InboundMessage, ask: Ask | None = None) -> bool:
    """Return whether the message counts as unread: a statement or a reaction, as in the messengers themselves. A
    reaction that was taken back, an edit and a deletion do not count."""
    return is_statement(message, ask) or (message.kind == "reaction" and bool(message.text))
