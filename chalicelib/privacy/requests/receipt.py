"""When a notice on paper arrived. Pure."""

from chalicelib.core.clock import DAY
from chalicelib.core.errors import BadInput
from chalicelib.core.working_days import day_of, day_start

MOST_DAYS_AGO = 366
"""Days between the receipt of a notice and its entry by staff; more counts as a mistake in the date."""


def day_of_receipt(received_on: str, now: int) -> int:
    """Return when a notice arrived (ms) of which only the day is known (YYYY-MM-DD, in Kazakhstan): its start, or now
    when it is today. Raises BadInput with the code received_on."""
    try:
        start = day_start(received_on)
    except ValueError:
        raise BadInput(
            "Say on which day the notice was received, as YYYY-MM-DD: the terms count from it.", code="received_on"
        ) from None
    if not now - MOST_DAYS_AGO * DAY < start <= now:
        raise BadInput(
            f"The notice cannot have been received after today or more than {MOST_DAYS_AGO} days ago.",
            code="received_on",
        )
    return now if received_on == day_of(now) else start
