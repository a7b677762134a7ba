"""What an open page has seen, and whether anything has changed since.

A page gets a stamp with each answer: a short word for everything that it depends on. Its script sends the stamp back
(If-None-Match); while it is the same, the answer is 304 and nothing of the page is read or rendered. The stamp holds no
secret and grants nothing: who sends another one is told of a change, or of none, on a page that they have already.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.clock import SECOND
from chalicelib.tickets.marker import SLOTS, Marker, settled, slot_of

KINDS = ("tickets", "staff", "requests", "conversation")
"""Kinds of change that a page can depend on: tickets in lists, staff, requests about data, its own conversation."""
PERIOD = 120 * SECOND
"""After so long (ms) a page is read again in any case: times that it shows grow old, and a change may have got lost."""
_UNSETTLED = "-"
_PLACES = frozenset(map(str, range(SLOTS)))


@dataclass(frozen=True)
class Watch:
    """The marker as it was before anything else of the page was read, at `now` (ms).

    `kinds` are those that the page depends on; `page` stands for reader, address and release; `known` is the stamp of
    the open page, empty when the page is loaded.
    """

    marker: Marker
    kinds: frozenset[str]
    page: str
    now: int
    known: str = ""

    @classmethod
    def of(
        cls, marker: Marker, kinds: frozenset[str], about: tuple[str, ...], now: int, headers: Mapping[str, str]
    ) -> "Watch":
        """Return what a request watches. `about` is what the page depends on and what does not change while it is
        open."""
        page = hashlib.sha256("\n".join(about).encode()).hexdigest()[:12]
        return cls(marker, kinds, page, now, headers.get("if-none-match", "").removeprefix("W/").strip('"'))

    def stamp(self, conversation_id: str = "") -> str:
        """Return the stamp of a page as it is now. `conversation_id` is that of a ticket's page; without it an open
        page keeps the one that it has."""
        return self._stamp(slot_of(conversation_id)) if conversation_id else self._known_now()

    @property
    def changed(self) -> frozenset[str]:
        """What has changed since the open page's stamp; everything when that cannot be told."""
        known, now = self.known.split("."), self._known_now().split(".")
        if len(known) != len(now) or known[:2] != now[:2]:
            return frozenset(KINDS)
        marks = zip((*KINDS[:3], "place", KINDS[3]), known[2:], now[2:], strict=True)
        return frozenset(name for name, old, new in marks if name != "place" and (old != new or old == _UNSETTLED))

    def _known_now(self) -> str:
        """Return the stamp of the open page, with the place of its conversation, as it would be now."""
        place = self.known.split(".")[-2:-1]
        return self._stamp(int(place[0]) if place and place[0] in _PLACES else -1)

    def _stamp(self, slot: int) -> str:
        shift = int(self.page, 16) % PERIOD  # not all pages at once
        kept = [self._mark(name) if name in self.kinds else "" for name in KINDS[:3]]
        own = (str(slot), self.marker.of_slot(slot)) if slot >= 0 else ("", "")
        return ".".join((self.page, str((self.now + shift) // PERIOD), *kept, *own))

    def _mark(self, name: str) -> str:
        """Return a mark; what lists show comes from an index, so their marks count only once it has the change."""
        mark: str = getattr(self.marker, name)
        return mark if name == "staff" or settled(mark, self.now) else _UNSETTLED
