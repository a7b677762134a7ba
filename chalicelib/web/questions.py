"""Adds to a ticket's messages what the desk asked and told the customer about a request.

Those texts are not stored on the ticket: they lie sealed in the request's reply mailbox, or nowhere. They are made
again from privacy/texts/ and from the steps of the request.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from chalicelib.core.asks import pressed_request
from chalicelib.core.clock import HOUR
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.requests.waiting_times import CONFIRM_WITHIN
from chalicelib.privacy.texts.questions import meant, question
from chalicelib.profile.model import Profile
from chalicelib.tickets.records import Message, Quote, Ticket

_LINES = (
    (Step.OUTREACH_PAUSED, "request_asked"),
    (Step.VERIFIED, "request_confirmed"),
    (Step.ANNOUNCED, "request_announced"),
    (Step.CANCELLED, "request_cancelled"),
    (Step.REFUSED, "request_refused"),
)


def with_questions(messages: Iterable[Message], ticket: Ticket, profile: Profile) -> list[Message]:
    """Return the messages; a press of one of our buttons about a request quotes the question that it answers."""

    def asked(one: Message) -> Message:
        pressed = pressed_request(one.details) if one.direction == "in" and not one.deleted else ""
        if not pressed:
            return one
        if pressed in ("withdraw", "no"):
            return replace(one, quote=Quote("", meant(profile, ticket.language)))
        return replace(one, quote=Quote("", question(profile, ticket.language, one.text, CONFIRM_WITHIN // HOUR)))

    return [asked(one) for one in messages]


def with_correction(messages: Sequence[Message], asked_at: int, by: int) -> list[Message]:
    """Return the messages with an activity line where the customer asked from the menu for a correction of their data,
    at `asked_at` (ms, 0 for never), which is due `by` (ms): what is wrong stands in what they wrote then."""
    if not asked_at:
        return list(messages)
    line = Message(f"correction-{asked_at}", "event", "correction_asked", asked_at, params={"by": by})
    return sorted([*messages, line], key=lambda one: one.position)


def with_request(messages: Sequence[Message], request: Request | None) -> list[Message]:
    """Return the messages with an activity line for each text that the desk sent about the running request."""
    if request is None:
        return list(messages)
    asked = request.done(Step.OUTREACH_PAUSED) and request.box is not None
    lines = [
        Message(f"{request.id}-{kind}", "event", kind, request.at(step))
        for step, kind in _LINES
        if request.done(step) and (asked or step not in (Step.OUTREACH_PAUSED, Step.ANNOUNCED))
    ]
    return sorted([*messages, *lines], key=lambda one: one.position)
