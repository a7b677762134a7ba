"""JSON API: tickets and contacts."""

from chalice.app import Response

from chalicelib.channels import registry
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.observability import audit
from chalicelib.staff.model import Staff
from chalicelib.tickets.change import TicketChanges
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import PRIORITIES
from chalicelib.tickets.records import ASSIGNEE_NONE, STATES, Page, TicketFilter
from chalicelib.web.api import presenter
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response
from chalicelib.web.questions import with_questions
from chalicelib.wiring import web as wiring_web

LIST_PARAMETERS = ("state", "channel", "assignee", "tag", "q", "limit", "cursor")


def list_tickets(request: HttpRequest) -> Response:
    """GET tickets"""
    query = request.query
    validators.only(query, LIST_PARAMETERS, "parameter")
    limit = validators.whole(query, "limit", 1, 100, 50)
    wanted = TicketFilter(
        states=(validators.word(query, "state", STATES),) if "state" in query else STATES,
        channel=validators.word(query, "channel", registry.IDS) if "channel" in query else "",
        assignee=_assignee(query["assignee"], request.staff) if "assignee" in query else "",
        tag=validators.tags([query["tag"]])[0] if "tag" in query else "",
    )
    cursor = query.get("cursor", "")
    if "cursor" in query and not cursor:
        raise BadInput("The cursor is empty. Leave it out for the first page.")
    if "q" in query:
        found = search_page(wanted, validators.short(query, "q", validators.MAX_Q), limit, cursor)
    else:
        found = page(wiring_web.desk(), wanted, request.now, limit, cursor)
    audit("search" if "q" in query else "list_read", count=len(found.items), staff_id=request.staff.id)
    return json_response({"items": [presenter.ticket(one) for one in found.items], "cursor": found.cursor or None})


def search_page(wanted: TicketFilter, q: str, limit: int, cursor: str) -> Page:
    """Return one page of the tickets that a search finds. Raises BadInput and Unavailable."""
    start = 0
    if cursor:
        if not cursor.startswith("after-") or not cursor[6:].isdecimal() or len(cursor) > 12:
            raise BadInput("This cursor is not one of ours, or belongs to another list. Begin at the first page.")
        start = int(cursor[6:])
    found = [
        one
        for one in wiring_web.search(wiring_web.desk())(q)
        if wanted.matches(one.state, one.channel, one.assignee, one.tags)
    ]
    end = start + limit
    return Page(tuple(found[start:end]), f"after-{end}" if len(found) > end else "")


def _assignee(value: str, staff: Staff) -> str:
    if value == "me":
        return staff.id
    if value == ASSIGNEE_NONE or 0 < len(value) <= 64:
        return value
    raise BadInput("The parameter assignee is a colleague's id, me, or none.")


def read(request: HttpRequest) -> Response:
    """GET tickets/{id}: marks its messages as read, as the page does."""
    validators.only(request.query, (), "parameter")
    desk = wiring_web.desk()
    ticket, thread = wiring_web.open_ticket(desk)(validators.path_id(request.path), request.staff)
    messages = with_questions(thread.messages, ticket, wiring_web.profile())
    said = [presenter.message(one, ticket.channel) for one in messages if one.direction != "event"]
    return json_response({**presenter.ticket(ticket), "messages": said, "earlier": thread.earlier})


def change(request: HttpRequest) -> Response:
    """PATCH tickets/{id}"""
    validators.only(request.query, (), "parameter")
    ticket_id, body = validators.path_id(request.path), request.json
    validators.only(body, ("state", "assignee", "priority", "tags", "seen_assignee"))
    if not body.keys() - {"seen_assignee"}:
        raise BadInput("Nothing to change. Give state, assignee, priority or tags.")
    changes = TicketChanges(
        state=validators.word(body, "state", STATES) if "state" in body else None,
        assignee=_new_assignee(body["assignee"], request.staff) if "assignee" in body else None,
        priority=validators.word(body, "priority", PRIORITIES) if "priority" in body else None,
        tags=validators.tags(body["tags"]) if "tags" in body else None,
        seen_assignee=_new_assignee(body["seen_assignee"], request.staff) if "seen_assignee" in body else None,
    )
    return json_response(presenter.ticket(wiring_web.change_ticket()(ticket_id, changes, request.staff)))


def _new_assignee(value: object, staff: Staff) -> str:
    if value is None:
        return ""
    if value == "me":
        return staff.id
    if not isinstance(value, str) or not 0 < len(value) <= 254:
        raise BadInput("The field assignee is a colleague's id or e-mail, me, or null for nobody.")
    if "@" in value:
        found = next((one for one in wiring_web.staff().all() if one.email == value.strip().lower()), None)
        return found.id if found else value
    return value


def reply(request: HttpRequest) -> Response:
    """POST tickets/{id}/replies"""
    validators.only(request.query, (), "parameter")
    ticket_id, body = validators.path_id(request.path), request.json
    validators.only(body, ("text", "client_id"))
    text, client_id = validators.text(body, "text", validators.MAX_REPLY), validators.client_id(body)
    return json_response(presenter.message(wiring_web.reply()(ticket_id, text, client_id, request.staff.id)), 201)


def sent_reply(request: HttpRequest) -> Response:
    """GET tickets/{id}/replies/{client_id}: whether a reply is stored, when the answer to it was lost"""
    validators.only(request.query, (), "parameter")
    ticket_id, client_id = validators.path_id(request.path), validators.client_id(request.path)
    found = wiring_web.reply().find(ticket_id, client_id)
    if found is None:
        raise NotFound("No reply is stored on this ticket under this client_id.")
    audit("ticket_read", ticket_id=ticket_id, staff_id=request.staff.id)
    return json_response(presenter.message(found))


def comment(request: HttpRequest) -> Response:
    """POST tickets/{id}/comments"""
    validators.only(request.query, (), "parameter")
    ticket_id, body = validators.path_id(request.path), request.json
    validators.only(body, ("text", "client_id"))
    text = validators.text(body, "text", validators.MAX_COMMENT)
    client_id = validators.client_id(body) if "client_id" in body else ""
    return json_response(presenter.message(wiring_web.comment()(ticket_id, text, request.staff, client_id)), 201)


def contact(request: HttpRequest) -> Response:
    """GET contacts/{id}"""
    validators.only(request.query, (), "parameter")
    found = wiring_web.desk().contact(validators.path_id(request.path))
    if found is None:
        raise NotFound("There is no such contact.")
    if found.erasing:
        raise Conflict("The data of this contact is being destroyed. Nothing has to be done.", code="erasing")
    audit("contact_read", contact_id=found.id, staff_id=request.staff.id)
    return json_response(presenter.contact(found))
