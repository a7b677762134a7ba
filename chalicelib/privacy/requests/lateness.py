"""Limits of a request: which are near, which were passed, and what was not done in time. Pure."""

from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import destroys, tellable
from chalicelib.privacy.requests.vocabulary import BOUND_SOURCES, ENDINGS, RequestState, Step
from chalicelib.privacy.requests.waiting_times import TOLD_WITHIN, identity_until


def past_target(request: Request, now: int) -> bool:
    """Whether a verified request has passed our own limit and its data is not yet proved destroyed."""
    return bool(request.target_at) and request.target_at < now and _still_destroys(request)


def near_deadline(request: Request, now: int) -> bool:
    """Whether the law's limit is near and the destruction is not yet proved, or a backup was found that outlives the
    destruction: only staff can delete it, and nothing else tells them. The profile's term `erasure_alarm` says what is
    near; it was counted when the request was opened."""
    return request.alarm_at < now and (_still_destroys(request) or request.done(Step.BACKUPS_CHECKED))


def not_told(request: Request, now: int) -> bool:
    """Whether the announcement is older than TOLD_WITHIN, and nothing shows that it arrived."""
    announced = request.at(Step.ANNOUNCED)
    return bool(announced) and announced + TOLD_WITHIN < now and tellable(request)


def missed(request: Request, now: int) -> tuple[str, ...]:
    """Return what was not done by the law's limit (art. 8(7)): "stopped" when the processing had not stopped,
    "answered" when the person had no answer. Empty before the limit, for a kind that destroys nothing, and for
    a request that was cancelled, refused or closed in time.

    Processing counts as stopped from when outreach was paused, while that holds. Answers are: that the person was told
    what happens, the default answer when it arrived, a refusal, or their own cancelling.
    """
    limit = request.deadline_at

    def in_time(*steps: Step) -> bool:
        return any(0 < request.at(step) <= limit for step in steps)

    over_in_time = in_time(Step.CANCELLED, Step.REFUSED, Step.CLOSED_WITHOUT_ERASURE)
    if now <= limit or not destroys(request) or over_in_time:
        return ()
    answered = in_time(Step.TOLD, Step.DEFAULT_ARRIVED, Step.NOTIFIED)
    return (*(() if 0 < _stopped_at(request) <= limit else ("stopped",)), *(() if answered else ("answered",)))


def _stopped_at(request: Request) -> int:
    """Return since when, without a break, the processing has stopped (ms), or had until the request was cancelled or
    refused; 0 when it has not.

    A request that did not come from the bound account paused outreach only for the time to confirm, and once more when
    it was verified later and the person was told.
    """
    paused, verified = request.at(Step.OUTREACH_PAUSED), request.at(Step.VERIFIED)
    if not paused or request.source in BOUND_SOURCES:
        return paused
    until = identity_until(request)
    if 0 < verified <= until or 0 < request.bound_at <= until:
        return paused
    again = [at for at in (request.bound_at, request.at(Step.ANNOUNCED) or request.at(Step.WRITES_BLOCKED)) if at]
    if again:
        return min(again)
    return paused if request.state == RequestState.VERIFYING else 0


def _still_destroys(request: Request) -> bool:
    return destroys(request) and not any(request.done(step) for step in (Step.ABSENT, *ENDINGS))
