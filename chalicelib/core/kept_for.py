"""How long a class of data is kept: days, months or years of Kazakhstan's calendar. Pure."""

import calendar
import datetime
from typing import NamedTuple

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.texts import KAZAKHSTAN


class KeptFor(NamedTuple):
    """A term of `term` units; `unit` is "days", "months" or "years"."""

    term: int
    unit: str = "days"

    def after(self, at: int) -> int:
        """Return when a term that begins at `at` is over (both epoch ms).

        Days are of 24 hours. Months and years end at the same time of the same day of the month in Kazakhstan, or of
        the month's last day where it has no such day: 29 February and three years make 28 February.
        """
        if self.unit == "days":
            return at + self.term * DAY
        begun = datetime.datetime.fromtimestamp(at // SECOND, KAZAKHSTAN)
        months = begun.month - 1 + self.term * (12 if self.unit == "years" else 1)
        year, month = begun.year + months // 12, months % 12 + 1
        day = min(begun.day, calendar.monthrange(year, month)[1])
        return int(begun.replace(year=year, month=month, day=day).timestamp()) * SECOND + at % SECOND
