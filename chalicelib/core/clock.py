"""Units of the desk's time, and how long traces of what was deleted are kept. Pure."""

SECOND = 1000


HOUR = 60 * 60 * SECOND


DAY = 24 * HOUR


GUARD_DAYS = 8
"""A provider repeats a webhook for up to 7 days; what is deleted sooner leaves a guard row this long."""


RAW_DAYS = 30
"""How long the raw part behind an unsupported message is kept."""


_GONE_AFTER = 7 * DAY // SECOND


def gone_at(expires_at: int) -> int:
    """Return when DynamoDB itself may delete a row (the TTL attribute of the table `desk`): a week after its date.

    DynamoDB asks no ticket before it deletes. The week is the dater's and the sweeper's time to take a stale date
    off the rows of a reopened ticket.
    """
    return expires_at + _GONE_AFTER
