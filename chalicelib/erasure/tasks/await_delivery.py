"""AwaitDelivery: the time that the last answer has to arrive, before the box with its address is destroyed."""

from chalicelib.erasure.waiting import done_at
from chalicelib.privacy.requests.kinds import Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waits import DELIVER_WITHIN


def due(request: Request) -> int:
    """When the box closes, delivered or not (ms): within a day of the proof of absence, or of the answer; at once when
    the person has asked again, for the next request's box is the one in which they are answered."""
    if request.done(Step.MAILBOX_DESTROYED):
        return request.at(Step.MAILBOX_DESTROYED)
    answered = done_at(
        request, Step.CLOSED_WITHOUT_ERASURE if request.done(Step.CLOSED_WITHOUT_ERASURE) else Step.ABSENT
    )
    if request.box is None or request.done(Step.SUPERSEDED):  # without a box nothing is on its way
        return answered
    return answered + DELIVER_WITHIN
