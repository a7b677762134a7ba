"""What an open page has seen, and whether anything has changed since.

A page gets a stamp with each answer: a short word for everything that it depends on. Its script sends the stamp back
(If-None-Match); while it is the same, the answer is 304 and nothing of the page is read or rendered. The stamp holds no
secret and grants nothing: who sends another one is told of a change, or of none, on a page that they have already.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.clock import SECOND
from chalicelib.tickets.marker import SETTLES, Marker, slot_of

KINDS = ("tickets", "staff", "requests", "conversation")
"""Kinds of change that a page can depend on: tickets in lists, staff, requests about data, its own conversation."""
PERIOD = 120 * SECOND
"""After so long (ms) a page is read again in any case: times that it shows grow old, and a change may have got lost."""
_UNSETTLED = "-"


@dataclass(frozen=True)
class Watch:
    """The marker as it was before anything else of the page was read.

    `kinds` are those that the page depends on; `page` stands for reader, address and release; `period` is the number of
    the current period; `known` is the stamp of the open page, empty when the page is loaded.
    """

    marker: Marker
    kinds: frozenset[str]
    page: str
    period: str
    known: str = ""

    @classmethod
    def of(
        cls, marker: Marker, kinds: frozenset[str], about: tuple[str, ...], now: int, headers: Mapping[str, str]
    ) -> "Watch":
        """Return what a request watches. `about` is what the page depends on and what does not change while it is open,
        `now` is in ms."""
        page = hashlib.sha256("\n".join(about).encode()).hexdigest()[:12]
        shift = int(page, 16) % PERIOD  # not all pages at once
        settled = not 0 <= now - marker.changed_at < SETTLES
        known = headers.get("if-none-match", "").removeprefix("W/").strip('"')
        period = str((now + shift) // PERIOD) if settled else _UNSETTLED
        return cls(marker, kinds, page, period, known)

    def stamp(self, conversation_id: str = "") -> str:
        """Return the stamp of a page as it is now. `conversation_id` is that of a ticket's page; without it an open
        page keeps the one that it has."""
        return self._stamp(slot_of(conversation_id)) if conversation_id else self.known_now()

    def _stamp(self, slot: int) -> str:
        kept = [getattr(self.marker, name) if name in self.kinds else "" for name in KINDS[:3]]
        own = (str(slot), self.marker.of_slot(slot)) if slot >= 0 else ("", "")
        return ".".join((self.page, self.period, *kept, *own))

    @property
    def changed(self) -> frozenset[str]:
        """What has changed since the open page's stamp; everything when that cannot be told."""
        known = self.known.split(".")
        now = self.known_now().split(".")
        if len(known) != len(now) or known[:2] != now[:2] or known[1] == _UNSETTLED:
            return frozenset(KINDS)
        marks = zip((*KINDS[:3], "place", KINDS[3]), known[2:], now[2:], strict=True)
        return frozenset(name for name, old, new in marks if old != new and name != "place")

    def known_now(self) -> str:
        """Return the stamp of the open page, its conversation's place included, as it would be now."""
        place = self.known.split(".")[-2:-1]
        return self._stamp(int(place[0]) if place and place[0].isdecimal() and len(place[0]) < 3 else -1)
