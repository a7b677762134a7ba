"""What a request waits for, for how long, and how its waiting ends: the time to think again among them. Pure.

The kind of the request names the profile's deadline that sets that time.
"""

from collections.abc import Mapping
from enum import StrEnum

from chalicelib.core.clock import BACKUP_DAYS, DAY, HOUR, SECOND
from chalicelib.core.working_days import day_start, deadline
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.profile.model import Deadline

CONFIRM_WITHIN = 48 * HOUR
"""How long the person may take to confirm before staff decide."""
LETTER_DAYS = 5
"""Working days that a letter is given to arrive; cooling off begins after them."""
DELIVER_WITHIN = 23 * HOUR
"""How long the last answer may take to arrive. The key of its mailbox is destroyed within 24 h of the proof of absence,
whether it was delivered or not."""
MONITOR_AFTER = 10 * 60 * SECOND
"""After how long the monitor looks at a request that waits for nothing: its run may have died."""
RETRY_AFTER = HOUR
"""How long after a failure the next run begins by itself."""


class Wait(StrEnum):
    """What a request may wait for. Values are stored; some are older than our names for them."""

    IDENTITY = "identity"
    DECISION = "decision"
    TELLING = "telling"
    COOLING_OFF = "grace"
    DRAIN = "settle"
    DELIVERY = "told"
    BACKUPS = "backups"


def backups_gone_at(closed_at: int) -> int:
    """Return when no backup reaches back any more (ms) to a mailbox that was destroyed at `closed_at` (ms): an hour
    after the longest window, because AWS moves the windows only from time to time. It counts from the destruction of
    the mailbox: until then a table could be copied with the last rows that belonged to the request."""
    return closed_at + BACKUP_DAYS * DAY + HOUR


def outcome(request: Request, now: int) -> str:
    """Return how the request's waiting ends now: "verified", "refused", "cancelled", "expired", "overdue", "told" or
    "due"; "" while it goes on.

    Both the task that begins to wait and ResumeWorkflow ask this, so it does not matter which of them comes first.
    """
    due = bool(request.due_at) and now >= request.due_at
    if request.waits in (Wait.IDENTITY, Wait.DECISION, Wait.TELLING, Wait.COOLING_OFF):
        for step in (Step.CANCELLED, Step.REFUSED):
            if request.done(step):
                return str(step)
    if request.waits == Wait.IDENTITY:
        return "verified" if request.done(Step.VERIFIED) else "expired" if due else ""
    if request.waits == Wait.DECISION:
        return "verified" if request.done(Step.VERIFIED) else "overdue" if due else ""
    if request.waits == Wait.TELLING:
        return "told" if request.done(Step.TOLD) else ""
    if request.waits == Wait.COOLING_OFF and request.announcements and not request.done(Step.TOLD):
        return ""  # cooling off begins when the person is told
    return "due" if due else ""


def identity_until(request: Request) -> int:
    """Return until when the person may confirm before staff decide (ms). When the law's limit comes near before that,
    it ends at the time of the default answer, so that the person has an answer in time."""
    asked = request.at(Step.OUTREACH_PAUSED)
    until, limit = asked + CONFIRM_WITHIN, request.deadline_at
    default = request.default_at or limit
    if until <= default or limit <= asked:
        return until
    return min(until, default if default > asked else asked + (limit - asked) // 2)


_TRAVELS = Deadline(term=LETTER_DAYS, unit="working", source="own rule")


def cooling_off_ends(request: Request, terms: Mapping[str, Deadline], told_at: int, posted_on: str = "") -> int:
    """Return when cooling off ends (ms): the term of the request's kind after the person was told, or after a letter
    that was `posted_on` a day (YYYY-MM-DD) has had LETTER_DAYS to arrive, whichever is later. `terms` are the profile's
    deadlines."""
    arrived = deadline(_TRAVELS, day_start(posted_on)) if posted_on else 0
    return deadline(terms[kind_of(request.kind).cooling_off], max(told_at, arrived))


def hours_to_think(request: Request, terms: Mapping[str, Deadline]) -> int:
    """Return how long cooling off lasts, in hours, for texts."""
    return (deadline(terms[kind_of(request.kind).cooling_off], 0) + HOUR - 1) // HOUR


TOLD_WITHIN = 48 * HOUR
"""How long an announcement may take to arrive before staff tell the person in another way."""
