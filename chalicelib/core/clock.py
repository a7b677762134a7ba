"""Units of time in milliseconds, and how long rows outlive their date. Pure."""

SECOND = 1000


MINUTE = 60 * SECOND


HOUR = 60 * MINUTE


DAY = 24 * HOUR


SWEPT_WITHIN = 15 * MINUTE
"""Time (ms) since the last note of a sweeper of this release after which an older one may have run meanwhile: what only
this release writes is no longer relied upon."""


def swept_lately(noted_at: int, now: int) -> bool:
    """Whether a sweeper of this release has noted lately, at `noted_at` (ms, 0 for never), that it was here, so that no
    older release can have run since."""
    return noted_at >= now - SWEPT_WITHIN


GUARD_DAYS = 8
"""Days for which a guard row stands in for a deleted message: a provider repeats a webhook for up to 7 days."""


BACKUP_DAYS = 14
"""The longest point-in-time window of a table, and the longest life of a dead letter. Sources: RecoveryPeriodInDays in
infra/tables.json, DEAD_LETTER_DAYS in infra/queues.py."""


OPENED_HOURS = 8
"""Hours for which a conversation is open to a colleague who has opened it with a reason: one working day."""


RAW_DAYS = 30
"""Days for which the raw part of an unsupported message is kept."""


_GONE_AFTER = 7 * DAY // SECOND


def gone_at(expires_at: int) -> int:
    """Return when DynamoDB may delete a row by TTL (epoch seconds): a week after its expiry date `expires_at`.

    DynamoDB deletes without checking whether the ticket was reopened. The week gives expiry stamping and the
    retention sweeper time to remove the outdated date from the rows of a reopened ticket.
    """
    return expires_at + _GONE_AFTER
