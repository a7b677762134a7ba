"""Grace: the person was told that the destruction begins, and may think again until then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain.cooling_off import cooling_off_ends
from chalicelib.domain.privacy import Request, RequestState, Step, Told, Wait
from chalicelib.erasure.waiting import Beginning

if TYPE_CHECKING:
    from chalicelib.domain.profile import Deadline
    from chalicelib.erasure.tell import Tell


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """Step 4 of the workflow, second half."""
    from chalicelib import wiring_erasure

    grace = wiring_erasure.grace()
    return wiring_erasure.waiting().handle("grace", event, Wait.GRACE, grace.due, grace.begin)


@dataclass(frozen=True)
class Grace:
    """A run of the release before comes here without having told the person: then `tell` does so first, and this
    waiting goes on until they were told and the time is over."""

    term: "Deadline"
    tell: "Tell"

    def due(self, request: Request) -> int:
        """When the time to think again is over (ms). It counts from the proof that the person was told: a run that was
        held up takes none of it from them."""
        if request.done(Step.GRACED):
            return request.at(Step.GRACED)
        if not request.done(Step.TOLD):
            return self.tell.due(request)
        posted_on = request.posted_on if request.told_by == Told.LETTER else ""
        return cooling_off_ends(self.term, request.at(Step.TOLD), posted_on)

    def begin(self, request: Request, now: int, refused: frozenset[str]) -> Beginning:
        """The person waits to be told, or for the time to be over."""
        if request.done(Step.TOLD):
            return Beginning({"state": str(RequestState.GRACE)})
        return self.tell.begin(request, now, refused)
