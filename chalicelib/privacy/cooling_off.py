"""The time to think again, which a person has from the moment at which they were told. Pure."""

from chalicelib.core.working_days import day_start, deadline
from chalicelib.privacy.requests.waits import LETTER_DAYS
from chalicelib.profile.model import Deadline

_TRAVELS = Deadline(term=LETTER_DAYS, unit="working", source="own rule")


def cooling_off_ends(term: Deadline, told_at: int, posted_on: str = "") -> int:
    """Return when the time to think again is over (ms): so long after the person was told, and of a letter that was
    `posted_on` a day (YYYY-MM-DD) not before it has had time to arrive."""
    arrived = deadline(_TRAVELS, day_start(posted_on)) if posted_on else 0
    return deadline(term, max(told_at, arrived))
