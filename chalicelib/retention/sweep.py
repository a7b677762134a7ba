"""One sweep, every minute: enqueue again what was not sent and what was asked about data, monitor requests, close idle
tickets, delete expired items, and have contacts indexed again whose search words an older release has made."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import DeskError
from chalicelib.core.observability import count, log
from chalicelib.retention.model import EndedWords, Expired, OldWords, Removal, UnstampedTicket
from chalicelib.tickets.model import State

if TYPE_CHECKING:
    from chalicelib.retention.sweep_store import SweepStore
    from chalicelib.tickets.writes import AutoClose

OVERDUE_AFTER = 60 * SECOND
MOST_ENQUEUED = 500
"""Most conversations that one sweep enqueues. The next one goes on from a stored cursor."""
BUDGETS = {
    "ring": 10.0,
    "asks": 2.0,
    "revokes": 1.0,
    "requests": 4.0,
    "close": 12.0,
    "desk": 10.0,
    "contacts": 7.0,
    "index": 5.0,
}
"""Seconds for each part; the function's time limit is 55. A table that takes longer is read in several sweeps. The
names of the parts stand in logs and stored cursors: "ring" is the outbox, "revokes" are customers' deletions."""
_OPEN_STATES = (State.OPEN, State.PENDING, State.SNOOZED)


@dataclass(frozen=True)
class Sweep:
    """One sweep. `enqueue` sends wake-up messages for conversations and returns how many were taken; `reindex` has a
    contact indexed; `end_contact` ends the contact of a conversation and returns whether it has ended; `monitor_asks`
    and `monitor_requests` run until a time of the stopwatch. The days are those of the operator's profile."""

    store: "SweepStore"
    auto_close: "AutoClose"
    end_contact: Callable[[str], bool]
    enqueue: Callable[[list[str]], int]
    reindex: Callable[[str], bool]
    monitor_asks: Callable[[float], int]
    monitor_requests: Callable[[float], int]
    idle_days: int
    solved_days: int
    kept_days: int
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def __call__(self) -> dict[str, int]:
        """Run all parts and return how many items each has handled.

        A part that fails does not stop the others; the first error is raised at the end, and `sweep_done` is logged
        of complete sweeps only.
        """
        heads: list[str] = []
        parts: dict[str, Callable[[float], int]] = {
            "ring": self._enqueue_overdue,
            "asks": self.monitor_asks,
            "revokes": self._retry_deletions,
            "requests": self.monitor_requests,
            "close": self._close,
            "desk": lambda until: self._delete("desk", until, heads),
            "contacts": lambda until: self._end(heads, until),
            "index": lambda until: self._delete("index", until, heads),
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
        log("sweep_done")
        return done

    def _enqueue_overdue(self, until: float) -> int:
        """Enqueue conversations with an entry that is overdue by OVERDUE_AFTER; for a stopped channel one, which may
        probe it.

        The newest one probes, because the reply windows of the oldest may have closed. Entries that cannot be sent now
        (of a stopped channel, or behind one that waits for its next try) do not delay the others: when the time or
        MOST_ENQUEUED is used up, the next sweep goes on from there.
        """
        now = self.clock()
        start = int((self.store.cursor("ring") or {}).get("due_at", 0))
        oldest = now if not start else next(self.store.overdue(now), ("", "", now))[2]
        wanted: dict[str, None] = {}
        stopped: dict[str, bool] = {}
        probes: dict[str, str] = {}
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
                probes[account] = conversation_id
            else:
                wanted[conversation_id] = None
        if reached != start:
            self.store.keep_cursor("ring", {"due_at": str(reached)} if reached else None)
        count("OldestOutboundSeconds", (now - oldest) / SECOND, unit="Seconds")
        conversations = list(dict.fromkeys([*probes.values(), *wanted]))
        return self.enqueue(conversations) if conversations else 0

    def _retry_deletions(self, until: float) -> int:
        """Repeat deletions whose message had not arrived, the more rarely the longer they wait."""
        now, handled = self.clock(), 0
        for one in self.store.early_deletions(now):
            if self.stopwatch() > until:
                break
            self.store.put_off_deletion(one, now + max(OVERDUE_AFTER, (now - one.arrived_at) // 8))
            handled += 1
        return handled

    def _close(self, until: float) -> int:
        """Close tickets that were idle or solved for the profile's days, and set their expiry date."""
        now = self.clock()
        expires_at = (now + self.kept_days * DAY) // SECOND
        closed = 0
        for state in (*_OPEN_STATES, State.SOLVED):
            days = self.solved_days if state is State.SOLVED else self.idle_days
            event, params = ("closed", {}) if state is State.SOLVED else ("closed_idle", {"days": days})
            for ticket in self.auto_close.idle(state, now - days * DAY):
                if self.stopwatch() > until:
                    return closed
                closed += self.auto_close.close(ticket, event, params, now, expires_at)
        if closed:
            count("TicketsClosed", closed)
        return closed

    def _delete(self, table: str, until: float, heads: list[str]) -> int:
        """Delete expired items of a table until its end or the end of the time, from where the last sweep ended.
        Conversations whose contact has expired are only added to `heads`."""
        now = self.clock()
        start = cursor = self.store.cursor(table)
        deleted = 0
        try:
            while self.stopwatch() <= until:
                page = self.store.expired(table, cursor, now)
                for item in page.items:
                    if self.stopwatch() > until:
                        return deleted
                    if isinstance(item, Expired) and item.is_head:
                        heads.append(item.pk.partition("#")[2])
                    else:
                        deleted += self._handle(item, now)
                    cursor = {"pk": item.pk, "sk": item.sk}
                cursor = page.cursor
                if cursor is None:
                    break
        finally:
            if deleted:
                count("ItemsExpired", deleted, table=table)
            if cursor != start:
                self.store.keep_cursor(table, cursor)
        return deleted

    def _end(self, heads: list[str], until: float) -> int:
        """End the contacts of `heads`, after the rows of their tickets are deleted. A later sweep meets those for which
        the time is too short."""
        ended = 0
        for conversation_id in heads:
            if self.stopwatch() > until:
                break
            ended += self.end_contact(conversation_id)
        if ended:
            count("ItemsExpired", ended, table="keys")
        return ended

    def _handle(self, item: Expired | UnstampedTicket | EndedWords | OldWords, now: int) -> bool:
        """Remove an item. One whose ticket has another date, and a ticket whose wake-up message was lost, is stamped
        first; then False is returned."""
        if isinstance(item, EndedWords):
            return self.store.forget(item.contact_id)
        if isinstance(item, OldWords):
            self.reindex(item.contact_id)  # repeated by every scan; the indexer skips what is done
            return False
        if isinstance(item, UnstampedTicket):
            self.store.enqueue_stamping(item.ticket_id, now)
            return False
        removal = self.store.remove(item)
        if removal is Removal.STAMP_FIRST:
            self.store.enqueue_stamping(item.ticket_id, now)
        return removal is Removal.REMOVED
