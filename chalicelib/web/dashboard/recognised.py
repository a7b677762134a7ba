"""The page on which staff mark a customer's message as a request about data."""

from collections.abc import Mapping

from chalice.app import Response

from chalicelib.core.errors import BadInput
from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import audit
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.requests.model import Request
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.list_query import LIST_FIELDS, ListQuery
from chalicelib.web.dashboard.queue import staff_names
from chalicelib.web.dashboard.request_presenter.request_words import RequestWords
from chalicelib.web.dashboard.sidebar import badges, sidebar
from chalicelib.web.dashboard.ticket import form_fields, running_request
from chalicelib.web.enter_request import recognised
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


def recognise_page(http_request: HttpRequest) -> Response:
    """GET the form for one message"""
    validators.only(http_request.query, (*LIST_FIELDS, "message"), "parameter")
    return _page(http_request, http_request.query)


def open_request(http_request: HttpRequest) -> Response:
    """POST: open a request; when the person has one already, show that one instead"""
    form = form_fields(http_request, "message", "kind")
    ticket_id = validators.path_id(http_request.path)
    try:
        kind = validators.word(form, "kind", registry.handled())
    except BadInput as error:
        return _page(http_request, form, problem=True, status=error.status)
    request, new = recognised(http_request, ticket_id, form.get("message", ""), kind)
    if not new:
        return _page(http_request, form, found=request)
    return pages.go(f"/dashboard/tickets/{ticket_id}{ListQuery.of(form).query_string()}#side")


def _page(
    http_request: HttpRequest,
    given: Mapping[str, str],
    *,
    found: Request | None = None,
    problem: bool = False,
    status: int = 200,
) -> Response:
    use, ref = wiring_web.recognise_request(), MessageRef.parse(given.get("message", ""))
    ticket, message = use.message(validators.path_id(http_request.path), ref)
    audit("ticket_read", ticket_id=ticket.id, staff_id=http_request.staff.id)
    words, list_query = pages.words_for(http_request, http_request.now, staff_names()), ListQuery.of(given)
    return pages.page(
        "recognised.html",
        http_request,
        status=status,
        words=words,
        say=RequestWords(words, wiring_web.profile().deadlines),
        list_query=list_query,
        sidebar=sidebar(list_query, words, badges(http_request), http_request.staff),
        ticket=ticket,
        message=message,
        found=found or running_request(use.desk.contact(ticket.contact_id), http_request.now),
        kinds=registry.KINDS,
        problem=problem,
    )
