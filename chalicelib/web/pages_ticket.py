"""The ticket page: conversation, composer, side panel, and the forms that change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib import wiring_web
from chalicelib.domain.desk import STATES, Contact, Message, Ticket
from chalicelib.domain.ids import new_id
from chalicelib.domain.labels import desk_msg
from chalicelib.domain.privacy import OVER, Request, Step
from chalicelib.domain.references import MessageRef
from chalicelib.domain.tickets import PRIORITIES
from chalicelib.errors import BadInput, Conflict, DeskError, NotFound
from chalicelib.storage.queue_pages import counts, page
from chalicelib.usecases.change_ticket import Wish
from chalicelib.usecases.work_on_ticket import admit
from chalicelib.web import fields, pages
from chalicelib.web.call import Call
from chalicelib.web.pages_queue import PER_PAGE, Place, leading, rail, title_of
from chalicelib.web.show import Words
from chalicelib.web.show_asked import with_questions, with_request
from chalicelib.web.show_privacy import RequestWords

EARLIER = 5
"""Earlier tickets that the panel names."""
SOON = 2 * 60 * 60 * 1000
"""The window is shown amber for its last two hours."""
PROBLEMS = {
    "": desk_msg("Not sent. Check the text and try again."),
    "empty": desk_msg("Nothing to send: the text shows nothing. Write something."),
    "conflict": desk_msg("Somebody changed this meanwhile. Look at the new state and try again."),
    "closed": desk_msg("Not sent. The ticket is closed: reopen it to reply."),
    "window_closed": desk_msg("Not sent. The reply window is closed: the customer last wrote more than 24 hours ago."),
    "blocked": desk_msg("Not sent. The customer blocked the bot."),
    "erased": desk_msg("Not sent. The customer's data is being destroyed."),
    "not_allowed": desk_msg("Not sent. The policy does not allow this purpose on this channel."),
    "busy": desk_msg("Not sent. The conversation changes very fast now: send it again."),
    "not_failed": desk_msg("This message has not failed. Look at its new status."),
    "key_mismatch": desk_msg("Not stored. The conversation names a key that is not the customer's: tell on-call."),
    "too_long": desk_msg("Not sent. The text is too long: cut it in two."),
}
"""What is said beside the composer for a refusal's code."""
_PLACE = ("view", "channel", "tag")


@dataclass(frozen=True)
class Drafts:
    """What was typed and is not sent yet, with the reason when it was refused."""

    reply: str = ""
    note: str = ""
    mode: str = "reply"
    problem: str = ""


def show(call: Call) -> Response:
    """GET a ticket"""
    fields.only(call.query, _PLACE, "parameter")
    return _show(call, dict(call.query), Drafts())


def _show(call: Call, given: dict[str, str], drafts: Drafts, status: int = 200) -> Response:
    place = Place.of({name: given.get(name, "") for name in _PLACE})
    desk = wiring_web.desk()
    # A page that refreshes itself while nobody looks at it leaves new messages unread.
    seen = call.headers.get("x-hidden", "") != "1"
    opening = wiring_web.open_ticket(desk)
    ticket, thread, contact = opening.with_contact(fields.path_id(call.path), call.colleague, seen=seen)
    asked = _running(contact, call.now)
    head = desk.conversation(ticket.conversation_id)
    listed = page(desk, place.wanted(call.colleague), call.now, PER_PAGE)
    staff = wiring_web.staff().all()
    words = pages.words_for(call, call.now, {one.id: one.name for one in staff})
    tally = counts(call.now)
    retention = wiring_web.profile().retention["ticket"]
    messages = with_questions(thread.messages, ticket, wiring_web.profile())
    return pages.page(
        "ticket.html",
        call,
        status=status,
        words=words,
        place=place,
        rail=rail(place, words, tally, call.colleague),
        title=title_of(place, words),
        tickets=leading(listed.items, place),
        ticket=ticket,
        contact=contact,
        asked=asked,
        say=RequestWords(words, wiring_web.profile().deadlines) if asked else None,
        cut=thread.earlier,
        days=days(
            with_request(messages, asked), ticket.unread if ticket.assignee in ("", call.colleague.id) else 0, words
        ),
        composer=composer(ticket, head.blocked, head.window_ends(ticket.channel), call.now),
        window_ends=head.window_ends(ticket.channel),
        window_soon=head.window_ends(ticket.channel) - call.now < SOON,
        earlier=desk.chain(ticket, EARLIER),
        newer=head.ticket_id != ticket.id,
        colleagues=[one for one in staff if not one.disabled],
        priorities=PRIORITIES,
        retention=retention,
        client_id=new_id(),
        drafts=drafts,
        next_unread=next((one for one in listed.items if not one.assignee and one.id != ticket.id), None),
    )


