"""Grace: the person is told when the destruction begins, and may think again until then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain.privacy import Request, RequestState, Step, Wait
from chalicelib.domain.working_days import deadline
from chalicelib.erasure.waiting import Beginning, after

if TYPE_CHECKING:
    from chalicelib.domain.profile import Deadline
    from chalicelib.storage.writes import Write


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """Step 4 of the workflow."""
    from chalicelib import wiring_erasure

    grace = wiring_erasure.grace()
    return wiring_erasure.waiting().handle("grace", event, Wait.GRACE, grace.due, grace.begin)


@dataclass(frozen=True)
class Grace:
    """`announce` builds the answer that says when it begins, with a button to cancel; `suppressed` stops what the
    person did not ask for."""

    term: "Deadline"
    announce: "Callable[[Request, int, int], Sequence[Write]]"
    suppressed: "Callable[[str, int], Write]"
    clock: Callable[[], int]

    def due(self, request: Request) -> int:
        """When the time to think again is over (ms). It counts from the announcement: a run that was held up after the
        identity was made sure of takes none of it from the person."""
        verified = after(request, Step.VERIFIED)
        if request.done(Step.GRACED):
            return request.at(Step.GRACED)
        return deadline(self.term, max(verified, request.at(Step.ANNOUNCED) or self.clock()))

    def begin(self, request: Request, now: int, refused: frozenset[str]) -> Beginning:
        """Tell the person, once. A contact that is gone needs no suppressing, and a closed box gets no answer."""
        new: dict[str, Any] = {"state": str(RequestState.GRACE)}
        writes = [] if "contact" in refused else [self.suppressed(request.contact_id, now)]
        if request.done(Step.ANNOUNCED):
            return Beginning(new, writes=writes)
        if "box" not in refused:
            writes += self.announce(request, self.due(request), now)
        return Beginning({**new, f"steps.{Step.ANNOUNCED}": now}, (Step.ANNOUNCED,), writes)
