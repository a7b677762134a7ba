"""CoolingOff (state Grace): the person was told when the destruction begins, and may cancel until then."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.erasure.task import WaitStart
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step, Told
from chalicelib.privacy.requests.waiting_times import cooling_off_ends

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.erasure.tasks.tell import Tell
    from chalicelib.profile.model import Deadline


@dataclass(frozen=True)
class CoolingOff:
    """Says how cooling off begins and ends. A run of the release before comes here without having told the person: then
    `tell` announces it first. `terms` are the profile's deadlines."""

    terms: "Mapping[str, Deadline]"
    tell: "Tell"

    def due(self, request: Request) -> int:
        """Return when cooling off ends (ms). It counts from the proof that the person was told, so a late run does not
        shorten it."""
        if request.done(Step.COOLED_OFF):
            return request.at(Step.COOLED_OFF)
        if not request.done(Step.TOLD):
            return self.tell.due(request)
        posted_on = request.posted_on if request.told_by == Told.LETTER else ""
        return cooling_off_ends(request, self.terms, request.at(Step.TOLD), posted_on)

    def begin(self, request: Request, now: int, refused: frozenset[str]) -> WaitStart:
        """Return what is written with the token: the state, or the announcement when the person was not told."""
        if request.done(Step.TOLD):
            return WaitStart({"state": str(RequestState.COOLING_OFF)})
        return self.tell.begin(request, now, refused)