def _running(contact: Contact | None, now: int) -> Request | None:
    """The open request about the customer's data; read when the contact names one. A stopped one is named until its
    answer has arrived."""
    kept = wiring_web.request_pages().find(contact.request_id, now) if contact and contact.request_id else None
    running = kept and kept.request.state not in OVER and not kept.request.done(Step.FINISHED)
    return kept.request if kept and running else None


@dataclass(frozen=True)
class Day:
    """The messages of one day. `fresh` is the index of the first that was not seen yet, or -1; `news` counts them."""

    title: str
    messages: Sequence[Message]
    fresh: int = -1
    news: int = 0


def days(messages: Sequence[Message], unread: int, words: Words) -> list[Day]:
    """Group by the calendar days of Kazakhstan and mark where the unread ones begin."""
    inbound = [one.id for one in messages if one.direction == "in"]
    first = inbound[-unread] if 0 < unread <= len(inbound) else ""
    grouped: dict[Any, list[Message]] = {}
    for one in messages:
        grouped.setdefault(words.moment(one.sent_at).date(), []).append(one)
    found = []
    for same in grouped.values():
        fresh = next((index for index, one in enumerate(same) if one.id == first), -1)
        found.append(Day(words.day(same[0].sent_at), same, fresh, unread if fresh >= 0 else 0))
    return found


def composer(ticket: Ticket, blocked: bool, window_ends: int, now: int) -> str:
    """What a colleague may write: open, window (a template only), blocked, erased or closed."""
    if ticket.erased:
        return "erased"
    if ticket.state == "closed":
        return "closed"
    if blocked:
        return "blocked"
    return "window" if window_ends and window_ends <= now else "open"


def _fields(call: Call, *names: str) -> dict[str, str]:
    form = call.form
    fields.only(form, ("csrf", *_PLACE, *names))
    return form


def _back(call: Call, form: dict[str, str]) -> Response:
    place = Place.of({name: form.get(name, "") for name in _PLACE})
    return pages.go(f"/dashboard/tickets/{call.path['id']}" + place.query())


def reply(call: Call) -> Response:
    """POST a reply. A comment that was begun beside it stays in its field."""
    form = _fields(call, "text", "note", "mode", "client_id")
    ticket_id, note = fields.path_id(call.path), form.get("note", "")
    try:
        text = fields.text(form, "text", fields.MAX_REPLY)
        wiring_web.reply()(ticket_id, text, fields.client_id(form), call.colleague.id)
    except (BadInput, Conflict) as error:
        return _again(call, form, error, "reply")
    return _show(call, form, Drafts(note=note, mode="comment")) if note.strip() else _back(call, form)


def comment(call: Call) -> Response:
    """POST a comment. A reply that was begun beside it stays in its field."""
    form = _fields(call, "text", "note", "mode", "client_id")
    ticket_id, text = fields.path_id(call.path), form.get("text", "")
    try:
        note = fields.text(form, "note", fields.MAX_COMMENT)
        wiring_web.comment()(ticket_id, note, call.colleague)
    except (BadInput, Conflict) as error:
        return _again(call, form, error, "comment")
    return _show(call, form, Drafts(reply=text)) if text.strip() else _back(call, form)


def _again(call: Call, form: dict[str, str], error: DeskError, mode: str) -> Response:
    say = pages.words_for(call, call.now).say
    said = say(PROBLEMS.get(error.code, PROBLEMS[""]))
    drafts = Drafts(form.get("text", ""), form.get("note", ""), mode, said)
    return _show(call, form, drafts, error.status)


def retry(call: Call) -> Response:
    """POST: send a reply that failed once more, at the end and under an id of its own."""
    form = _fields(call, "message")
    ticket_id, ref = fields.path_id(call.path), MessageRef.parse(form.get("message", ""))
    desk = wiring_web.desk()
    ticket = desk.ticket(ticket_id)
    if ref is None or ticket is None or desk.message(ticket, ref) is None:
        raise NotFound("There is no such message on this ticket.")
    admit(desk, ticket)
    try:
        # One id per failed message: pressing the button twice sends once.
        wiring_web.reply().retry_failed(str(ref), f"retry-{ref.at}-{ref.blind}", call.colleague.id)
    except Conflict as error:
        return _again(call, form, error, "reply")
    return _back(call, form)


def change(call: Call) -> Response:
    """POST a change of state, assignee, priority or tags."""
    form = _fields(call, "state", "assignee", "priority", "tags", "stay")
    assignee = form.get("assignee")
    wish = Wish(
        state=fields.word(form, "state", STATES) if "state" in form else None,
        assignee=(call.colleague.id if assignee == "me" else assignee) if assignee is not None else None,
        priority=fields.word(form, "priority", PRIORITIES) if "priority" in form else None,
        tags=fields.tags([one for one in form["tags"].split(",") if one.strip()]) if "tags" in form else None,
    )
    wiring_web.change_ticket()(fields.path_id(call.path), wish, call.colleague)
    return _back(call, form)
