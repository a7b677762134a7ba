"""DestroyKey: the point of no return. Nothing of the person that is left, in any copy, opens any more, but for
a part that two officers have kept; its key goes in the same way when its day is over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.erasure.inventory import KEY_ROWS, Inventories
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import kept_part, part_ends_at
from chalicelib.privacy.requests.vocabulary import Step

if TYPE_CHECKING:
    from chalicelib.erasure.key_destruction import KeyDestruction


@dataclass(frozen=True)
class DestroyKey:
    """Destroys the key of a person whose inventory is written. It may run again at any time."""

    inventories: Inventories
    store: "KeyDestruction"
    clock: Callable[[], int]

    def __call__(self, request_id: str, which: str = "person") -> dict[str, str]:
        """Return {"outcome": "destroyed"}. The step's time is that of the destruction; the suppression entries get it,
        too. With `which` "part" the key of what was kept is destroyed, when its day is over.

        Raises Unavailable, and TaskFailed: not_inventoried; not_kept, when a part is to be kept and is not yet;
        too_early, before the end of the part's day; or key_left when the key can still be read.
        """
        request, _ = self.inventories.read(request_id)
        if request is None or not request.done(Step.INVENTORIED):
            raise TaskFailed("not_inventoried")
        part = kept_part(request)
        if which == "part":
            return self._part(request, part)
        if part is not None and not request.done(Step.PART_KEPT):
            raise TaskFailed("not_kept")  # a run of the release before knows no state that keeps it
        if not request.done(Step.KEY_DESTROYED):  # a later run may pass here when the mailbox is destroyed
            if request.box is None:
                raise TaskFailed("no_box")
            keys = {**request.counts.get(KEY_ROWS, {}), "destroyed": request.counts.get(KEY_ROWS, {}).get("found", 0)}
            self.store.destroy(request, {**request.counts, KEY_ROWS: keys}, self.clock())
        if self.store.left(request):
            raise TaskFailed("key_left")
        return {"outcome": "destroyed"}

    def _part(self, request: Request, part: Mapping[str, Any] | None) -> dict[str, str]:
        now = self.clock()
        if part is None or not request.done(Step.REST_GONE) or now < part_ends_at(part):
            raise TaskFailed("too_early")
        if not request.done(Step.PART_KEY_DESTROYED):
            self.store.destroy_part(request, now)
        if self.store.left(request, request.id):
            raise TaskFailed("key_left")
        return {"outcome": "destroyed"}
