"""Finds files whose fetch is due, and wakes the file fetcher for them: its first wake-up message may be lost, and a
failed attempt is repeated. A wake-up message too many does no harm, because one attempt has a file to itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.core.clock import SECOND
from chalicelib.core.observability import count
from chalicelib.dynamo.queues import Queues, WakeUp
from chalicelib.dynamo.schema import FETCH, FETCHING
from chalicelib.dynamo.tables import Tables

MOST = 200
"""Most files of one run; the longest due first."""


def wake_up(conversation_id: str, sk: str) -> WakeUp:
    """Return the wake-up message for a file, by the sort key of its job."""
    return WakeUp({"conversation_id": conversation_id, "tail": sk.removeprefix(FETCH.prefix)})


@dataclass(frozen=True)
class WakeFetcher:
    """Wakes the file fetcher for what is due. Raises Unavailable."""

    tables: Tables
    queues: Queues
    queue: str
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def __call__(self, until: float) -> int:
        """Send wake-up messages until then (of the stopwatch); return how many the queue took."""
        now = self.clock()
        page = self.tables.page(FETCHING, index="unsent", until=now, limit=MOST)
        oldest = min((int(row["arrived_at"]) for row in page.rows), default=now)
        count("OldestFileSeconds", (now - oldest) / SECOND, unit="Seconds")
        if not page.rows or self.stopwatch() > until:
            return 0
        wake_ups = [wake_up(row["conversation_id"], row["sk"]) for row in page.rows]
        return len(wake_ups) - len(self.queues.send(self.queue, wake_ups))
