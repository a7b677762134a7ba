"""AwaitDelivery: the time that the last answer has to arrive, before the box with its address is destroyed."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.privacy import ANSWER_WAITS, Request, Step, Wait
from chalicelib.erasure.waiting import after


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """Step 12 of the workflow, between its halves; and after the answer to a request that came to nothing."""
    from chalicelib import wiring_erasure

    return wiring_erasure.waiting().handle("await_delivery", event, Wait.ANSWER, due)


def due(request: Request) -> int:
    """When the box closes, delivered or not (ms): within a day of the proof of absence, or of the answer; at once when
    the person has asked again, for the next request's box is the one in which they are answered."""
    if request.done(Step.BOX_CLOSED):
        return request.at(Step.BOX_CLOSED)
    answered = after(request, Step.FINISHED if request.done(Step.FINISHED) else Step.ABSENT)
    if request.box is None or request.done(Step.SUPERSEDED):  # without a box nothing is on its way
        return answered
    return answered + ANSWER_WAITS
