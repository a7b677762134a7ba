"""Where a request stands by its steps: its state, its next step, and which decisions are still possible. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_start
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import (
    ENDINGS,
    OF_PART,
    OVER,
    PAST_STOPPING,
    STOPPABLE,
    Identity,
    RequestState,
    Step,
    Told,
)

_BESIDE = (
    *ENDINGS,
    *(Step.REASONED, Step.SUPERSEDED, Step.DEFAULTED, Step.DEFAULT_ARRIVED, Step.ANNOUNCED, Step.OPTED_OUT),
    *(Step.BACKUPS_CHECKED, Step.BACKUPS_GONE, *OF_PART),
)
"""Steps that not every request takes on its way to destruction."""


def destroys(request: Request) -> bool:
    """Whether the request is of a kind that ends in the destruction of the person's data."""
    return kind_of(request.kind).way == "erasure"


def state_by_steps(request: Request) -> RequestState:
    """Return the state that follows from the steps that are done: with it the run after a failed one begins."""
    for step, state in (
        (Step.PART_KEY_DESTROYED, RequestState.WAITING_FOR_BACKUPS),
        (Step.REST_GONE, RequestState.KEEPING),
        (Step.MAILBOX_DESTROYED, RequestState.WAITING_FOR_BACKUPS),
        (Step.WRITES_BLOCKED, RequestState.DESTROYING),
        (Step.COOLED_OFF, RequestState.DESTROYING),
        (Step.TOLD, RequestState.COOLING_OFF),
        (Step.VERIFIED, RequestState.TELLING),
        (Step.OUTREACH_PAUSED, RequestState.VERIFYING),
    ):
        if request.done(step):
            return state
    return RequestState.RECEIVED


def shown_state(request: Request) -> str:
    """Return the state that pages, the API and filters show. Cancelled and refused show at once, although the request
    is over only when the person has the answer. A failure shows until it is over."""
    if request.state == RequestState.ESCALATED:
        return request.state
    ended = {Step.CANCELLED: RequestState.CANCELLED, Step.REFUSED: RequestState.REFUSED}
    return next((str(state) for step, state in ended.items() if request.done(step)), request.state)


def shown_in(part: str) -> frozenset[str]:
    """Return the states shown for requests in the queue `open` or `over`. Cancelled and refused are in both: such a
    request stays open until the person has the answer."""
    stopped = {RequestState.CANCELLED, RequestState.REFUSED}
    return OVER if part == "over" else frozenset(RequestState) - OVER | stopped


def steps_of(kind: Kind) -> tuple[Step, ...]:
    """Return the steps that a request of this kind takes when nothing stops it, in the order of its workflow."""
    if kind.way == "erasure":
        return tuple(one for one in Step if one not in _BESIDE)
    begins = (Step.OPTED_OUT,) if kind.ends_news else ()
    return (*begins, *((Step.CERTIFIED,) if kind.certificate else ()), Step.NOTIFIED)


def next_step(request: Request) -> str:
    """Return the first step that is not done, in the order of the workflow; "" when none is left."""
    way = steps_of(kind_of(request.kind))
    if request.done(Step.CANCELLED) or request.done(Step.REFUSED):
        way = (Step.CLOSED_WITHOUT_ERASURE, Step.MAILBOX_DESTROYED)
    if request.done(Step.WRITES_BLOCKED):  # the release before told nobody
        way = tuple(one for one in way if one != Step.TOLD)
    return next((str(step) for step in way if not request.done(step)), "")


def stoppable(request: Request) -> bool:
    """Whether the request can still be cancelled or refused. One that took effect when it was opened cannot."""
    open_to_it = request.state in STOPPABLE or request.state == RequestState.ESCALATED
    return destroys(request) and open_to_it and not any(request.done(step) for step in PAST_STOPPING)


def confirmable(request: Request) -> bool:
    """Whether identity can still be confirmed: the person was asked, and nothing is decided."""
    asked = request.state in (RequestState.VERIFYING, RequestState.DECIDING, RequestState.ESCALATED)
    possible = kind_of(request.kind).confirmed and asked
    return possible and not any(request.done(step) for step in (Step.VERIFIED, *PAST_STOPPING))


def tellable(request: Request) -> bool:
    """Whether the person may still be told in another way than by the announcement: identity is verified, and nothing
    shows that they were told."""
    ended = any(request.done(step) for step in (Step.TOLD, *PAST_STOPPING))
    return destroys(request) and request.done(Step.VERIFIED) and not ended and request.box is not None


def kept_part(request: Request) -> Mapping[str, Any] | None:
    """Return what the desk itself keeps of the person's data, an entry of Request.retained; None for nothing."""
    return next((one for one in request.retained if one.get("where") == "desk"), None)


def part_ends_at(part: Mapping[str, Any]) -> int:
    """Return when the kept part is destroyed (ms): at the end of its last day."""
    return day_start(str(part["until"])) + DAY


def openable(request: Request, now: int) -> bool:
    """Whether two officers may open the kept part at `now` (ms): it is there, everything else is destroyed, and its day
    is not over, whenever the run comes that destroys it."""
    part = kept_part(request)
    there = request.done(Step.PART_KEPT) and request.done(Step.ABSENT) and not request.done(Step.PART_KEY_DESTROYED)
    return part is not None and there and now < part_ends_at(part)


def pauses_outreach(request: Request) -> bool:
    """Whether only answers may be sent to the person while this request is open. Asked from the bound account: until it
    is decided. Otherwise: until their time to confirm ends without an answer, and again once it is verified."""
    stopped = any(request.done(step) for step in ENDINGS)
    if stopped or not destroys(request) or not request.done(Step.OUTREACH_PAUSED):
        return False
    return request.bound or request.done(Step.VERIFIED) or request.state != RequestState.DECIDING


def checked_by(request: Request) -> str:
    """Return who of the staff checked identity; "" when the person confirmed. Rows of the release before name one
    person for everything."""
    return (request.checked_by or request.decided_by) if request.identity == Identity.STAFF else ""


def letter_by(request: Request) -> Sequence[str]:
    """Return who of the staff say that a letter was posted."""
    return request.letter_by if request.told_by == Told.LETTER else ()
