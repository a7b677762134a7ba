"""JSON API: tickets and contacts."""

import re

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.observability import audit
from chalicelib.outbox.content import ReplyContent, SentFile, SentTemplate, choices_of
from chalicelib.staff.model import Staff
from chalicelib.tickets.change import TicketChanges
from chalicelib.tickets.listing import page
from chalicelib.tickets.records import STATES, Page, TicketFilter
from chalicelib.web.api import presenter
from chalicelib.web.api.fields import IdPath
from chalicelib.web.api.operation import operation
from chalicelib.web.api.request_models import TransferOnPaper
from chalicelib.web.api.ticket_models import (
    BegunAttachment,
    BytesForm,
    Change,
    Contact,
    ContactChange,
    FileLink,
    FilePath,
    Message,
    NewAttachment,
    NewComment,
    NewReply,
    ReplyPath,
    Ticket,
    TicketQuery,
    Tickets,
    TicketWithMessages,
)
from chalicelib.web.change_of_contact import WantedChanges, change_of_contact, change_of_transfer
from chalicelib.web.http import validators
from chalicelib.web.http.need_to_know import refuse_ticket
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.message_actions import newest_received
from chalicelib.web.questions import with_questions
from chalicelib.wiring import web as wiring_web

_SEARCH_CURSOR = re.compile(r"after-([0-9]{1,5})(?:-([0-9A-Za-z-]{1,50}))?")
"""Tickets to skip of one page of a search, and the cursor of that page; none is the first."""


@operation("listTickets", {200: "A page"})
def list_tickets(request: HttpRequest, query: TicketQuery) -> Tickets:
    """Tickets, newest activity first"""
    wanted = TicketFilter(
        states=(query.state,) if query.state else STATES,
        channel=query.channel or "",
        assignee=(request.staff.id if query.assignee == "me" else query.assignee) or "",
        tag=query.tag or "",
    )
    cursor = query.cursor or ""
    if query.q:
        found = _search_page(wanted, query.q, query.limit, cursor, request.staff)
    else:
        found = page(wiring_web.desk(request.staff), wanted, request.now, query.limit, cursor, consents=True)
    audit("search" if query.q else "list_read", count=len(found.items), staff_id=request.staff.id)
    return Tickets(items=[presenter.ticket(one) for one in found.items], cursor=found.cursor or None)


def _search_page(wanted: TicketFilter, q: str, limit: int, cursor: str, by: Staff) -> Page:
    """Return one page of the tickets that a search finds. Raises BadInput and Unavailable."""
    start, after = 0, ""
    if cursor:
        read = _SEARCH_CURSOR.fullmatch(cursor)
        if not read:
            raise BadInput("This cursor is not one of ours, or belongs to another list. Begin at the first page.")
        start, after = int(read[1]), read[2] or ""
    found = wiring_web.search(wiring_web.desk(by))(q, after)
    matching = [one for one in found.items if wanted.matches(one.state, one.channel, one.assignee, one.tags)]
    end = start + limit
    following = ""
    if len(matching) > end:
        following = f"after-{end}-{after}" if after else f"after-{end}"
    elif found.cursor:
        following = f"after-0-{found.cursor}"
    return Page(tuple(matching[start:end]), following)


@operation("readTicket", {200: "The ticket, with `unread` as it was before"}, refuses=(404, 409))
def read(request: HttpRequest, path: IdPath) -> TicketWithMessages:
    """A ticket with its messages; makes it read for whom it waits"""
    desk = wiring_web.desk(request.staff)
    ticket, thread = wiring_web.open_ticket(desk)(path.id, request.staff)
    messages = with_questions(thread.messages, ticket, wiring_web.profile())
    if ticket.unread and ticket.assignee in ("", request.staff.id):
        wiring_web.ask_for_signal()("read", newest_received(messages))
    said = [presenter.message(one, ticket.channel) for one in messages if one.direction != "event"]
    return TicketWithMessages(**asdict(presenter.ticket(ticket)), messages=said, earlier=thread.earlier)


@operation("changeTicket", {200: "The ticket as it is now"}, refuses=(404, 409))
def change(request: HttpRequest, path: IdPath, body: Change) -> Ticket:
    """Change state, assignee, priority or tags, or hand the ticket to another team"""
    changes = TicketChanges(
        state=body.state or None,
        assignee=_new_assignee(body.assignee, request.staff),
        priority=body.priority or None,
        tags=None if body.tags is UNSET else tuple(body.tags),
        seen_assignee=_new_assignee(body.seen_assignee, request.staff),
        team=body.team or None,
    )
    return presenter.ticket(wiring_web.change_ticket()(path.id, changes, request.staff))


