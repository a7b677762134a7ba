"""One sweep, every minute: enqueue again what was not sent and what was asked about data, monitor requests, close idle
tickets, delete what has expired, and read a part of the tables for what that has missed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.core.clock import DAY, MINUTE, SECOND
from chalicelib.core.errors import DeskError, NoIndex
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.observability import count, log
from chalicelib.dynamo.schema import VISITOR
from chalicelib.tickets.model import State

if TYPE_CHECKING:
    from chalicelib.retention.delete_expired import DeleteExpired, Heads
    from chalicelib.retention.full_pass import FullPass
    from chalicelib.retention.model import PassState
    from chalicelib.retention.sweep_store import SweepStore
    from chalicelib.tickets.writes import AutoClose

OVERDUE_AFTER = 60 * SECOND
RARELY_AFTER = 10 * MINUTE
"""What is overdue for this long (ms) gets a wake-up message each RARELY only. Until then it gets one each minute,
because one that comes while a sender holds a claim is used up in vain; a claim holds six minutes at most."""
RARELY = 5 * MINUTE
"""For how long (ms) a FIFO queue drops what has the deduplication id of an earlier message."""
MOST_ENQUEUED = 500
"""Most conversations that one sweep enqueues. The next one goes on from a stored cursor."""
BUDGETS = {
    "ring": 10.0,
    "asks": 2.0,
    "revokes": 1.0,
    "files": 1.0,
    "requests": 4.0,
    "close": 12.0,
    "due": 10.0,
    "pass": 5.0,
    "contacts": 7.0,
}
"""Seconds for each part; the function's time limit is 55. The names of the parts stand in logs and stored cursors:
"ring" is the outbox, "revokes" is what the expiry stamper has not finished, "pass" the part of the full pass."""
MEASURED_EVERY = 10
"""Minutes between two looks at the raw mails."""
_OPEN_STATES = (State.OPEN, State.PENDING, State.SNOOZED)


class Overdue(NamedTuple):
    """A conversation whose outbox is overdue, or a visitor's answer or a mailing by its partition. The queue takes one
    wake-up message of those with the same `once` within RARELY; "" is like no other."""

    name: str
    once: str = ""


@dataclass(frozen=True)
class Sweep:
    """One sweep. `state` says how far the full pass has come; `enqueue` sends wake-up messages for what is overdue and
    returns how many were taken; `monitor_asks`, `monitor_requests` and `wake_fetcher` run until a time of the
    stopwatch; `overdue_reviews` counts the reviews of retention whose date is over, None where nothing is reviewed;
    `publish_statistics` publishes what was counted of tickets that have ended, None where nothing is; `oldest_mail`
    returns since when (ms) the oldest raw mail waits, 0 without one, None where no mail arrives. The days are those of
    the operator's profile."""

    store: "SweepStore"
    auto_close: "AutoClose"
    delete: "DeleteExpired"
    full_pass: "FullPass"
    state: "Callable[[], PassState]"
    enqueue: Callable[[list[Overdue]], int]
    monitor_asks: Callable[[float], int]
    monitor_requests: Callable[[float], int]
    wake_fetcher: Callable[[float], int]
    idle_days: int
    solved_days: int
    ticket_kept: KeptFor
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)
    overdue_reviews: Callable[[], int] | None = None
    publish_statistics: Callable[[], int] | None = None
    oldest_mail: Callable[[], int] | None = None

    def __call__(self) -> dict[str, int]:
        """Run all parts and return how many items each has handled.

        A part that fails does not stop the others; the first error is raised at the end, and `sweep_done` is logged
        of complete sweeps only.
        """
        heads: Heads = {}
        read: list[PassState] = []
        parts: dict[str, Callable[[float], int]] = {
            "ring": self._enqueue_overdue,
            "asks": self.monitor_asks,
            "revokes": self._stamp_again,
            "files": self.wake_fetcher,
            "requests": self.monitor_requests,
            "close": self._close,
            "due": lambda until: self._delete_due(until, heads, read),
            "pass": lambda until: self._pass_on(until, heads, read),
            "contacts": lambda until: self.delete.contacts(heads, self.clock(), until),
        }
        done: dict[str, int] = {}
        errors: list[DeskError] = []
        for name, part in parts.items():
            try:
                done[name] = part(self.stopwatch() + BUDGETS[name])
            except DeskError as error:
                log("sweep_failed", action=name, code=error.code)
                errors.append(error)
        if errors:
            raise errors[0]
        self._each_hour()
        log("sweep_done")
        self._measure_mails()
        return done

    def _measure_mails(self) -> None:
        """Every ten minutes measure for how long a raw mail has lain in the clear. The wake-up message of one may be
        lost, and no queue tells of that."""
        now = self.clock()
        if self.oldest_mail is None or now // MINUTE % MEASURED_EVERY != 0:
            return
        count("OldestMailSeconds", max(0, now - (self.oldest_mail() or now)) / SECOND, unit="Seconds")

    def _each_hour(self) -> None:
        """Count overdue reviews, and publish statistics."""
        if self.clock() // MINUTE % 60 != 0:
            return
        if self.overdue_reviews is not None:
            count("ReviewsOverdue", self.overdue_reviews())
        if self.publish_statistics is not None:
            self.publish_statistics()

    def _delete_due(self, until: float, heads: "Heads", read: "list[PassState]") -> int:
        """Delete what the index says is due, once the first full pass has completed it; keep in `read` how far the pass
        is."""
        now, state = self.clock(), self.state()
        read.append(state)
        if not state.ready(now):
            return 0
        try:
            return self.delete.due(now, until, heads)
        except NoIndex:  # DynamoDB builds it anew, after a release without it: the passes do its work
            read[0] = replace(state, swept_at=0)
            return 0

    def _pass_on(self, until: float, heads: "Heads", read: "list[PassState]") -> int:
        """Go on with the full pass. Before the index is complete it also has the time of what is due."""
        state = read[0] if read else self.state()
        return self.full_pass(state, until + (0.0 if state.ready(self.clock()) else BUDGETS["due"]), heads)

    def _enqueue_overdue(self, until: float) -> int:
        """Enqueue conversations with an entry that is overdue by OVERDUE_AFTER; for a stopped channel one, which may
        probe it.

        The newest one probes, because the reply windows of the oldest may have closed. Entries that cannot be sent now
        (of a stopped channel, or behind one that waits for its next try) do not delay the others: when the time or
        MOST_ENQUEUED is used up, the next sweep goes on from there. What waits for RARELY_AFTER is enqueued once in
        each RARELY, so that little piles up while no sender runs.
        """
        now = self.clock()
        start = int((self.store.cursor("ring") or {}).get("due_at", 0))
        oldest = now if not start else next(self.store.overdue(now), ("", "", now))[2]
        wanted: dict[str, Overdue] = {}
        stopped: dict[str, bool] = {}
        probes: dict[str, Overdue] = {}
        reached = 0
        for conversation_id, account, due_at in self.store.overdue(now, start):
            oldest = min(oldest, due_at)
            if due_at > now - OVERDUE_AFTER:
                break
            if len(wanted) >= MOST_ENQUEUED or self.stopwatch() > until:
                reached = due_at
                break
            if account not in stopped:
                stopped[account] = self.store.stopped(account)
            if stopped[account]:
                if not conversation_id.startswith(VISITOR.partition("")):
                    probes[account] = Overdue(conversation_id)
            elif conversation_id not in wanted:
                waits_long = due_at <= now - RARELY_AFTER
                once = f"{conversation_id}/{now // RARELY}" if waits_long else ""
                wanted[conversation_id] = Overdue(conversation_id, once)
        if reached != start:
            self.store.keep_cursor("ring", {"due_at": str(reached)} if reached else None)
        count("OldestOutboundSeconds", (now - oldest) / SECOND, unit="Seconds")
        found = list({one.name: one for one in (*probes.values(), *wanted.values())}.values())
        return self.enqueue(found) if found else 0

    def _stamp_again(self, until: float) -> int:
        """Wake the expiry stamper again for tickets whose rows it has not stamped within STAMPING_TAKES, for
        conversations that it has not dated by the end of an agreement, and for deletions whose message had not
        arrived, these the more rarely the longer they wait."""
        now, handled = self.clock(), 0
        for one in self.store.unfinished(now):
            if self.stopwatch() > until:
                break
            if one.ticket_id:
                self.store.enqueue_stamping(one.ticket_id, now)
            else:
                self.store.repeat(one, now + max(OVERDUE_AFTER, one.waits(now) // 8))
            handled += 1
        return handled

    def _close(self, until: float) -> int:
        """Close tickets that were idle or solved for the profile's days, and set their expiry date."""
        now = self.clock()
        expires_at = self.ticket_kept.date(now)
        closed = 0
        for state in (*_OPEN_STATES, State.SOLVED):
            days = self.solved_days if state is State.SOLVED else self.idle_days
            event, params = ("closed", {}) if state is State.SOLVED else ("closed_idle", {"days": days})
            for ticket in self.auto_close.idle(state, now - days * DAY):
                if self.stopwatch() > until:
                    return closed
                closed += self.auto_close.close(ticket, event, params, now, expires_at)
        count("TicketsClosed", closed)
        return closed
