"""Monitors asks every minute: has those dealt with that still lie there, and measures how long the oldest has
waited."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.clock import SECOND
from chalicelib.core.observability import count, log

if TYPE_CHECKING:
    from chalicelib.retention.sweep_store import SweepStore

WAKE_UP_LIVES = 30 * 60 * SECOND
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
