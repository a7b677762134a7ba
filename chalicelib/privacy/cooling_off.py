"""Cooling off: the time to think again, which begins when the person was told. Pure."""

from chalicelib.core.working_days import day_start, deadline
from chalicelib.privacy.requests.waits import LETTER_DAYS
from chalicelib.profile.model import Deadline

_TRAVELS = Deadline(term=LETTER_DAYS, unit="working", source="own rule")


def cooling_off_ends(term: Deadline, told_at: int, posted_on: str = "") -> int:
    """Return when cooling off ends (ms): `term` after the person was told, or after a letter that was `posted_on` a day
    (YYYY-MM-DD) has had LETTER_DAYS to arrive, whichever is later."""
    arrived = deadline(_TRAVELS, day_start(posted_on)) if posted_on else 0
    return deadline(term, max(told_at, arrived))
