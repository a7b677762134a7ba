"""HardSuppress: the fence closes. From here on nothing of the person is written, sent or shown any more.

One transaction raises the epoch of contact and head, which every writer of a conversation names in a condition, marks
every address as fenced, puts a fence for each, and takes over what waits in the outbox: nothing of it goes out, and it
lies there for the inventory. Then a write as a late webhook would make it is tried: it must be refused. A run that dies
in between is repeated: what comes after the transaction is done again until the inventory is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.erasure_pause import ErasuresPaused
from chalicelib.privacy.requests.kinds import RequestState, Step
from chalicelib.privacy.requests.model import Request

if TYPE_CHECKING:
    from chalicelib.erasure.write_barrier import WriteBarrier
    from chalicelib.privacy.requests.store import RequestStore


@dataclass(frozen=True)
class BlockWrites:
    """Closes the fence of a request that is verified. It may be run again at any time."""

    requests: "RequestStore"
    store: "WriteBarrier"
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Return {"outcome": "fenced"}, or "held": destructions are held, or a run of the release before has come here
        without having told the person; then the request waits in its grace again.

        Raises Unavailable, and TaskFailed: not_verified, fence_open when the probe was not refused, and cancelled or
        refused when the person or a colleague was faster than the end of the grace: the next run of the workflow then
        ends in Finish.
        """
        request = self.requests.get(request_id)
        if request is not None and request.done(Step.INVENTORIED):
            return {"outcome": "fenced"}  # a later run may come by when the box is closed
        if request is None or not request.done(Step.VERIFIED) or request.box is None:
            raise TaskFailed("not_verified")
        if not (request.done(Step.TOLD) or request.done(Step.WRITES_BLOCKED)):
            return self._back_to_grace(request)
        now = self.clock()
        try:
            epoch = None if request.done(Step.WRITES_BLOCKED) else self.store.close(request, now)
        except ErasuresPaused:
            return self._back_to_grace(request)
        if epoch is None:
            request = self.requests.get(request_id)
            if request is None or not request.done(Step.WRITES_BLOCKED):
                raise TaskFailed("cancelled" if request and request.done(Step.CANCELLED) else "refused")
            epoch = self.store.epoch(request)
            self.store.take_over(request, now)
        if not self.store.holds(request, epoch):
            raise TaskFailed("fence_open")
        return {"outcome": "fenced"}

    def _back_to_grace(self, request: Request) -> dict[str, str]:
        """The time to think again is not over after all: until the hold is released the request may be cancelled and
        refused, which the mark of its end forbids. Whoever has closed the fence meanwhile is passed through."""
        told = request.done(Step.TOLD)
        new = {
            f"steps.{Step.COOLED_OFF}": None,
            "state": str(RequestState.COOLING_OFF if told else RequestState.TELLING),
        }
        self.requests.run(
            self.requests.change(request.id, new, unless=(Step.WRITES_BLOCKED, Step.CANCELLED, Step.REFUSED))
        )
        return {"outcome": "held"}
