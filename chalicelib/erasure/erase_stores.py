"""EraseStores and SweepAgain: the rows of the person go, twice: at once, and after every late writer has ended.

The order is what makes it final. Tickets and numbers first: an activity line is written with a condition on its
ticket, so none can come any more. Then the conversation, whose head every other writer checks; the contact; and what is
found by a name. docs/privacy.md goes through every late writer.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.domain.privacy import Request, Step
from chalicelib.erasure.task import TaskFailed, run
from chalicelib.errors import DeskError
from chalicelib.observability import log
from chalicelib.storage.inventory import (
    ALIASES,
    CONTACT,
    CONVERSATION,
    LINKS,
    TICKETS,
    WORDS,
    Inventories,
    Store,
)

if TYPE_CHECKING:
    from chalicelib.storage.erasing import Erasing
    from chalicelib.storage.requests import RequestStore

BUDGET = 240.0
"""Seconds for one run; the function is given 300. What is left is done by the next run."""
PASSES = {"erase": (Step.KEY_DESTROYED, Step.ERASED), "sweep": (Step.SETTLED, Step.SWEPT)}
"""Each pass with the step that it needs and the one that it marks."""


@dataclass
class _Tally:
    """What was deleted in this run, per store, and which stores are through."""

    deleted: dict[str, int] = field(default_factory=dict)
    through: set[str] = field(default_factory=set)
    errors: list[DeskError] = field(default_factory=list)

    def add(self, store: str, number: int) -> None:
        """Count deleted rows."""
        self.deleted[store] = self.deleted.get(store, 0) + number


@dataclass(frozen=True)
class EraseStores:
    """Deletes rows of a person whose key is destroyed. It may be run again at any time: what is gone counts as done."""

    requests: "RequestStore"
    inventories: Inventories
    store: "Erasing"
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)
    budget: float = BUDGET

    def __call__(self, request_id: str, which: str = "erase") -> dict[str, bool]:
        """Run a pass, "erase" or "sweep"; return whether there is more to do.

        A store that fails does not stop the others; its error is raised at the end, and the pass is not marked.
        Raises Unavailable, and TaskFailed (key_not_destroyed, not_settled).
        """
        needed, marked = PASSES[which]
        until = self.stopwatch() + self.budget
        request, stores = self.inventories.read(request_id)
        if request is None or not request.done(needed):
            raise TaskFailed("not_settled" if which == "sweep" else "key_not_destroyed")
        if request.done(marked):
            return {"more": False}
        tally, final = _Tally(), which == "sweep"
        more = not self._stores(request, stores, tally, until, final=final)
        counts = _counts(request, tally)
        if tally.errors or more:
            self.requests.run(self.requests.change(request_id, {"counts": counts}, unless=marked))
        else:
            self.requests.run(self.requests.finish(request, marked, self.clock(), counts=counts))
        if tally.errors:
            raise tally.errors[0]
        return {"more": more}

    def _stores(
        self, request: Request, stores: Mapping[str, Store], tally: _Tally, until: float, *, final: bool
    ) -> bool:
        """Go through the stores; return whether the time was enough."""

        def names(store: str) -> tuple[str, ...]:
            return stores.get(store, Store()).names

        def tickets() -> bool:
            tally.add(TICKETS, self.store.tickets(names(TICKETS), request.contact_id))
            tally.through.add(TICKETS)
            return True

        def conversation() -> bool:
            held = 0
            now = self.clock()
            for page in self.store.conversation(request.conversation_id, request.channel, now, final=final):
                tally.add(CONVERSATION, page.rows)
                tally.add(LINKS, page.links)
                held += page.held
                if page.more and self.stopwatch() > until:
                    return False
            tally.through |= {LINKS} if held else {LINKS, CONVERSATION}
            return True

        def contact() -> bool:
            tally.add(CONTACT, self.store.contact(request.contact_id))
            tally.through.add(CONTACT)
            return True

        def index() -> bool:
            aliases, words = self.store.names(names(ALIASES), names(WORDS), request.contact_id, final=final)
            tally.add(ALIASES, aliases)
            tally.add(WORDS, words)
            tally.through |= {ALIASES, WORDS}
            return True

        # Of tickets there is no second pass: every write on one demands that it is there, and a new one the epoch.
        parts = (conversation, contact, index) if final else (tickets, conversation, contact, index)
        for part in parts:
            try:
                if not part():
                    return False
            except DeskError as error:
                log("erasing_failed", request_id=request.id, action=part.__name__, code=error.code)
                tally.errors.append(error)
        return True


def _counts(request: Request, tally: _Tally) -> dict[str, dict[str, int]]:
    """The request's counts after this run.

    What a run that died had deleted is not counted by anybody: a store that is through has lost all that was found in
    it. What came after the inventory, from a writer that was faster than the fence, counts as found and destroyed.
    """
    counts = {name: dict(numbers) for name, numbers in request.counts.items()}
    for store in {*tally.deleted, *tally.through}:
        numbers = counts.setdefault(store, {"found": 0, "destroyed": 0, "retained": 0})
        numbers["destroyed"] += tally.deleted.get(store, 0)
        if store in tally.through:
            numbers["found"] = numbers["destroyed"] = max(numbers["found"], numbers["destroyed"])
    return counts


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """Run the pass that the event names for the request that it names."""
    from chalicelib import wiring_erasure

    which = str(event.get("pass", "erase"))
    step = "erase_stores" if which == "erase" else "sweep_again"
    return run(step, event, lambda request_id: wiring_erasure.erase_stores()(request_id, which))
