"""What the composer of the ticket page posts: replies, comments, drafts; and what its script asks when an answer was
lost."""

import re

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict, DeskError, NotFound
from chalicelib.core.ids import new_id
from chalicelib.core.observability import audit
from chalicelib.tickets.drafts import KINDS, DraftKind
from chalicelib.tickets.erasure_guard import refuse_if_erasing
from chalicelib.web.dashboard.ticket import BOXES, TYPED, Typed, again, back, draw, form_fields
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_answer
from chalicelib.wiring import web as wiring_web

_IDS: dict[DraftKind, str] = {"reply": "client_id", "comment": "note_id"}
"""The field of each box's id, under which its text is sent."""
_ORDER = re.compile("[0-9]{1,16}")


def reply(call: HttpRequest) -> Response:
    """POST a reply. A comment that was begun beside it stays a draft."""
    form = form_fields(call, *TYPED)
    ticket_id = fields.path_id(call.path)
    try:
        text = fields.text(form, "text", fields.MAX_REPLY)
        wiring_web.reply()(ticket_id, text, fields.client_id(form), call.colleague.id)
    except (BadInput, Conflict) as error:
        return again(call, form, error, "reply")
    return _done(call, form, "comment")


def comment(call: HttpRequest) -> Response:
    """POST a comment. A reply that was begun beside it stays a draft."""
    form = form_fields(call, *TYPED)
    ticket_id = fields.path_id(call.path)
    try:
        note = fields.text(form, "note", fields.MAX_COMMENT)
        client_id = fields.client_id(form, "note_id") if "note_id" in form else ""
        wiring_web.comment()(ticket_id, note, call.colleague, client_id)
    except (BadInput, Conflict) as error:
        return again(call, form, error, "comment")
    return _done(call, form, "reply")


def _done(call: HttpRequest, form: dict[str, str], other: DraftKind) -> Response:
    """What follows on sending; the text of the other box is kept."""
    if call.wants_json:
        return json_answer({"sent": True, "client_id": new_id()})
    name, id_name = BOXES[other], _IDS[other]
    if form.get(name, "").strip():
        try:
            _keep(call, form, other, call.now)
        except DeskError:
            typed = {other: fields.lines(form[name]), f"{other}_id": form.get(id_name, "")}
            return draw(call, form, Typed(mode=other, **typed))
    return back(call, form)


def draft(call: HttpRequest) -> Response:
    """POST what is typed and not sent: a script does so while one types, a button without scripts"""
    form = form_fields(call, *TYPED, "order")
    order = form.get("order", str(call.now))
    try:
        if not _ORDER.fullmatch(order):
            raise BadInput("The field order is a whole number.")
        saved = [_keep(call, form, kind, int(order)) for kind, name in BOXES.items() if name in form]
    except (BadInput, Conflict) as error:
        mode = form.get("mode", "")
        return again(call, form, error, mode if mode in KINDS else "")
    return json_answer({"saved": all(saved)}) if call.wants_json else back(call, form)


def _keep(call: HttpRequest, form: dict[str, str], kind: DraftKind, order: int) -> bool:
    name, id_name = BOXES[kind], _IDS[kind]
    client_id = form.get(id_name, "")
    if not fields.is_client_id(client_id):
        client_id = fields.client_id(form, id_name) if call.wants_json else new_id()
    text = fields.lines(form[name])
    return wiring_web.keep_draft()(fields.path_id(call.path), kind, text, client_id, order, call.colleague)


def sent(call: HttpRequest) -> Response:
    """GET whether something is stored on the ticket under a client's id, and its text: for a script whose answer was
    lost"""
    fields.only(call.query, (), "parameter")
    ticket_id, client_id = fields.path_id(call.path), fields.client_id(call.path)
    desk = wiring_web.desk()
    ticket = desk.ticket(ticket_id)
    if ticket is None:
        raise NotFound("There is no such ticket, or its retention has ended.")
    refuse_if_erasing(desk, ticket)
    found = wiring_web.reply().find(ticket_id, client_id) or wiring_web.comment().find(ticket, client_id)
    audit("ticket_read", ticket_id=ticket_id, staff_id=call.colleague.id)
    return json_answer({"sent": found is not None, "text": found.text if found else ""})
