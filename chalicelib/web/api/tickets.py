"""JSON API: tickets and contacts."""

from chalice.app import Response

from chalicelib.core.addresses import CHANNELS
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.observability import audit
from chalicelib.staff.model import Staff
from chalicelib.tickets.change import TicketChanges
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import PRIORITIES
from chalicelib.tickets.records import ASSIGNEE_NONE, STATES, Page, TicketFilter
from chalicelib.web.api import form as api_form
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_answer
from chalicelib.web.questions import with_questions
from chalicelib.wiring import web as wiring_web

LIST_PARAMETERS = ("state", "channel", "assignee", "tag", "q", "limit", "cursor")


def list_tickets(call: HttpRequest) -> Response:
    """GET tickets"""
    query = call.query
    fields.only(query, LIST_PARAMETERS, "parameter")
    limit = fields.whole(query, "limit", 1, 100, 50)
    wanted = TicketFilter(
        states=(fields.word(query, "state", STATES),) if "state" in query else STATES,
        channel=fields.word(query, "channel", CHANNELS) if "channel" in query else "",
        assignee=_assignee(query["assignee"], call.colleague) if "assignee" in query else "",
        tag=fields.tags([query["tag"]])[0] if "tag" in query else "",
    )
    cursor = query.get("cursor", "")
    if "cursor" in query and not cursor:
        raise BadInput("The cursor is empty. Leave it out for the first page.")
    if "q" in query:
        found = search_page(wanted, fields.short(query, "q", fields.MAX_Q), limit, cursor)
    else:
        found = page(wiring_web.desk(), wanted, call.now, limit, cursor)
    audit("search" if "q" in query else "list_read", count=len(found.items), staff_id=call.colleague.id)
    return json_answer({"items": [api_form.ticket(one) for one in found.items], "cursor": found.cursor or None})


def search_page(wanted: TicketFilter, q: str, limit: int, cursor: str) -> Page:
    """Return some of the found tickets. Raises BadInput and Unavailable."""
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


def read(call: HttpRequest) -> Response:
    """GET tickets/{id}: opening it makes it read, as on the page."""
    fields.only(call.query, (), "parameter")
    desk = wiring_web.desk()
    ticket, thread = wiring_web.open_ticket(desk)(fields.path_id(call.path), call.colleague)
    messages = with_questions(thread.messages, ticket, wiring_web.profile())
    said = [api_form.message(one, ticket.channel) for one in messages if one.direction != "event"]
    return json_answer({**api_form.ticket(ticket), "messages": said, "earlier": thread.earlier})


def change(call: HttpRequest) -> Response:
    """PATCH tickets/{id}"""
    fields.only(call.query, (), "parameter")
    ticket_id, body = fields.path_id(call.path), call.json
    fields.only(body, ("state", "assignee", "priority", "tags", "seen_assignee"))
    if not body.keys() - {"seen_assignee"}:
        raise BadInput("Nothing to change. Give state, assignee, priority or tags.")
    wish = TicketChanges(
        state=fields.word(body, "state", STATES) if "state" in body else None,
        assignee=_new_assignee(body["assignee"], call.colleague) if "assignee" in body else None,
        priority=fields.word(body, "priority", PRIORITIES) if "priority" in body else None,
        tags=fields.tags(body["tags"]) if "tags" in body else None,
        seen_assignee=_new_assignee(body["seen_assignee"], call.colleague) if "seen_assignee" in body else None,
    )
    return json_answer(api_form.ticket(wiring_web.change_ticket()(ticket_id, wish, call.colleague)))


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


def reply(call: HttpRequest) -> Response:
    """POST tickets/{id}/replies"""
    fields.only(call.query, (), "parameter")
    ticket_id, body = fields.path_id(call.path), call.json
    fields.only(body, ("text", "client_id"))
    text, client_id = fields.text(body, "text", fields.MAX_REPLY), fields.client_id(body)
    return json_answer(api_form.message(wiring_web.reply()(ticket_id, text, client_id, call.colleague.id)), 201)


def sent_reply(call: HttpRequest) -> Response:
    """GET tickets/{id}/replies/{client_id}: whether a reply is stored, when the answer to it was lost"""
    fields.only(call.query, (), "parameter")
    ticket_id, client_id = fields.path_id(call.path), fields.client_id(call.path)
    found = wiring_web.reply().find(ticket_id, client_id)
    if found is None:
        raise NotFound("No reply is stored on this ticket under this client_id.")
    audit("ticket_read", ticket_id=ticket_id, staff_id=call.colleague.id)
    return json_answer(api_form.message(found))


def comment(call: HttpRequest) -> Response:
    """POST tickets/{id}/comments"""
    fields.only(call.query, (), "parameter")
    ticket_id, body = fields.path_id(call.path), call.json
    fields.only(body, ("text", "client_id"))
    text = fields.text(body, "text", fields.MAX_COMMENT)
    client_id = fields.client_id(body) if "client_id" in body else ""
    return json_answer(api_form.message(wiring_web.comment()(ticket_id, text, call.colleague, client_id)), 201)


def contact(call: HttpRequest) -> Response:
    """GET contacts/{id}"""
    fields.only(call.query, (), "parameter")
    found = wiring_web.desk().contact(fields.path_id(call.path))
    if found is None:
        raise NotFound("There is no such contact.")
    if found.erasing:
        raise Conflict("The data of this contact is being destroyed. Nothing has to be done.", code="erasing")
    audit("contact_read", contact_id=found.id, staff_id=call.colleague.id)
    return json_answer(api_form.contact(found))
