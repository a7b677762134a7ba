"""Monitors open requests and asks every minute: resumes what is due, enqueues lost asks again, and counts what is
late."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.observability import count
from chalicelib.privacy.requests.lateness import missed, near_deadline, not_told, past_target
from chalicelib.privacy.requests.progress import stoppable
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.requests.waiting_times import Wait

if TYPE_CHECKING:
    from chalicelib.privacy.requests.store import RequestStore
from typing import TYPE_CHECKING

from chalicelib.core.clock import MINUTE, SECOND
from chalicelib.core.observability import log

if TYPE_CHECKING:
    from chalicelib.retention.sweep_store import SweepStore


MOST = 5000
"""Open requests that one round reads, those that are due first. A request is open for three weeks at most, so this is
two hundred a day; one of which a part is kept, until the part's day, which is behind all others."""
MOST_RESUMED = 500
"""Requests that one round resumes; the next round finds the others."""


COUNTED_EVERY = 5
"""Minutes between two looks at all open requests: the period of the alarms that hear what is late. In the other minutes
only those that are due are read."""


@dataclass(frozen=True)
class MonitorRequests:
    """Looks at open requests. `resume` has the requests of these ids resumed and returns how many; `paused` says
    whether erasures are paused; every `counted_every` minutes it looks at all of them, counts the late ones and
    names those whose write barrier an older release has closed."""

    store: "RequestStore"
    resume: Callable[[Sequence[str]], int]
    paused: Callable[[], object]
    clock: Callable[[], int]
    counted_every: int = COUNTED_EVERY
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def __call__(self, until: float) -> int:
        """Look until the stopwatch says `until`; return how many requests were resumed. Raises Unavailable."""
        now = self.clock()
        due, behind, late, near, untold, broken = [], set[str](), 0, 0, 0, 0
        paused, all_of_them = bool(self.paused()), now // MINUTE % self.counted_every == 0
        for request in self.store.open_ones(MOST, None if all_of_them else now):
            late += past_target(request, now)
            near += near_deadline(request, now)
            untold += not_told(request, now)
            broken += bool(missed(request, now))
            # A request whose cooling off is paused stays due; it would take the place of others in every round.
            waits_on = paused and request.waits == Wait.COOLING_OFF and stoppable(request)
            if request.due_at <= now and not waits_on:
                due.append(request.id)
            if request.done(Step.WRITES_BLOCKED) and not request.done(Step.KEY_DESTROYED):
                behind.add(request.contact_id)
            if self.stopwatch() > until:
                break
        else:
            if all_of_them:
                self.store.name_behind_barrier(frozenset(behind), now)
        if all_of_them:
            count("ErasurePastTarget", late)
            count("ErasureNearDeadline", near)
            count("ErasureUntold", untold)
            count("ErasureBreach", broken)
        return self.resume(due[:MOST_RESUMED]) if due else 0


WAKE_UP_LIVES = 30 * MINUTE
"""How long a wake-up message may be on its way: the queue `privacy` hands it out ten times, 180 s apart. Only then is
another one sent, so that an ask which cannot be dealt with leaves two dead letters an hour, not sixty."""
MOST = 500
"""Asks that one round looks at; those without a wake-up message for the longest time come first."""


@dataclass(frozen=True)
class MonitorAsks:
    """Looks at all asks once. `enqueue` sends a wake-up message for a contact and returns whether the queue took it."""

    store: "SweepStore"
    enqueue: Callable[[str], bool]
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def __call__(self, until: float) -> int:
        """Look until the stopwatch says `until`; return how many wake-up messages were sent. Raises Unavailable.

        An ask is put off only after its message was taken. A crash in between sends one more message, which does no
        harm.
        """
        now = self.clock()
        oldest, sent = now, 0
        for ask in self.store.asks(MOST):
            oldest = min(oldest, ask.at)
            if ask.due_at <= now and self.stopwatch() <= until and self.enqueue(ask.contact_id):
                self.store.put_off(ask, now + WAKE_UP_LIVES)
                sent += 1
        count("OldestAskSeconds", (now - oldest) / SECOND, unit="Seconds")
        if sent:
            log("asks_rung", count=sent)
        return sent
