"""BlockWrites (state HardSuppress): closes the write barrier. From here on nothing of the person is written, sent or
shown any more.

One transaction raises the epoch of contact and head, which every writer of a conversation names in a condition, puts
every address on the suppression list, and takes over the outbox: its entries are not sent and are counted by the
inventory. Then the task tries a write like a late webhook's, which must be refused. When a run dies in between, the
next one repeats what follows the transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.erasure_pause import ErasuresPaused
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import kept_part
from chalicelib.privacy.requests.vocabulary import RequestState, Step

if TYPE_CHECKING:
    from chalicelib.erasure.write_barrier import WriteBarrier
    from chalicelib.privacy.requests.store import RequestStore


@dataclass(frozen=True)
class BlockWrites:
    """Closes the barrier of a verified request. It may run again at any time."""

    requests: "RequestStore"
    store: "WriteBarrier"
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Return {"outcome": "fenced"}, or "keep" where two officers keep a part; or "held" when erasures are paused,
        or when a run of the release before came here without having told the person: then the request is cooling off
        again.

        Raises Unavailable, and TaskFailed: not_verified; fence_open when the probe was not refused; cancelled or
        refused when the person or staff stopped the request before cooling off ended. The next run then goes to
        CloseWithoutErasure.
        """
        request = self.requests.get(request_id)
        if request is not None and request.done(Step.INVENTORIED):
            return _fenced(request)  # a later run may pass here when the mailbox is destroyed
        if request is None or not request.done(Step.VERIFIED) or request.box is None:
            raise TaskFailed("not_verified")
        if not (request.done(Step.TOLD) or request.done(Step.WRITES_BLOCKED)):
            return self._back_to_cooling_off(request)
        now = self.clock()
        try:
            epoch = None if request.done(Step.WRITES_BLOCKED) else self.store.close(request, now)
        except ErasuresPaused:
            return self._back_to_cooling_off(request)
        if epoch is None:
            request = self.requests.get(request_id)
            if request is None or not request.done(Step.WRITES_BLOCKED):
                raise TaskFailed("cancelled" if request and request.done(Step.CANCELLED) else "refused")
            epoch = self.store.epoch(request)
            self.store.take_over(request, now)
        if not self.store.holds(request, epoch):
            raise TaskFailed("fence_open")
        return _fenced(request)

    def _back_to_cooling_off(self, request: Request) -> dict[str, str]:
        """Remove the step that ended cooling off, so that the request may be cancelled and refused while erasures are
        paused. Nothing changes when the barrier was closed meanwhile."""
        told = request.done(Step.TOLD)
        new = {
            f"steps.{Step.COOLED_OFF}": None,
            "state": str(RequestState.COOLING_OFF if told else RequestState.TELLING),
        }
        self.requests.run(
            self.requests.change(request.id, new, unless=(Step.WRITES_BLOCKED, Step.CANCELLED, Step.REFUSED))
        )
        return {"outcome": "held"}


def _fenced(request: Request) -> dict[str, str]:
    """Return the answer. Nothing is decided any more about what is kept: the barrier is closed."""
    if kept_part(request):
        return {"outcome": "keep"}
    return {"outcome": "fenced"}
