"""The watch over asks, every minute: what people asked about their data in messages and nobody has dealt with is rung
for again, and how long the oldest has waited is measured."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.clock import SECOND
from chalicelib.core.observability import count, log

if TYPE_CHECKING:
    from chalicelib.retention.sweep_store import SweepStore

WAKE_UP_LIVES = 30 * 60 * SECOND
"""How long a bell may be on its way: the queue `privacy` hands it out ten times, 180 s apart. Only then is it rung for
again, so that an ask which nobody can deal with leaves two dead letters an hour, and not sixty."""
MOST = 500
"""Asks that one sweep looks at, those that were not rung for the longest time first."""


@dataclass(frozen=True)
class MonitorAsks:
    """One look at all asks. `ring` has those of a contact dealt with and returns whether the bell was taken."""

    store: "SweepStore"
    enqueue: Callable[[str], bool]
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def __call__(self, until: float) -> int:
        """Look until the stopwatch says `until`; return how many bells were taken. Raises Unavailable.

        The ask is put off after its bell was taken: whoever dies in between has it rung for once more.
        """
        now = self.clock()
        oldest, rung = now, 0
        for ask in self.store.asks(MOST):
            oldest = min(oldest, ask.at)
            if ask.due_at <= now and self.stopwatch() <= until and self.enqueue(ask.contact_id):
                self.store.put_off(ask, now + WAKE_UP_LIVES)
                rung += 1
        count("OldestAskSeconds", (now - oldest) / SECOND, unit="Seconds")
        if rung:
            log("asks_rung", count=rung)
        return rung
