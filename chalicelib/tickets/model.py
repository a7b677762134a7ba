"""Rules of tickets and messages: states, priorities, ranks of statuses, numbers, times. Pure."""

from enum import StrEnum
from typing import Any

from chalicelib.core.clock import DAY, MINUTE

LATE_SPAN = 30 * DAY
"""Length (ms) of the time spans by which a ticket remembers when its late messages were sent: those older than
GUARD_DAYS when they arrived."""


STAMPING_TAKES = MINUTE
"""Time (ms) that stamping may take after a ticket was closed or reopened; then the expiry stamper is woken again."""


class State(StrEnum):
    """States of a ticket."""

    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    SOLVED = "solved"
    CLOSED = "closed"


PRIORITIES = ("low", "normal", "high", "urgent")

RANK = {"queued": 0, "sending": 1, "sent": 2, "failed": 3, "delivered": 4, "read": 5}
"""Rank of each status. A status replaces only one of lower rank: so `delivered` and `read` replace `failed`, and no
status goes back."""
DELAYED = "delayed"
"""Status of a mail that its recipient's server has not taken yet. It has the rank of `sent` and replaces that alone."""
FOR_GOOD = 6
"""Rank of a failure that nothing undoes: a mail that came back, perhaps after it had been delivered."""


WITHHELD = "withheld"
"""Status of a reply of which a supervisor decides. It has the rank of `queued`: no provider knows of it."""
WAITS, APPROVED, RETURNED = "waits", "approved", "returned"
"""How far that decision is, as the outbox entry says."""


def number_digits(attempt: int) -> int:
    """Return how many digits a new ticket number has: six, and two more after every three numbers that were taken."""
    return 6 + 2 * (attempt // 3)


def reply_time(now: int, last_out: int, last_in: int) -> int:
    """Return the time (ms) of an outgoing message: now, but later than every message of the conversation.

    It orders messages within the conversation. The message is stored under the condition that `last_out` has not
    changed since it was read.
    """
    return max(now, last_out + 1, last_in + 1)


def queue_of(state: str, assignee: str = "") -> str:
    """Return the partition of the index `queue` for tickets of a state. Open tickets that somebody has stand in one of
    their own, so that those without an assignee are a list. The suffix is the shard; there is one."""
    return "open.taken#0" if state == State.OPEN and assignee else f"{state}#0"


def queues_of(state: str) -> tuple[str, ...]:
    """Return all partitions of the index `queue` that hold tickets of a state."""
    return tuple(dict.fromkeys((queue_of(state), queue_of(state, "somebody"))))


def queue_attributes(state: str, assignee: str) -> dict[str, str]:
    """Return the attributes `queue`, and `opens_in`, the partition in which the ticket will stand once it is open. Who
    reopens a ticket without having read it, as intake does, does not know its assignee, and takes this partition."""
    return {"queue": queue_of(state, assignee), "opens_in": queue_of(State.OPEN, assignee)}


REOPENS = "#state = :open, #queue = if_not_exists(#opens_in, :queue), #activity = :now"
NO_LONGER_SOLVED = "REMOVE #solved_at"
"""What makes a ticket open again, with the newest activity: the end of a SET expression, and what follows it. Rows
without `opens_in`, which no colleague has changed in this release, go among the tickets without an assignee."""


def reopening(now: int) -> dict[str, Any]:
    """Return the values of REOPENS."""
    return {"open": State.OPEN.value, "queue": queue_of(State.OPEN), "now": now}


PREVIEW = 160
"""Characters of a message that a row of the ticket list shows."""


TEXT_CHANGES = frozenset({"edit", "revoke"})
"""Kinds that change or delete a text."""


CHANGES = TEXT_CHANGES | {"reaction"}
"""Kinds that change how another message is shown."""


LEFT = frozenset({"sent", DELAYED, "delivered", "read"})
"""Statuses of what has left. A change of ours is applied when it has one of them."""


PRESSES = frozenset({"button", "list", "callback"})
"""Kinds that are the press of a button, or a choice from a list."""


REFERRING = CHANGES | {"callback"}
"""Kinds that refer to another message: changes, and pressed buttons."""
PERSON_ASKED = "person_asked"
"""Kind of the activity line that says that the customer asks for a person: it is news, as their own words are."""
REASON = "reason"
"""Kind of the note in which a colleague says why they open a ticket of another team."""
