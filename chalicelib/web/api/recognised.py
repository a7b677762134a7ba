"""JSON API: staff mark a customer's message as a request about data."""

from typing import Any

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict
from chalicelib.core.ids import MessageRef
from chalicelib.privacy.requests.kinds import HANDLED_KINDS
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import shown_state
from chalicelib.web.api.presenter import when
from chalicelib.web.api.privacy import audit_opened
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response
from chalicelib.wiring import web as wiring_web


def open_request(http_request: HttpRequest) -> Response:
    """POST tickets/{id}/privacy-requests: opens a request, or returns the person's open one."""
    validators.only(http_request.query, (), "parameter")
    ticket_id, body = validators.path_id(http_request.path), http_request.json
    validators.only(body, ("message_id", "kind"))
    kind, message_id = validators.word(body, "kind", HANDLED_KINDS), body.get("message_id")
    if not isinstance(message_id, str):
        raise BadInput("The field message_id is wanted: the customer's message that is the request.")
    request, new = recognised(http_request, ticket_id, message_id, kind)
    return json_response(_form(request), 201 if new else 200)


def recognised(http_request: HttpRequest, ticket_id: str, message_id: str, kind: str) -> tuple[Request, bool]:
    """Open a request of this kind for a message, and log it. Return the request, and whether it is new.

    Raises BadInput, NotFound, ErasureInProgress, Conflict and Unavailable.
    """
    ticket, opened = wiring_web.recognise_request()(ticket_id, MessageRef.parse(message_id), kind, http_request.staff)
    kept = wiring_web.request_pages().find(opened.request_id, http_request.now) if opened.request_id else None
    if kept is None:
        raise Conflict("A request of this person was changed meanwhile. Look at the ticket and try again.")
    audit_opened(kept.request.id, ticket.contact_id, kind, http_request.staff.id, new=opened.new)
    return kept.request, opened.new


def _form(one: Request) -> dict[str, Any]:
    """Present what any staff member may know of a request: that it runs."""
    return {"id": one.id, "kind": one.kind, "state": shown_state(one), "received": when(one.received_at)}
