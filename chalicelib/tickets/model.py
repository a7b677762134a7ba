"""The rules of tickets and their messages: states, times, numbers, ranks. Pure."""

from enum import StrEnum

from chalicelib.core.clock import DAY

WINDOW = DAY
"""How long after the last inbound message WhatsApp allows free text. Source: Meta, customer service window."""
LATE_SPAN = 30 * DAY
"""Messages that are older than GUARD_DAYS when they arrive are remembered on their ticket by spans of so many ms."""


class State(StrEnum):
    """States of a ticket."""

    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    SOLVED = "solved"
    CLOSED = "closed"


PRIORITIES = ("low", "normal", "high", "urgent")

RANK = {"queued": 0, "sending": 1, "sent": 2, "failed": 3, "delivered": 4, "read": 5}
"""A status replaces one of lower rank only. A later `delivered` or `read` clears `failed`; nothing goes back."""


def number_digits(attempt: int) -> int:
    """How many digits to draw a ticket number with: six at first, two more after every third number that was taken."""
    return 6 + 2 * (attempt // 3)


def reply_time(now: int, last_out: int, last_in: int) -> int:
    """Return the time (ms) of an outgoing message: now, but after all that the conversation holds.

    It is the message's number in its conversation too: whoever stores it does so under the condition that
    `last_out` is still what was read.
    """
    return max(now, last_out + 1, last_in + 1)


def queue_of(state: str) -> str:
    """Return the key of a state's queue in the index `queue`. The suffix is the shard: one today."""
    return f"{state}#0"


PREVIEW = 160
"""Characters of a message that a queue row shows."""
