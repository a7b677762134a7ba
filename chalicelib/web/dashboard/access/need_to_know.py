"""The page that stands in place of a conversation of another team, and the form on it that opens one with a reason."""

from collections.abc import Sequence

from chalice.app import Response

from chalicelib.core.clock import OPENED_HOURS
from chalicelib.core.errors import BadInput
from chalicelib.core.texts import desk_msg
from chalicelib.staff.model import Role
from chalicelib.tickets.need_to_know import NotNeeded
from chalicelib.tickets.view_ticket import LONGEST, SHORTEST
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.http import validators
from chalicelib.web.http.need_to_know import refuse_ticket
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.teams import team_name
from chalicelib.wiring import web as wiring_web

PROBLEM = desk_msg("Not opened. Say why you need this conversation, in {least} to {most} letters.")


def refused_page(
    request: HttpRequest,
    error: NotNeeded,
    typed: Sequence[str] = (),
    *,
    reason: str = "",
    problem: BadInput | None = None,
) -> Response:
    """Render which team answers a conversation, and for an operator the form that opens it. `typed` are texts of a form
    that was refused, `reason` is one that was not taken."""
    words = pages.words_for(request, request.now)
    return pages.page(
        "need-to-know.html",
        request,
        status=problem.status if problem else error.status,
        words=words,
        team=team_name(error.team, words.language),
        ticket_id=error.ticket_id if Role.OPERATOR in request.staff.roles else "",
        hours=OPENED_HOURS,
        least=SHORTEST,
        most=LONGEST,
        typed=typed,
        reason=reason,
        problem=words.say(PROBLEM).format(least=SHORTEST, most=LONGEST) if problem else "",
    )


def open(request: HttpRequest) -> Response:
    """POST why a ticket of another team is needed: it is open to the operator for eight hours"""
    validators.only(request.form, ("csrf", "reason"))
    ticket_id = validators.path_id(request.path)
    try:
        reason = validators.text(request.form, "reason", LONGEST)
        wiring_web.open_with_reason(request.staff)(ticket_id, reason, request.staff)
    except BadInput as problem:
        try:
            refuse_ticket(request, ticket_id)
        except NotNeeded as error:
            return refused_page(request, error, reason=request.form.get("reason", ""), problem=problem)
    return pages.go(f"/dashboard/tickets/{ticket_id}")
