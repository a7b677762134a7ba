"""AwaitDelivery: the time that the last answer has to arrive, before the box with its address is destroyed."""

from chalicelib.erasure.waiting import after
from chalicelib.privacy.model import ANSWER_WAITS, Request, Step


def due(request: Request) -> int:
    """When the box closes, delivered or not (ms): within a day of the proof of absence, or of the answer; at once when
    the person has asked again, for the next request's box is the one in which they are answered."""
    if request.done(Step.BOX_CLOSED):
        return request.at(Step.BOX_CLOSED)
    answered = after(request, Step.FINISHED if request.done(Step.FINISHED) else Step.ABSENT)
    if request.box is None or request.done(Step.SUPERSEDED):  # without a box nothing is on its way
        return answered
    return answered + ANSWER_WAITS
