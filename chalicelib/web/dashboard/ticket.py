"""The ticket page: conversation, composer, side panel, and the forms that change it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from chalice.app import Response

from chalicelib.core.errors import Conflict, DeskError, NotFound
from chalicelib.core.ids import new_id
from chalicelib.core.references import MessageRef
from chalicelib.privacy.recognise_request import may_be_request
from chalicelib.privacy.requests.kinds import OVER, Step
from chalicelib.privacy.requests.model import Request
from chalicelib.tickets.drafts import KINDS, Draft, DraftKind
from chalicelib.tickets.erasure_guard import refuse_if_erasing
from chalicelib.tickets.listing import counts, page
from chalicelib.tickets.model import PRIORITIES
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import Contact, Ticket
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.privacy_presenter import RequestWords
from chalicelib.web.dashboard.queue import PER_PAGE, Place, leading, rail, title_of
from chalicelib.web.dashboard.search import find, plain, words_of
from chalicelib.web.dashboard.seen import days, first_new, has_scripts, looks
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_answer
from chalicelib.web.labels import desk_msg
from chalicelib.web.questions import with_questions, with_request
from chalicelib.wiring import web as wiring_web

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
    "suppressed": desk_msg("Not sent. The customer has withdrawn consent, and no question of theirs is open."),
    "erased": desk_msg("Not sent. The customer's data is being destroyed."),
    "not_allowed": desk_msg("Not sent. The policy does not allow this purpose on this channel."),
    "busy": desk_msg("Not sent. The conversation changes very fast now: send it again."),
    "not_failed": desk_msg("This message has not failed. Look at its new status."),
    "key_mismatch": desk_msg("Not stored. The conversation names a key that is not the customer's: tell on-call."),
    "too_long": desk_msg("Not sent. The text is too long: cut it in two."),
    "client_id_used": desk_msg(
        "Not sent. What was written here before is sent already, and this is another text. Look at the conversation:"
        " press once more if this is to go out too."
    ),
}
"""What is said beside the composer for a refusal's code."""
PLACE = ("view", "channel", "tag", "s")
"""Fields of the place in the list that a ticket was opened from."""


BOXES: dict[DraftKind, str] = {"reply": "text", "comment": "note"}
"""The field of each box."""
TYPED = ("text", "note", "mode", "client_id", "note_id")
"""Fields of the composer: the two boxes, which is open, and the ids under which they will be sent."""


@dataclass(frozen=True)
class Typed:
    """What was typed and is not sent, as a form brought it, with the reason when it was refused. A box that is None is
    drawn as its stored draft."""

    reply: str | None = None
    comment: str | None = None
    reply_id: str = ""
    comment_id: str = ""
    mode: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Box:
    """A box of the composer: its text, the id under which that will be sent, and order and time of the stored draft."""

    text: str
    client_id: str
    order: int
    saved_at: int


def box(typed: str | None, typed_id: str, kept: Draft | None) -> Box:
    """What a box shows: what was typed just now, else the stored draft. A draft keeps its id over reloading, so that it
    is sent once even when the answer to the first try was lost."""
    if typed is None:
        text, client_id = (kept.text, kept.client_id) if kept else ("", "")
    else:
        text, client_id = typed, typed_id
    saved_at = kept.at if kept and kept.text == text else 0
    client_id = client_id if fields.is_client_id(client_id) else new_id()
    return Box(text, client_id, kept.order if kept else 0, saved_at)


@dataclass(frozen=True)
class Refused:
    """A change that was not made: the field it was for, what stood in it, why, whether it came from the panel's form,
    and the colleague who has the ticket by now, if that is why."""

    field: str = ""
    value: str = ""
    why: str = ""
    panel: bool = False
    taken_by: str = ""


def show(call: HttpRequest) -> Response:
    """GET a ticket"""
    fields.only(call.query, PLACE, "parameter")
    return draw(call, dict(call.query), Typed())


def draw(
    call: HttpRequest, given: dict[str, str], typed: Typed, status: int = 200, refused: Refused = Refused()
) -> Response:
    """The page of a ticket, with what was typed in its boxes and a change that was refused. Raises NotFound,
    ErasureInProgress and Unavailable."""
    place = Place.of({name: given.get(name, "") for name in PLACE})
    desk = wiring_web.desk()
    opening = wiring_web.open_ticket(desk)
    # A page with scripts says itself what was looked at: see pages_seen.
    ticket, thread, contact = opening.with_contact(
        fields.path_id(call.path), call.colleague, seen=not has_scripts(call)
    )
    asked = running(contact, call.now)
    head = desk.conversation(ticket.conversation_id)
    place, listed = beside(call, desk, place)
    staff = wiring_web.staff().all()
    words = pages.words_for(call, call.now, {one.id: one.name for one in staff})
    tally = counts(call.now)
    retention = wiring_web.profile().retention["ticket"]
    messages = with_questions(thread.messages, ticket, wiring_web.profile())
    waiting = ticket.unread if ticket.assignee in ("", call.colleague.id) else 0
    kept = wiring_web.drafts().of(ticket, call.colleague.id, desk.decryptor, call.now)
    boxes = {
        "reply": box(typed.reply, typed.reply_id, kept.get("reply")),
        "comment": box(typed.comment, typed.comment_id, kept.get("comment")),
    }
    # A page that opens with a comment's draft alone shows it; nothing changes the mode afterwards.
    mode = typed.mode or ("comment" if boxes["comment"].text and not boxes["reply"].text else "reply")
    return pages.page(
        "ticket.html",
        call,
        status=status,
        words=words,
        place=place,
        rail=rail(place, words, tally, call.colleague),
        title=title_of(place, words),
        tickets=listed,
        ticket=ticket,
        contact=contact,
        asked=asked,
        recognisable=() if asked or not contact or contact.erased else {m.id for m in messages if may_be_request(m)},
        say=RequestWords(words, wiring_web.profile().deadlines) if asked else None,
        cut=thread.earlier,
        days=days(with_request(messages, asked), first_new(messages, waiting, call.headers.get("x-fresh", "")), words),
        looks=looks(ticket) if waiting else 0,
        composer=composer(ticket, head.blocked, head.window_ends(ticket.channel), call.now),
        window_ends=head.window_ends(ticket.channel),
        window_soon=head.window_ends(ticket.channel) - call.now < SOON,
        earlier=desk.earlier_tickets(ticket, EARLIER),
        newer=head.ticket_id != ticket.id,
        colleagues=[one for one in staff if not one.disabled],
        priorities=PRIORITIES,
        retention=retention,
        boxes=boxes,
        mode=mode,
        problem=typed.problem,
        refused=refused,
    )