def _new_assignee(value: str | UnsetType | None, staff: Staff) -> str | None:
    """Return the id that a caller means, "" for nobody; None when they say nothing of it."""
    if value is UNSET:
        return None
    if not value:
        return ""
    if value == "me":
        return staff.id
    if "@" in value:
        found = next((one for one in wiring_web.staff().all() if one.email == value.strip().lower()), None)
        return found.id if found else value
    return value


@operation("reply", {201: "The reply, queued"}, refuses=(404, 409))
def reply(request: HttpRequest, path: IdPath, body: NewReply) -> Message:
    """Reply to the customer"""
    return presenter.message(wiring_web.reply()(path.id, _content(body), body.client_id, request.staff.id))


def _content(body: NewReply) -> ReplyContent:
    """Return what a body wants to be sent."""
    template = body.template or None
    sent = template and SentTemplate(template.name, template.language, tuple(template.values.items()))
    return ReplyContent(
        body.text,
        quote=body.quote or "",
        choices=choices_of(body.choices or (), body.client_id),
        files=tuple(map(SentFile, body.attachments)),
        template=sent,
    )


@operation("sent_reply", {200: "The reply, as it is by now"}, refuses=(404, 409))
def sent_reply(request: HttpRequest, path: ReplyPath) -> Message:
    """Whether a reply is stored, when the answer to it was lost"""
    found = wiring_web.reply().find(path.id, path.client_id)
    if found is None:
        raise NotFound("No reply is stored on this ticket under this client_id.")
    audit("ticket_read", ticket_id=path.id, staff_id=request.staff.id)
    return presenter.message(found)


@operation("comment", {201: "The comment"}, refuses=(404, 409))
def comment(request: HttpRequest, path: IdPath, body: NewComment) -> Message:
    """Keep an internal comment, which no customer sees"""
    return presenter.message(wiring_web.comment()(path.id, body.text, request.staff, body.client_id or ""))


@operation("readAttachment", {302: "Where the file is for 60 seconds"}, refuses=(404, 409))
def attachment(request: HttpRequest, path: FilePath) -> FileLink:
    """A file of a message"""
    ref, number = validators.file_ref({"id": path.id})
    return FileLink(url=wiring_web.hand_out()(ref, request.staff, number=number))


@operation("beginAttachment", {201: "Where its bytes go"}, refuses=(404, 409))
def begin_attachment(request: HttpRequest, body: NewAttachment) -> BegunAttachment:
    """Begin to bring a file for a reply"""
    refuse_ticket(request, body.ticket_id)
    begun = wiring_web.bring_file()(body.ticket_id, body.name, body.type, body.size, request.staff.id)
    form = BytesForm(url=begun.form.url, fields=dict(begun.form.fields))
    return BegunAttachment(id=begun.upload.id, kind=begun.upload.kind, upload=form)


@operation("readContact", {200: "The contact"}, refuses=(404, 409))
def contact(request: HttpRequest, path: IdPath) -> Contact:
    """A contact with its consents"""
    found = wiring_web.desk(request.staff).contact(path.id)
    if found is None:
        raise NotFound("There is no such contact.")
    if found.erasing:
        raise Conflict("The data of this contact is being destroyed. Nothing has to be done.", code="erasing")
    audit("contact_read", contact_id=found.id, staff_id=request.staff.id)
    return presenter.contact(found)


@operation("enterTransfer", {200: "The contact as it is now"}, refuses=(404, 409))
def enter_transfer(request: HttpRequest, path: IdPath, body: TransferOnPaper) -> Contact:
    """Enter what a person has written on paper about the transfer abroad. It holds at once. Privacy officer only"""
    change_of_transfer(path.id, body.answer, body.received_on, request.staff)
    found = wiring_web.desk(request.staff).contact(path.id)
    if found is None:
        raise NotFound("There is no such contact.")
    return presenter.contact(found)


@operation("changeContact", {200: "The contact as it is now"}, refuses=(404, 409))
def change_contact(request: HttpRequest, path: IdPath, body: ContactChange) -> Contact:
    """Set the customer's language, say that their data is corrected, or when their agreement ended"""
    changes = WantedChanges(
        language="" if body.language is UNSET else body.language,
        corrected=body.corrected is True,
        ended_on=None if body.agreement_ended_on is UNSET else body.agreement_ended_on,
        lasts=body.agreement_lasts is True,
    )
    change_of_contact(path.id, changes, request.staff)
    found = wiring_web.desk(request.staff).contact(path.id)
    if found is None:
        raise NotFound("There is no such contact.")
    return presenter.contact(found)
