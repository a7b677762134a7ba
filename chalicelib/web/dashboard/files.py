"""Files of a ticket's page: a link of a minute for whoever asks, and fetching one again."""

from chalice.app import Response

from chalicelib.core.errors import Conflict
from chalicelib.core.texts import desk_msg
from chalicelib.tickets.erasure_guard import ErasureInProgress
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.composer_model import Typed
from chalicelib.web.dashboard.ticket import RefusedChange, back_to_ticket, form_fields, render_ticket
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import SECURITY_HEADERS
from chalicelib.wiring import web as wiring_web

NOT_HANDED_OUT = desk_msg("The provider does not hand out this file any more. Ask the customer to send it again.")


def show(request: HttpRequest) -> Response:
    """GET the file of a message, to look at"""
    return _link(request, save=False)


def save(request: HttpRequest) -> Response:
    """GET the file of a message, to keep"""
    return _link(request, save=True)


def _link(request: HttpRequest, *, save: bool) -> Response:
    """Redirect to a link that is valid for a minute and that nobody keeps."""
    validators.only(request.query, (), "parameter")
    (ref, number), ticket_id = validators.file_ref(request.path, "message"), validators.path_id(request.path)
    link = wiring_web.hand_out()(ref, request.staff, ticket_id, number=number, save=save)
    return Response("", status_code=302, headers={**SECURITY_HEADERS, "Location": link, "Cache-Control": "no-store"})


def fetch_again(request: HttpRequest) -> Response:
    """POST that the file of a message is to be fetched again"""
    form = form_fields(request, "message")
    ref, ticket_id = validators.message_ref(form, "message"), validators.path_id(request.path)
    try:
        wiring_web.fetch_again()(ref, request.staff, ticket_id)
    except ErasureInProgress:
        raise
    except Conflict as error:
        words = pages.words_for(request, request.now)
        refused = RefusedChange(field="file", why=words.say(NOT_HANDED_OUT))
        return render_ticket(request, form, Typed(), error.status, refused)
    return back_to_ticket(request, form)