def beside(call: HttpRequest, desk: TicketQueries, place: Place) -> tuple[Place, Sequence[Ticket] | None]:
    """The list beside the ticket and its place: the search's, while that is to be had. A refresh does not search again:
    None leaves the list in the open page as it is."""
    if place.s and call.headers.get("x-refresh") == "1":
        return place, None
    if q := words_of(place, call.colleague):
        return place, find(desk, q, call.colleague)
    place = plain(place)
    return place, leading(page(desk, place.wanted(call.colleague), call.now, PER_PAGE).items, place)


def running(contact: Contact | None, now: int) -> Request | None:
    """The open request about the customer's data; read when the contact names one. A stopped one is named until its
    answer has arrived."""
    kept = wiring_web.request_pages().find(contact.request_id, now) if contact and contact.request_id else None
    running = kept and kept.request.state not in OVER and not kept.request.done(Step.CLOSED_WITHOUT_ERASURE)
    return kept.request if kept and running else None


def composer(ticket: Ticket, blocked: bool, window_ends: int, now: int) -> str:
    """What a colleague may write: open, window (a template only), suppressed (no question is open), blocked, erased or
    closed."""
    if ticket.erased:
        return "erased"
    if ticket.state == "closed":
        return "closed"
    if ticket.suppressed and not ticket.question_at:
        return "suppressed"
    if blocked:
        return "blocked"
    return "window" if window_ends and window_ends <= now else "open"


def form_fields(call: HttpRequest, *names: str) -> dict[str, str]:
    """The form's fields: these, and the place in the list that the ticket was opened from. Raises BadInput."""
    form = call.form
    fields.only(form, ("csrf", *PLACE, *names))
    return form


def back(call: HttpRequest, form: dict[str, str]) -> Response:
    """Go on to the ticket's page."""
    place = Place.of({name: form.get(name, "") for name in PLACE})
    return pages.go(f"/dashboard/tickets/{call.path['id']}" + place.query())


def again(call: HttpRequest, form: dict[str, str], error: DeskError, mode: str) -> Response:
    """The page once more with what was typed and why it was refused. What was typed is kept as a draft, if that can be;
    under a new id when its own was used. A script keeps its page and is told the reason, and the new id."""
    said = pages.words_for(call, call.now).say(PROBLEMS.get(error.code, PROBLEMS[""]))
    fresh = new_id() if error.code == "client_id_used" else ""
    if call.wants_json:
        return json_answer(
            {"code": error.code, "message": said, **({"client_id": fresh} if fresh else {})}, error.status
        )
    ids = {"reply": form.get("client_id", ""), "comment": form.get("note_id", "")}
    if fresh:
        ids |= {kind: fresh if mode in ("", kind) else ids[kind] for kind in KINDS}
    texts = {kind: fields.lines(form[name]) if name in form else None for kind, name in BOXES.items()}
    for kind in KINDS:
        text = texts[kind] or ""
        if text.strip() and fields.is_client_id(ids[kind]):
            with suppress(DeskError):
                keep = wiring_web.keep_draft()
                keep(fields.path_id(call.path), kind, text, ids[kind], call.now, call.colleague)
    typed = Typed(texts["reply"], texts["comment"], ids["reply"], ids["comment"], mode, said)
    return draw(call, form, typed, error.status)


def retry(call: HttpRequest) -> Response:
    """POST: send a reply that failed once more, at the end and under an id of its own."""
    form = form_fields(call, "message")
    ticket_id, ref = fields.path_id(call.path), MessageRef.parse(form.get("message", ""))
    desk = wiring_web.desk()
    ticket = desk.ticket(ticket_id)
    if ref is None or ticket is None or desk.message(ticket, ref) is None:
        raise NotFound("There is no such message on this ticket.")
    refuse_if_erasing(desk, ticket)
    try:
        # One id per failed message: pressing the button twice sends once.
        wiring_web.reply().retry_failed(str(ref), f"retry-{ref.at}-{ref.pseudonym}", call.colleague.id)
    except Conflict as error:
        return again(call, form, error, "reply")
    return back(call, form)
