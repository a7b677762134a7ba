"""VerifyAbsence: searches every store for every identity of the person, under a role of its own. Nothing may be
found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.observability import log
from chalicelib.erasure.counts import proved_counts
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import kept_part
from chalicelib.privacy.requests.vocabulary import Step

if TYPE_CHECKING:
    from chalicelib.erasure.verifier import Verifier
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.vault.encryption import Vault

_AGAIN = (Step.ERASED, Step.WRITERS_DRAINED, Step.ERASED_AGAIN)
"""Steps that are repeated when something was found."""

MOST_PASSES = 5
"""How often the verifier may still find something before a person is called."""


@dataclass(frozen=True)
class VerifyAbsence:
    """Proves absence, or sends the workflow back to the eraser."""

    requests: "RequestStore"
    store: "Verifier"
    vault: Callable[[], "Vault"]
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Return {"outcome": "absent"} or {"outcome": "found"}.

        What is kept of the person must be what was decided, and nothing more. When its day is over, the same proof is
        given of it.

        Raises Unavailable, and TaskFailed (not_erased; part_differs; still_found after MOST_PASSES, or of a part).
        """
        request, inventory = self.store.read(request_id)
        if request is None:
            raise TaskFailed("no_request")
        if request.done(Step.ABSENT):
            return self._part_gone(request)
        if request.passes and not request.done(Step.ERASED):
            return {"outcome": "found"}  # a run that died had sent it back to the eraser
        if not (request.done(Step.KEY_DESTROYED) and request.done(Step.ERASED_AGAIN)) or request.box is None:
            raise TaskFailed("not_erased")
        known = self.store.identities(request, inventory, self.vault())
        found = self.store.found(request, known)
        if found:
            return self._back(request, found)
        part = kept_part(request)
        if part is not None and not self.store.is_as_decided(request, part):
            raise TaskFailed("part_differs")
        counts = proved_counts(request.counts, inventory.stores, part["rows"] if part else {})
        self.store.prove(request, known, self.requests.finish(request, Step.ABSENT, self.clock(), counts=counts))
        return {"outcome": "absent"}

    def _part_gone(self, request: Request) -> dict[str, str]:
        """Prove that nothing is left of a part whose day is over; of one that is still there nothing is asked."""
        if request.done(Step.PART_ERASED) and not request.done(Step.PART_ABSENT):
            if self.store.part_left(request):
                log("still_found", request_id=request.id, part="kept")
                gone = dict.fromkeys((f"steps.{Step.PART_KEY_DESTROYED}", f"steps.{Step.PART_ERASED}"))
                self.requests.run(self.requests.change(request.id, gone, unless=Step.PART_ABSENT))
                raise TaskFailed("still_found")
            self.requests.run(self.requests.finish(request, Step.PART_ABSENT, self.clock()))
        return {"outcome": "absent"}

    def _back(self, request: Request, found: Mapping[str, int]) -> dict[str, str]:
        for store, count in found.items():
            log("still_found", request_id=request.id, part=store, count=count)
        last = request.passes >= MOST_PASSES
        new: dict[str, Any] = {"passes": 0 if last else request.passes + 1}
        new |= {f"steps.{step}": None for step in _AGAIN}
        as_read = {"passes": request.passes}
        self.requests.run(self.requests.change(request.id, new, unless=Step.ABSENT, as_read=as_read))
        if last:  # the next run, after a person has looked into it, erases again
            raise TaskFailed("still_found")
        return {"outcome": "found"}
