"""How long a class of data is kept: days, months or years of Kazakhstan's calendar, from an event. Pure."""

import calendar
import datetime
from typing import NamedTuple

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.texts import KAZAKHSTAN

WHILE_IT_LASTS = 32_503_680_000
"""Expiry date (epoch seconds; the year 3000) of what is closed and kept as long as an agreement lasts. It stands for a
date that nobody knows yet: the true one takes its place when the agreement has ended."""
CORRECTED_WITHIN = 3 * DAY
"""Time (ms) for which the end of an agreement can be corrected however long ago it was: nothing ends by it before."""


class AgreementEnd(NamedTuple):
    """When a person's agreement with the company ended, and when staff said so (ms); zeros while it lasts."""

    at: int = 0
    said_at: int = 0


LASTS = AgreementEnd()


class KeptFor(NamedTuple):
    """A term of `term` units; `unit` is "days", "months" or "years". `agreement`: it runs from the end of the person's
    agreement with the company, and nothing ends before that."""

    term: int
    unit: str = "days"
    agreement: bool = False

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

    def date(self, closed_at: int, end: AgreementEnd = LASTS) -> int:
        """Return the expiry date (epoch seconds) of a ticket that was closed at `closed_at` (ms), or of a contact whose
        last one that was. One that counts from an agreement has WHILE_IT_LASTS until that ends; a ticket that was
        closed when the term was over expires at once."""
        if not self.agreement:
            return self.after(closed_at) // SECOND
        if not end.at:
            return WHILE_IT_LASTS
        return max(self.after(end.at), closed_at, end.said_at + CORRECTED_WITHIN) // SECOND
