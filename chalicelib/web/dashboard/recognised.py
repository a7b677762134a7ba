"""The page on which a colleague says that a customer's message is a request about data."""

from chalice.app import Response

from chalicelib.core.errors import BadInput
from chalicelib.core.observability import audit
from chalicelib.core.references import MessageRef
from chalicelib.privacy.requests.kinds import HANDLED_KINDS
from chalicelib.privacy.requests.model import Request
from chalicelib.tickets.listing import counts
from chalicelib.web.api.recognised import recognised
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.privacy_presenter import KINDS, RequestWords
from chalicelib.web.dashboard.queue import Place, colleagues, rail
from chalicelib.web.dashboard.ticket import PLACE, form_fields, running
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


def show(call: HttpRequest) -> Response:
    """GET the form for one message"""
    fields.only(call.query, (*PLACE, "message"), "parameter")
    return _page(call, dict(call.query))


def open_request(call: HttpRequest) -> Response:
    """POST: the request is opened; when one is there already, that one is shown"""
    form = form_fields(call, "message", "kind")
    ticket_id = fields.path_id(call.path)
    try:
        kind = fields.word(form, "kind", HANDLED_KINDS)
    except BadInput as error:
        return _page(call, form, problem=True, status=error.status)
    request, new = recognised(call, ticket_id, form.get("message", ""), kind)
    if not new:
        return _page(call, form, found=request)
    return pages.go(f"/dashboard/tickets/{ticket_id}{_place(form).query()}#side")


def _place(given: dict[str, str]) -> Place:
    return Place.of({name: given.get(name, "") for name in PLACE})


def _page(
    call: HttpRequest, given: dict[str, str], *, found: Request | None = None, problem: bool = False, status: int = 200
) -> Response:
    use, ref = wiring_web.recognise_request(), MessageRef.parse(given.get("message", ""))
    ticket, message = use.message(fields.path_id(call.path), ref)
    audit("ticket_read", ticket_id=ticket.id, staff_id=call.colleague.id)
    words, place = pages.words_for(call, call.now, colleagues()), _place(given)
    return pages.page(
        "recognised.html",
        call,
        status=status,
        words=words,
        say=RequestWords(words, wiring_web.profile().deadlines),
        place=place,
        rail=rail(place, words, counts(call.now), call.colleague),
        ticket=ticket,
        message=message,
        found=found or running(use.desk.contact(ticket.contact_id), call.now),
        kinds=[(kind, KINDS[kind]) for kind in HANDLED_KINDS],
        problem=problem,
    )
