"""The ticket page: conversation, composer, side panel and the neighbouring list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalice.app import Response

from chalicelib.channels import registry
from chalicelib.core.beside import beside
from chalicelib.core.clock import SECOND
from chalicelib.core.kept_for import LASTS, WHILE_IT_LASTS, AgreementEnd, KeptFor
from chalicelib.core.observability import audit
from chalicelib.core.transfer import agreed
from chalicelib.core.working_days import day_of, deadline
from chalicelib.privacy.recognise_request import may_be_request
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import OVER, Step
from chalicelib.tickets.albums import Unread
from chalicelib.tickets.badges import Badges
from chalicelib.tickets.drafts import open_drafts
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import PRIORITIES
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import Contact, Ticket
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.composer_model import Typed, choices_for, composer_box, composer_state, with_kept
from chalicelib.web.dashboard.list_query import LIST_FIELDS, ListQuery
from chalicelib.web.dashboard.news.contact import shown as subscriptions_shown
from chalicelib.web.dashboard.queue import PER_PAGE, undelivered_first
from chalicelib.web.dashboard.request_presenter.request_words import RequestWords
from chalicelib.web.dashboard.search import find_tickets, search_words, without_search
from chalicelib.web.dashboard.seen import first_new, group_by_day, has_scripts, seconds_to_read
from chalicelib.web.dashboard.sidebar import badges, sidebar
from chalicelib.web.dashboard.transfer_words import transfer_shown
from chalicelib.web.details import given_ways
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.message_actions import actions_of, newest_received, quotable
from chalicelib.web.offered_templates import offer
from chalicelib.web.questions import with_correction, with_questions, with_request
from chalicelib.web.template_words import ICONS, PickerWords, TypedTemplate, as_typed, version_of
from chalicelib.wiring import web as wiring_web
from chalicelib.wiring.files import origin

EARLIER = 5
"""How many earlier tickets the side panel names."""
SOON = 2 * 60 * 60 * 1000
"""The reply window is shown in amber for its last two hours (ms)."""


@dataclass(frozen=True)
class RefusedChange:
    """A change of the ticket that was not made.

    `field` is what should have changed and `value` what the form asked for; `panel` says that the form was the side
    panel's; `taken_by` is the id of the staff member who took the ticket meanwhile, if that is the reason.
    """

    field: str = ""
    value: str = ""
    why: str = ""
    panel: bool = False
    taken_by: str = ""


def ticket_page(request: HttpRequest) -> Response:
    """GET a ticket; an open page on whose ticket nothing has changed is answered with the lists beside it"""
    validators.only(request.query, (*LIST_FIELDS, "quote"), "parameter")
    if request.wants_json and request.watch and request.watch.changed == {"tickets"}:
        return _render_lists(request)
    return render_ticket(request, request.query, Typed(quote=request.query.get("quote", "")))


def _render_lists(request: HttpRequest) -> Response:
    shown = _lists(request, ListQuery.of(request.query))
    words = pages.words_for(request, request.now)
    audit("list_read", count=len(shown.tickets or ()), staff_id=request.staff.id)
    return pages.page(
        "lists.html",
        request,
        words=words,
        list_query=shown.query,
        sidebar=sidebar(shown.query, words, shown.tally or Badges(), request.staff),
        tickets=shown.tickets,
        ticket_id=validators.path_id(request.path),
    )


@dataclass(frozen=True)
class _Lists:
    """The list beside a ticket (see `neighbouring_list`), and the counts of the sidebar; None where the open page keeps
    what it has."""

    query: ListQuery
    tickets: Sequence[Ticket] | None = None
    tally: Badges | None = None


def _lists(request: HttpRequest, list_query: ListQuery) -> _Lists:
    if request.wants_json and request.watch and request.watch.changed == {"conversation"}:
        return _Lists(list_query)
    desk, wanted = wiring_web.desk(), None if list_query.s else list_query.wanted(request.staff)
    numbers = badges(request, desk, wanted)
    return _Lists(*neighbouring_list(request, desk, list_query), numbers)


def render_ticket(
    request: HttpRequest,
    given: Mapping[str, str],
    typed: Typed,
    status: int = 200,
    refused: RefusedChange = RefusedChange(),
    *,
    picking: bool = False,
    template: TypedTemplate | None = None,
) -> Response:
    """Render the page of a ticket. Raises NotFound, ErasureInProgress and Unavailable.

    `given` holds the fields of the list (LIST_FIELDS), `typed` what stays in the composer, `refused` a change that was
    not made. Templates are shown outside the reply window, and when somebody is `picking` one; `template` is one that
    was not sent.
    """
    list_query = ListQuery.of(given)
    wiring_web.vault()  # opened once, before two threads need it
    with beside(lambda: _lists(request, list_query)) as lists:
        # A page with scripts reports by itself what was looked at: see seen.py.
        desk = wiring_web.desk()
        opened = wiring_web.open_ticket(desk).with_contact(
            validators.path_id(request.path), request.staff, seen=not has_scripts(request)
        )
        ticket, contact = opened.ticket, opened.contact
        asked = running_request(contact, request.now)
        head = desk.conversation(ticket.conversation_id)
        shown = lists()
    staff = wiring_web.staff().all()
    words = pages.words_for(request, request.now, {one.id: one.name for one in staff})
    retention = wiring_web.profile().retention["ticket"]
    newer = head.ticket_id != ticket.id
    correct_at, agreement_end = (contact.correct_at, contact.agreement_end) if contact else (0, LASTS)
    correct_by = deadline(wiring_web.profile().deadlines["correct"], correct_at) if correct_at else 0
    messages = with_questions(opened.thread.messages, ticket, wiring_web.profile())
    waiting = Unread.of(ticket) if ticket.assignee in ("", request.staff.id) else Unread()
    signals = wiring_web.ask_for_signal()
    if waiting != Unread() and not has_scripts(request):
        signals("read", newest_received(messages))
    kept = open_drafts(opened.drafts, desk.decryptor, request.now)
    boxes = {
        "reply": composer_box(typed.reply, typed.reply_id, kept.get("reply")),
        "comment": composer_box(typed.comment, typed.comment_id, kept.get("comment")),
    }
    typed = with_kept(typed, kept.get("reply"))
    rule = wiring_web.profile().transfer(ticket.channel)
    at_home = not agreed(rule, head.abroad)
    window_ends = head.window_ends(ticket.channel)
    state = composer_state(ticket, head.blocked, window_ends, request.now, at_home=at_home)
    picker = None
    if state == "window" or (picking and state == "open"):
        picker = offer(wiring_web.templates(), ticket)
    # When only the comment has a draft, the page opens on the comment; nothing changes the mode afterwards.
    mode = typed.mode or ("comment" if boxes["comment"].text and not boxes["reply"].text else "reply")
    return pages.page(
        "ticket.html",
        request,
        status=status,
        files_from=origin(),
        conversation_id=ticket.conversation_id,
        words=words,
        list_query=shown.query,
        sidebar=sidebar(shown.query, words, shown.tally, request.staff) if shown.tally else None,
        title=shown.query.title(words),
        tickets=shown.tickets,
        ticket=ticket,
        ticket_id=ticket.id,
        contact=contact,
        asked=asked,
        recognisable=() if asked or not contact or contact.erased else {m.id for m in messages if may_be_request(m)},
        say=RequestWords(words, wiring_web.profile().deadlines) if asked else None,
        cut_off=opened.thread.earlier,
        days=group_by_day(
            with_correction(with_request(messages, asked), 0 if newer else correct_at, correct_by),
            first_new(messages, waiting, request.headers.get("x-fresh", "")),
            words,
        ),
        correct_at=correct_at,
        correct_by=correct_by,
        seconds_to_read=seconds_to_read(ticket) if waiting != Unread() else 0,
        composer_state=state,
        blocked_by=head.blocked_by,
        given=given_ways(messages),
        by_page=registry.channel(ticket.channel).page is not None,
        offered=picker,
        offered_version=version_of(picker, template),
        picker=PickerWords(words.say, as_typed(template, picker)),
        template_icons=ICONS,
        has_templates=registry.channel(ticket.channel).templates is not None,
        transfer=transfer_shown(rule, head.abroad, contact),
        mailings=subscriptions_shown(contact.subscriptions if contact else (), words.language),
        takes_mailings=contact is not None
        and any(wiring_web.profile().allows(one, ticket.channel) for one in wiring_web.profile().mailed),
        at_home=at_home,
        typing_every=signals.typing_every(ticket.channel) if not (ticket.suppressed or at_home) else 0,
        actions=actions_of(messages, ticket, request.now, at_home=at_home)
        if state in ("open", "suppressed", "abroad")
        else {},
        quoted=next((m for m in messages if m.id == typed.quote and quotable(ticket, m)), None),
        choice=choices_for(ticket, typed.choices, words.say),
        window_ends=window_ends,
        window_soon=window_ends - request.now < SOON,
        earlier=desk.earlier_tickets(ticket, EARLIER),
        newer=newer,
        assignable_staff=[one for one in staff if not one.disabled],
        priorities=PRIORITIES,
        retention=retention,
        kept_until=kept_until(ticket, retention.kept, agreement_end, request.now),
        by_agreement=bool(wiring_web.profile().agreement_terms),
        agreement_end=agreement_end,
        today=day_of(request.now),
        first_day=day_of(contact.created_at) if contact else "",
        boxes=boxes,
        mode=mode,
        problem=typed.problem,
        refused=refused,
    )


def kept_until(ticket: Ticket, kept: KeptFor, end: AgreementEnd, now: int) -> int:
    """Return until when a ticket is kept, of one that is not closed if it were closed now (ms); 0 while an agreement
    keeps it."""
    until = ticket.expires_at // SECOND or kept.date(now, end)
    return 0 if until >= WHILE_IT_LASTS else until * SECOND


def neighbouring_list(
    request: HttpRequest, desk: TicketQueries, list_query: ListQuery
) -> tuple[ListQuery, Sequence[Ticket] | None]:
    """Return the list beside the ticket, with its query: what the search finds while it lasts, else the plain list.

    A refresh of the page does not search again: then the list is None, and the open page keeps the one that it has.
    """
    if list_query.s and (request.wants_json or request.headers.get("x-refresh") == "1"):
        return list_query, None
    if q := search_words(list_query, request.staff):
        return list_query, find_tickets(desk, q, request.staff).items
    list_query = without_search(list_query)
    found = page(desk, list_query.wanted(request.staff), request.now, PER_PAGE)
    return list_query, undelivered_first(found.items, list_query)


def running_request(contact: Contact | None, now: int) -> Request | None:
    """Return the open request about the customer's data, or None.

    A request that was cancelled or refused counts as open until its answer has arrived.
    """
    kept = wiring_web.request_pages().find(contact.request_id, now) if contact and contact.request_id else None
    running = kept and kept.request.state not in OVER and not kept.request.done(Step.CLOSED_WITHOUT_ERASURE)
    return kept.request if kept and running else None


def form_fields(request: HttpRequest, *names: str) -> dict[str, str]:
    """Return the form, which may hold these fields and those of the list (LIST_FIELDS). Raises BadInput."""
    form = request.form
    validators.only(form, ("csrf", *LIST_FIELDS, *names))
    return form


def back_to_ticket(request: HttpRequest, form: Mapping[str, str]) -> Response:
    """Redirect to the ticket's page, with the list that the form names."""
    return pages.go(f"/dashboard/tickets/{request.path['id']}" + ListQuery.of(form).query_string())
