"""AwaitDelivery: waits for the last answer to arrive, before the mailbox with the address is destroyed."""

from chalicelib.erasure.task import done_at
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.requests.waiting_times import DELIVER_WITHIN


def due(request: Request) -> int:
    """Return when the mailbox is destroyed (ms), delivered or not: DELIVER_WITHIN after the proof of absence or the
    answer; at once when the person has asked again, because the next request's mailbox is used from then on."""
    if request.done(Step.MAILBOX_DESTROYED):
        return request.at(Step.MAILBOX_DESTROYED)
    answered = done_at(
        request, Step.CLOSED_WITHOUT_ERASURE if request.done(Step.CLOSED_WITHOUT_ERASURE) else Step.ABSENT
    )
    if request.box is None or request.done(Step.SUPERSEDED):  # without a mailbox nothing is on its way
        return answered
    return answered + DELIVER_WITHIN
