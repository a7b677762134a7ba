"""What the composer of the ticket page posts: replies, comments, drafts and failed replies once more; and what its
script asks when an answer was lost."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from chalice.app import Response

from chalicelib.attachments.uploads import FileRefused
from chalicelib.core.errors import BadInput, Conflict, DeskError, NotFound
from chalicelib.core.ids import MessageRef, new_id
from chalicelib.core.observability import audit
from chalicelib.outbox.content import ReplyContent, SentFile, choices_of
from chalicelib.tickets.drafts import KINDS, Draft, DraftKind
from chalicelib.tickets.erasure_guard import refuse_if_erasing
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.composer_model import (
    BOX_FIELDS,
    CHOICE_FIELDS,
    COMPOSER_FIELDS,
    ID_FIELDS,
    PROBLEMS,
    Typed,
)
from chalicelib.web.dashboard.ticket import (
    back_to_ticket,
    form_fields,
    render_ticket,
)
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response
from chalicelib.wiring import web as wiring_web

_ORDER = re.compile("[0-9]{1,16}")


def reply(request: HttpRequest) -> Response:
    """POST a reply. A comment that was begun beside it stays as a draft."""
    form = form_fields(request, *COMPOSER_FIELDS)
    ticket_id = validators.path_id(request.path)
    try:
        ids = _brought(request, ticket_id, form)
        typed = {"text": "" if ids and not form.get("text", "").strip() else form.get("text")}
        text = validators.reply_text(typed, "text") if ids else validators.text(typed, "text", validators.MAX_REPLY)
        client_id = validators.client_id(form)
        content = ReplyContent(
            text,
            quote=form.get("quote", ""),
            choices=choices_of(validators.choices(_titles(form)), client_id),
            files=tuple(map(SentFile, ids)),
        )
        wiring_web.reply()(ticket_id, content, client_id, request.staff.id)
    except (BadInput, Conflict) as error:
        return render_refused(request, form, error, "reply")
    return _sent(request, form, "comment")


def _brought(request: HttpRequest, ticket_id: str, form: Mapping[str, str]) -> list[str]:
    """Return the ids of the files of a reply: those that the script has uploaded, and those that came with the form."""
    ids = validators.upload_ids({"attachments": form.get("attachments", "").split()}, "attachments")
    hold = wiring_web.bring_file().hold
    return ids + [hold(ticket_id, one.name, one.type, one.data, request.staff.id) for one in request.files if one.data]


def _titles(form: Mapping[str, str]) -> tuple[str, ...]:
    """Return the titles of choices that are typed."""
    return tuple(form[name] for name in CHOICE_FIELDS if form.get(name, "").strip())


def comment(request: HttpRequest) -> Response:
    """POST a comment. A reply that was begun beside it stays as a draft."""
    form = form_fields(request, *COMPOSER_FIELDS)
    ticket_id = validators.path_id(request.path)
    try:
        note = validators.text(form, "note", validators.MAX_COMMENT)
        client_id = validators.client_id(form, "note_id") if "note_id" in form else ""
        wiring_web.comment()(ticket_id, note, request.staff, client_id)
    except (BadInput, Conflict) as error:
        return render_refused(request, form, error, "comment")
    return _sent(request, form, "reply")


def retry(request: HttpRequest) -> Response:
    """POST: send a failed reply again, as a new message at the end of the conversation."""
    form = form_fields(request, "message")
    ticket_id, ref = validators.path_id(request.path), MessageRef.parse(form.get("message", ""))
    desk = wiring_web.desk(request.staff)
    ticket = desk.ticket(ticket_id)
    if ref is None or ticket is None or desk.message(ticket, ref) is None:
        raise NotFound("There is no such message on this ticket.")
    refuse_if_erasing(desk, ticket)
    try:
        # One id per failed message: pressing the button twice sends once.
        wiring_web.reply().retry_failed(str(ref), f"retry-{ref.at}-{ref.pseudonym}", request.staff.id)
    except (BadInput, Conflict) as error:
        return render_refused(request, form, error, "reply")
    return back_to_ticket(request, form)


def _sent(request: HttpRequest, form: dict[str, str], other: DraftKind) -> Response:
    """Answer after a text was sent, and keep the text of the other box as a draft."""
    if request.wants_json:
        return json_response({"sent": True, "client_id": new_id()})
    name, id_name = BOX_FIELDS[other], ID_FIELDS[other]
    if name in form and not _draft(form, other, request.now).empty:
        try:
            _keep(request, form, other, request.now)
        except DeskError:
            text, text_id = validators.lines(form[name]), form.get(id_name, "")
            if other == "reply":
                typed = Typed(text, reply_id=text_id, mode=other, quote=form.get("quote", ""), choices=_titles(form))
            else:
                typed = Typed(comment=text, comment_id=text_id, mode=other)
            return render_ticket(request, form, typed)
    return back_to_ticket(request, form)


def draft(request: HttpRequest) -> Response:
    """POST what is typed and not sent: the script posts it while somebody types, a button posts it without scripts."""
    form = form_fields(request, *COMPOSER_FIELDS, "order")
    order = form.get("order", str(request.now))
    try:
        if not _ORDER.fullmatch(order):
            raise BadInput("The field order is a whole number.")
        saved = [_keep(request, form, kind, int(order)) for kind, name in BOX_FIELDS.items() if name in form]
    except (BadInput, Conflict) as error:
        mode = form.get("mode", "")
        return render_refused(request, form, error, mode if mode in KINDS else "")
    return json_response({"saved": all(saved)}) if request.wants_json else back_to_ticket(request, form)


def _keep(request: HttpRequest, form: Mapping[str, str], kind: DraftKind, order: int) -> bool:
    """Store the draft of one box. Returns False when a draft with a higher order number is stored already."""
    draft = _draft(form, kind, order)
    if not validators.is_client_id(draft.client_id):
        fresh = validators.client_id(form, ID_FIELDS[kind]) if request.wants_json else new_id()
        draft = replace(draft, client_id=fresh)
    return wiring_web.keep_draft()(validators.path_id(request.path), kind, draft, request.staff)


def _draft(form: Mapping[str, str], kind: DraftKind, order: int) -> Draft:
    """Return what one box of the form holds, under the id that came with it."""
    draft = Draft(validators.lines(form.get(BOX_FIELDS[kind], "")), form.get(ID_FIELDS[kind], ""), order)
    return replace(draft, quote=form.get("quote", ""), choices=_titles(form)) if kind == "reply" else draft


def sent(request: HttpRequest) -> Response:
    """GET whether the ticket holds a text under a client's id, and that text. The script asks this when the answer to
    its post was lost."""
    validators.only(request.query, (), "parameter")
    ticket_id, client_id = validators.path_id(request.path), validators.client_id(request.path)
    desk = wiring_web.desk(request.staff)
    ticket = desk.ticket(ticket_id)
    if ticket is None:
        raise NotFound("There is no such ticket, or its retention has ended.")
    refuse_if_erasing(desk, ticket)
    found = wiring_web.reply().find(ticket_id, client_id) or wiring_web.comment().find(ticket, client_id)
    audit("ticket_read", ticket_id=ticket_id, staff_id=request.staff.id)
    return json_response({"sent": found is not None, "text": found.text if found else ""})


def render_refused(request: HttpRequest, form: dict[str, str], error: DeskError, mode: str) -> Response:
    """Render the ticket page with what was typed and why it was refused. A script gets the reason as JSON instead.

    What was typed is stored as a draft where that is possible. When its id was already used for another text, it gets
    a new id, which the script is told too.
    """
    said = pages.words_for(request, request.now).say(PROBLEMS.get(error.code, PROBLEMS[""]))
    fresh = new_id() if error.code == "client_id_used" else ""
    if request.wants_json:
        file = {"file": error.upload_id} if isinstance(error, FileRefused) else {}
        again = {"client_id": fresh} if fresh else {}
        return json_response({"code": error.code, "message": said, **again, **file}, error.status)
    ids = {"reply": form.get("client_id", ""), "comment": form.get("note_id", "")}
    if fresh:
        ids |= {kind: fresh if mode in ("", kind) else ids[kind] for kind in KINDS}
    texts = {kind: validators.lines(form[name]) if name in form else None for kind, name in BOX_FIELDS.items()}
    for kind in KINDS:
        draft = replace(_draft(form, kind, request.now), client_id=ids[kind])
        if not draft.empty and validators.is_client_id(draft.client_id):
            with suppress(DeskError):
                wiring_web.keep_draft()(validators.path_id(request.path), kind, draft, request.staff)
    quote, titles = form.get("quote", ""), _titles(form)
    typed = Typed(texts["reply"], texts["comment"], ids["reply"], ids["comment"], mode, said, quote, titles)
    return render_ticket(request, form, typed, error.status)
