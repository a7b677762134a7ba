"""Reads the tables wholly, a part each minute: the net under the index `lists`, and the way in for rows of a release
that did not write it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib.contacts.search_words import RULE
from chalicelib.core.clock import DAY, MINUTE, swept_lately
from chalicelib.core.observability import count, log
from chalicelib.retention.delete_expired import Heads
from chalicelib.retention.model import Expired, PassState

if TYPE_CHECKING:
    from chalicelib.retention.delete_expired import DeleteExpired
    from chalicelib.retention.expired_store import ExpiredStore

TABLES = ("index", "desk")
EVERY = DAY
"""Time (ms) between the beginnings of two passes."""
NOTED_EVERY = 5 * MINUTE
"""Time (ms) between two notes that the sweeper was here."""
SETTLED_AFTER = 15 * MINUTE
"""Time (ms) for which a function of the release before may still write rows without a place, after the first sweep of
this one. Only a pass that begins later sees them all."""
PAGES = 8
"""Pages of a megabyte that one sweep reads: 1,024 read units, 11 GB a day. The first pass reads as many as it can."""


@dataclass(frozen=True)
class FullPass:
    """Reads all rows once a day, repairs what stands wrongly in the index, and deletes what the index has missed or
    what nobody looks for. Until the first pass is through, one follows the other: they do what the index will do. A new
    rule of search words begins a pass at once."""

    store: "ExpiredStore"
    delete: "DeleteExpired"
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def __call__(self, state: PassState, until: float, heads: Heads) -> int:
        """Go on from `state` until the stopwatch says `until`; return how many rows were deleted. Conversations whose
        contact has expired are only added to `heads`. Raises Unavailable, with the progress kept."""
        now, deleted, pages = self.clock(), 0, 0
        kept = _noted(state, now)
        if not kept.table and not (kept.ready_at and now - kept.began_at < EVERY and kept.rule == RULE):
            begun = {"since": kept.since or now, "began_at": now, "missed": 0, "rule": RULE}
            kept = replace(kept, **begun, table=TABLES[0], cursor=())
        try:
            while kept.table and self.stopwatch() <= until and (pages < PAGES or not kept.ready_at):
                page, pages = self.store.page(kept.table, kept.cursor, now, tagged=_completes(kept)), pages + 1
                for found, missed in page.items:
                    if self.stopwatch() > until:
                        return deleted
                    if isinstance(found, Expired) and found.is_head:
                        heads.setdefault(found.pk.partition("#")[2], None)
                    else:
                        deleted += self.delete(found, now, until)[0]
                    at = (("pk", found.pk), ("sk", found.sk))
                    kept = replace(kept, cursor=at, missed=kept.missed + missed)
                kept = self._after(kept, page.cursor, now)
        finally:
            count("ItemsExpired", deleted, table="pass")
            if kept != state:
                self.store.keep(kept, state)
        return deleted

    def _after(self, state: PassState, cursor: tuple[tuple[str, str], ...], now: int) -> PassState:
        """Return the state after a page: in the same table, at the beginning of the next one, or at the end."""
        if cursor:
            return replace(state, cursor=cursor)
        behind = TABLES[TABLES.index(state.table) + 1 :]
        if behind:
            return replace(state, table=behind[0], cursor=())
        if state.ready_at and state.missed:
            count("IndexMissed", state.missed)
            log("index_missed", count=state.missed)
        ready_at = state.ready_at or (now if _completes(state) and self.store.answers() else 0)
        return replace(state, table="", cursor=(), ended_at=now, ready_at=ready_at)


def _noted(state: PassState, now: int) -> PassState:
    """Return the state with the note that a sweeper was here, made every NOTED_EVERY. When the last one was too long
    ago an older release may have run since, and the passes begin as at the first start."""
    if not swept_lately(state.swept_at, now):
        return PassState(swept_at=now)
    return replace(state, swept_at=now) if state.swept_at <= now - NOTED_EVERY else state


def _completes(state: PassState) -> bool:
    """Whether the running pass is the one that completes the index: no older release has written since it began."""
    return not state.ready_at and state.began_at >= state.since + SETTLED_AFTER
