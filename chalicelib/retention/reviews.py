"""Reviews of the classes of retention that last until consent is withdrawn.

The law wants a term; such a class has a review date in its place (docs/profile.md). By then a privacy officer says that
the data is still needed for its purpose, and the next date counts from that act. The first counts from the publication
of the policy. Whoever reviewed, and when, stays.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.clock import DAY
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.observability import audit
from chalicelib.core.working_days import day_start
from chalicelib.dynamo.builder import NEW
from chalicelib.dynamo.schema import REVIEW
from chalicelib.dynamo.tables import Tables
from chalicelib.profile.model import Profile

COMES_UP = 30 * DAY
"""How long before its date (ms) a review is shown and can be made."""


@dataclass(frozen=True)
class Review:
    """The next review of a class, due at `due_at` (ms); `reviewed_at` and `reviewed_by` are the last one's, empty
    before the first."""

    name: str
    due_at: int
    reviewed_at: int = 0
    reviewed_by: str = ""

    def comes_up(self, now: int) -> bool:
        """Whether it is to be made at `now` (ms)."""
        return now >= self.due_at - COMES_UP

    def overdue(self, now: int) -> bool:
        """Whether its date is over at `now` (ms)."""
        return now >= self.due_at


class ReviewStore:
    """Reviews that were made. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def last(self, name: str) -> tuple[int, str]:
        """Return when a class was last reviewed (ms) and by whom; 0 and "" when it never was."""
        rows = self._tables.page(REVIEW.partition(name), newest_first=True, limit=1).rows
        return (int(rows[0]["at"]), str(rows[0]["by"])) if rows else (0, "")

    def add(self, name: str, by: str, now: int) -> None:
        """Note a review; one of the same millisecond stays."""
        row = {"by": by, "at": now}
        self._tables.write(self._tables.put("review", REVIEW.key(name, now), row, NEW))


@dataclass(frozen=True)
class Reviews:
    """The reviews of an operator's profile."""

    profile: Profile
    store: ReviewStore
    clock: Callable[[], int]

    def all(self) -> list[Review]:
        """Return the next review of each class under which data is held until withdrawal, the nearest first. Raises
        Unavailable."""
        return sorted(map(self._next, self.profile.reviewed), key=lambda one: one.due_at)

    def overdue(self) -> int:
        """Return how many are overdue. Raises Unavailable."""
        return sum(one.overdue(self.clock()) for one in self.all())

    def renew(self, name: str, by: str) -> None:
        """Note that the staff account `by` has reviewed a class. Raises NotFound for a class that is not reviewed,
        Unavailable, and Conflict with the code not_due long before its date."""
        now = self.clock()
        if name not in self.profile.reviewed:
            raise NotFound("No class of retention with this name is reviewed.")
        if not self._next(name).comes_up(now):
            raise Conflict("This class was reviewed already; its next review is not due yet.", code="not_due")
        self.store.add(name, by, now)
        audit("retention_reviewed", kind=name, staff_id=by)

    def _next(self, name: str) -> Review:
        at, by = self.store.last(name)
        since = at or day_start(self.profile.policy.published.isoformat())
        return Review(name, since + self.profile.retention[name].review_days * DAY, at, by)
