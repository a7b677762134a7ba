"""JSON API: opening a ticket of another team with a reason."""

from typing import Annotated

from chalicelib.tickets.view_ticket import LONGEST, SHORTEST
from chalicelib.web.api.fields import IdPath, Model, Time, read_by, says
from chalicelib.web.api.operation import operation
from chalicelib.web.api.presenter import when
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


class NewOpening(Model):
    reason: Annotated[
        str,
        read_by(
            lambda given, name: validators.text(given, name, LONGEST),
            minLength=SHORTEST,
            maxLength=LONGEST,
        ),
        says("Why the conversation is needed. It stands on the ticket, and supervisors see it."),
    ]


class Opening(Model):
    until: Annotated[Time | None, says("Until when the ticket is open to you; null: it is without a reason.")]


@operation("openTicket", {201: "It is open"}, refuses=(404, 409))
def open_with_reason(request: HttpRequest, path: IdPath, body: NewOpening) -> Opening:
    """Open a ticket of another team with a reason, for eight hours. Operator only"""
    return Opening(until=when(wiring_web.open_with_reason(request.staff)(path.id, body.reason, request.staff)))
