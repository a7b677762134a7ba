"""DestroyKey: the point of no return. Nothing of the person that is left, in any copy, opens any more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.erasure.inventory import KEY_ROWS, Inventories
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.vocabulary import Step

if TYPE_CHECKING:
    from chalicelib.erasure.key_destruction import KeyDestruction


@dataclass(frozen=True)
class DestroyKey:
    """Destroys the key of a person whose inventory is written. It may run again at any time."""

    inventories: Inventories
    store: "KeyDestruction"
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Return {"outcome": "destroyed"}. The step's time is that of the destruction; the suppression entries get it,
        too.

        Raises Unavailable, and TaskFailed: not_inventoried, or key_left when the key can still be read.
        """
        request, _ = self.inventories.read(request_id)
        if request is None or not request.done(Step.INVENTORIED):
            raise TaskFailed("not_inventoried")
        if not request.done(Step.KEY_DESTROYED):  # a later run may pass here when the mailbox is destroyed
            if request.box is None:
                raise TaskFailed("no_box")
            keys = {**request.counts.get(KEY_ROWS, {}), "destroyed": request.counts.get(KEY_ROWS, {}).get("found", 0)}
            self.store.destroy(request, {**request.counts, KEY_ROWS: keys}, self.clock())
        if self.store.left(request):
            raise TaskFailed("key_left")
        return {"outcome": "destroyed"}
