"""EraseStores: deletes the rows of the person in two passes, at once and after every late writer has ended (states
EraseStores and SweepAgain).

The order keeps rows from coming back. Tickets and numbers go first: an activity line is written on condition that its
ticket exists. Then the conversation, whose head every other writer checks; then the contact and the rows found by name,
together with the step of the pass. docs/privacy.md goes through every late writer.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.erasure.erase_pass import Counts, ErasePass
from chalicelib.erasure.inventory import Inventories
from chalicelib.erasure.kept_part import KeptParts
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.erasure.eraser import Eraser
    from chalicelib.privacy.requests.store import RequestStore

BUDGET = 240.0
"""Seconds for one run; the function's time-out is 300. The next run does the rest."""
PASSES = {"erase": (Step.KEY_DESTROYED, Step.ERASED), "sweep": (Step.WRITERS_DRAINED, Step.ERASED_AGAIN)}
"""Each pass with the step that it needs and the one that it writes."""


@dataclass(frozen=True)
class EraseStores:
    """Deletes rows of a person whose key is destroyed. It may run again at any time: rows that are gone count as
    done."""

    requests: "RequestStore"
    inventories: Inventories
    store: "Eraser"
    parts: KeptParts
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)
    budget: float = BUDGET

    def __call__(self, request_id: str, which: str = "erase") -> dict[str, bool]:
        """Run a pass, "erase" or "sweep", or delete the "part" that was kept; return whether there is more to do.

        A store that fails does not stop the others; its error is raised at the end, and the step is not written.
        Raises Unavailable, and TaskFailed (key_not_destroyed, not_settled).
        """
        until = self.stopwatch() + self.budget
        request, stores = self.inventories.read(request_id)
        if which == "part":
            return self._part(request)
        needed, marked = PASSES[which]
        if request is None or not request.done(needed):
            raise TaskFailed("not_settled" if which == "sweep" else "key_not_destroyed")
        if request.done(marked):
            return {"more": False}

        def mark(counts: Counts) -> "Write":
            return self.requests.finish(request, marked, self.clock(), counts=counts)

        def record(store: str, marks: set[bytes]) -> None:
            self.inventories.came_late(request_id, store, marks)

        work = ErasePass(self.store, request, stores, final=which == "sweep", record=record)
        more = not work.run(self.clock(), lambda: self.stopwatch() > until)
        if not more:
            work.end(mark)
        if more or work.errors:
            self.requests.run(self.requests.change(request_id, {"counts": work.counts}, unless=marked))
        if work.errors:
            raise work.errors[0]
        return {"more": more}

    def _part(self, request: Request | None) -> dict[str, bool]:
        if request is None or not request.done(Step.PART_KEY_DESTROYED):
            raise TaskFailed("key_not_destroyed")
        self.parts.erase(request.id)
        self.requests.run(self.requests.finish(request, Step.PART_ERASED, self.clock()))
        return {"more": False}
