"""Monitors open requests every minute: resumes those that are due and counts those that are late."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.observability import count
from chalicelib.privacy.requests.limits import (
    missed,
    near_deadline,
    not_told,
    past_target,
)
from chalicelib.privacy.requests.progress import stoppable
from chalicelib.privacy.requests.waits import Wait

if TYPE_CHECKING:
    from chalicelib.privacy.requests.store import RequestStore

MOST = 5000
"""Open requests that one round reads. A request is open for three weeks at most, so this is two hundred a day."""
MOST_RESUMED = 500
"""Requests that one round resumes; the next round finds the others."""


@dataclass(frozen=True)
class MonitorRequests:
    """Looks at all open requests once. `resume` has the requests of these ids resumed and returns how many; `paused`
    says whether erasures are paused."""

    store: "RequestStore"
    resume: Callable[[Sequence[str]], int]
    paused: Callable[[], object]
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def __call__(self, until: float) -> int:
        """Look until the stopwatch says `until`; return how many requests were resumed. Raises Unavailable."""
        now = self.clock()
        due, late, near, untold, broken = [], 0, 0, 0, 0
        paused = bool(self.paused())
        for request in self.store.open_ones(MOST):
            late += past_target(request, now)
            near += near_deadline(request, now)
            untold += not_told(request, now)
            broken += bool(missed(request, now))
            # A request whose cooling off is paused stays due; it would take the place of others in every round.
            waits_on = paused and request.waits == Wait.COOLING_OFF and stoppable(request)
            if request.due_at <= now and not waits_on:
                due.append(request.id)
            if self.stopwatch() > until:
                break
        count("ErasurePastTarget", late)
        count("ErasureNearDeadline", near)
        count("ErasureUntold", untold)
        count("ErasureBreach", broken)
        return self.resume(due[:MOST_RESUMED]) if due else 0
