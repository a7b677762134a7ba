"""Working days of Kazakhstan, and when terms end. Pure.

Weekends are Saturday and Sunday; holidays, observed days and most transfers come from the package `holidays`
(law of 13 December 2001 No. 267-II on holidays, and the government's yearly decisions). Kurban Ait follows the moon: a
day that the package only estimates counts as a working day, so that no term ends later than the law's, until a release
of the package has the confirmed one. The package is slow to import, so the first call imports it; intake makes no such
call.
"""

import datetime
import re
from functools import cache
from typing import TYPE_CHECKING, Protocol

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.texts import KAZAKHSTAN

if TYPE_CHECKING:
    from holidays import HolidayBase

WORKED = frozenset({datetime.date(2024, 5, 4), datetime.date(2025, 1, 5)})
"""Saturdays and Sundays that were working days, transferred by decision of the government."""
_ESTIMATED = "(estimated)"
"""What the package writes behind the English name of a day that is not confirmed."""
_HOUR = 60 * 60 * SECOND
_ONE = datetime.timedelta(days=1)
_EPOCH = datetime.date(1970, 1, 1)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""The only accepted form of a date: `date.fromisoformat` accepts others too."""


class Term(Protocol):
    """A period of `term` hours, calendar days or working days; `unit` is "hours", "calendar" or "working"."""

    @property
    def term(self) -> int:
        """The number of units."""

    @property
    def unit(self) -> str:
        """The unit that is counted."""


def is_working_day(day: datetime.date) -> bool:
    """Whether this day is a working day in Kazakhstan."""
    if day in WORKED:
        return True
    return day.weekday() < 5 and all(_ESTIMATED in name for name in _holidays().get_list(day))


def deadline(term: Term, start: int) -> int:
    """Return when a term that begins at `start` is over (both epoch ms).

    A term in days ends with the last millisecond of its n-th day (working or calendar) after the day of the start,
    by the clock of Kazakhstan; a term in hours is exact.
    """
    if term.unit == "hours":
        return start + term.term * _HOUR
    day, left = _day(start), term.term
    while left:
        day += _ONE
        left -= term.unit == "calendar" or is_working_day(day)
    return _end(day)


def day_start(written: str) -> int:
    """Return when a date (YYYY-MM-DD) begins in Kazakhstan (epoch ms). Raises ValueError for any other text."""
    if not _DAY.fullmatch(written):
        raise ValueError("not YYYY-MM-DD")
    return (datetime.date.fromisoformat(written) - _EPOCH).days * DAY - 5 * _HOUR


def day_of(at: int) -> str:
    """Return the date (YYYY-MM-DD) in Kazakhstan of an instant (epoch ms)."""
    return _day(at).isoformat()


def next_working_day(at: int) -> int:
    """Return the end of the first working day in Kazakhstan that is not over at `at` (both epoch ms)."""
    day = _day(at)
    while not is_working_day(day):
        day += _ONE
    return _end(day)


def default_time(term: Term, start: int) -> int:
    """Return when a request is decided in the person's favour because nobody has decided it (epoch ms).

    That is 10:00 on the last working day before the day on which the term (in working days) ends.
    """
    last = _day(deadline(term, start)) - _ONE
    while not is_working_day(last):
        last -= _ONE
    return _end(last) - DAY + 1 + 10 * _HOUR


def working_days_between(start: int, end: int) -> int:
    """Return the number of working days after the day of `start` up to and including the day of `end` (both epoch ms).

    Returns 0 when `end` is not later.
    """
    day, last, count = _day(start), _day(end), 0
    while day < last:
        day += _ONE
        count += is_working_day(day)
    return count


def _day(at: int) -> datetime.date:
    return datetime.datetime.fromtimestamp(at // SECOND, KAZAKHSTAN).date()


def _end(day: datetime.date) -> int:
    midnight = (day - _EPOCH).days * DAY - 5 * _HOUR
    return midnight + DAY - 1


@cache
def _holidays() -> "HolidayBase":
    import holidays

    return holidays.country_holidays("KZ", language="en_US")
