"""JSON API: a customer's message is recognised as a request about data."""

from typing import Any

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict
from chalicelib.core.references import MessageRef
from chalicelib.privacy.requests.kinds import HANDLED_KINDS
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import shown_state
from chalicelib.web.api.form import when
from chalicelib.web.api.privacy import audit_opened
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_answer
from chalicelib.wiring import web as wiring_web


def open_request(call: HttpRequest) -> Response:
    """POST tickets/{id}/privacy-requests: a second one returns the first."""
    fields.only(call.query, (), "parameter")
    ticket_id, body = fields.path_id(call.path), call.json
    fields.only(body, ("message_id", "kind"))
    kind, message_id = fields.word(body, "kind", HANDLED_KINDS), body.get("message_id")
    if not isinstance(message_id, str):
        raise BadInput("The field message_id is wanted: the customer's message that is the request.")
    request, new = recognised(call, ticket_id, message_id, kind)
    return json_answer(_form(request), 201 if new else 200)


def recognised(call: HttpRequest, ticket_id: str, message_id: str, kind: str) -> tuple[Request, bool]:
    """Open a request of this kind for a message, and write that down; return it, or the one that was there already.
    Raises BadInput, NotFound, ErasureInProgress, Conflict and Unavailable."""
    ticket, opened = wiring_web.recognise_request()(ticket_id, MessageRef.parse(message_id), kind, call.colleague)
    kept = wiring_web.request_pages().find(opened.request_id, call.now) if opened.request_id else None
    if kept is None:
        raise Conflict("A request of this person was changed meanwhile. Look at the ticket and try again.")
    audit_opened(kept.request.id, ticket.contact_id, kind, call.colleague.id, new=opened.new)
    return kept.request, opened.new


def _form(one: Request) -> dict[str, Any]:
    """What every colleague may know of a request: that it runs."""
    return {"id": one.id, "kind": one.kind, "state": shown_state(one), "received": when(one.received_at)}
