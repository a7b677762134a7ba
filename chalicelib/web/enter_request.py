"""Requests about data, as API and pages both enter them."""

from chalicelib.core.errors import Conflict
from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import audit
from chalicelib.privacy.requests.model import Request
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web

NOT_FOUND = "There is no such request, or its retention has ended."


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


def audit_opened(request_id: str, contact_id: str, kind: str, staff_id: str, *, new: bool) -> None:
    """Log that a staff member entered a request; with new=False the person had one already and nothing was changed."""
    outcome = "opened" if new else "open_already"
    audit(
        "request_entered", request_id=request_id, contact_id=contact_id, kind=kind, outcome=outcome, staff_id=staff_id
    )
