"""Presents moments on pages: dates, times of day and what is left until a moment, in the time of Kazakhstan."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.core.clock import SECOND
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.texts import KAZAKHSTAN, term_text

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True)
class Dates:
    """Says moments (ms) in one language, as of `now` (ms). `say` translates a msgid of the catalogue `desk`."""

    language: str
    say: Callable[[str], str]
    now: int

    def moment(self, at: int) -> datetime:
        """Return an instant (ms) in the time of Kazakhstan."""
        return datetime.fromtimestamp(at / SECOND, UTC).astimezone(KAZAKHSTAN)

    def iso(self, at: int) -> str:
        """Return an instant for the attribute `datetime` of `<time>`."""
        return self.moment(at).isoformat(timespec="minutes")

    def time(self, at: int) -> str:
        """Return hours and minutes."""
        return self.moment(at).strftime("%H:%M")

    def term(self, kept: KeptFor) -> str:
        """Return a term of retention."""
        return term_text(self.language, kept.term, kept.unit)

    def date(self, at: int) -> str:
        """Return a day: 8 Dec 2026 in English, 08.12.2026 in the other languages."""
        day = self.moment(at)
        return (
            f"{day.day}\u00a0{_MONTHS[day.month - 1]}\u00a0{day.year}"
            if self.language == "en"
            else day.strftime("%d.%m.%Y")
        )

    def day(self, at: int) -> str:
        """Return a day: Today, Yesterday, else its date."""
        days = (self.moment(self.now).date() - self.moment(at).date()).days
        if days == 0:
            return self.say("Today")
        return self.say("Yesterday") if days == 1 else self.date(at)

    def short(self, at: int) -> str:
        """Return the time of a moment of today, else the day."""
        return self.time(at) if self.moment(at).date() == self.moment(self.now).date() else self.day(at)

    def left(self, until: int) -> str:
        """Return how long it is until an instant (ms), in hours and minutes, at least a minute."""
        minutes = max(0, until - self.now) // (60 * SECOND)
        hours, rest = divmod(minutes, 60)
        if hours and rest:
            return self.say("{hours} h {minutes} min left").format(hours=hours, minutes=rest)
        if hours:
            return self.say("{hours} h left").format(hours=hours)
        return self.say("{minutes} min left").format(minutes=max(1, rest))
