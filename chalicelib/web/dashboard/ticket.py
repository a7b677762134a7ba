"""The ticket page: conversation, composer, side panel and the neighbouring list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.channels import registry
from chalicelib.core.beside import beside
from chalicelib.core.clock import HOUR, SECOND
from chalicelib.core.kept_for import LASTS, WHILE_IT_LASTS
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
from chalicelib.tickets.records import Contact, Conversation, Message, Ticket
from chalicelib.tickets.view_ticket import OpenedTicket
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.composer_model import Typed, choices_for, composer_box, composer_state, with_kept
from chalicelib.web.dashboard.list_query import LIST_FIELDS, ListQuery
from chalicelib.web.dashboard.news.contact import shown as subscriptions_shown
from chalicelib.web.dashboard.presenter import Words
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
from chalicelib.web.teams import team_names
from chalicelib.web.template_words import ICONS, PickerWords, TypedTemplate, as_typed, version_of
from chalicelib.wiring import web as wiring_web
from chalicelib.wiring.files import origin

EARLIER = 5
"""How many earlier tickets the side panel names."""
SOON = 2 * HOUR
"""The reply window is shown in amber for this long (ms) before it ends."""


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
    desk, wanted = wiring_web.desk(request.staff), None if list_query.s else list_query.wanted(request.staff)
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
        desk = wiring_web.desk(request.staff)
        opened = wiring_web.open_ticket(desk).with_contact(
            validators.path_id(request.path), request.staff, seen=not has_scripts(request)
        )
        ticket, contact = opened.ticket, opened.contact
        asked = running_request(contact, request.now)
        head = desk.conversation(ticket.conversation_id)
        shown = lists()
    staff = wiring_web.staff().all()
    words = pages.words_for(request, request.now, {one.id: one.name for one in staff})
    messages = with_questions(opened.thread.messages, ticket, wiring_web.profile())
    page_of = _TicketPage(request, words, desk, opened, head, messages, asked)
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
        newer=page_of.newer,
        assignable_staff=[one for one in staff if not one.disabled and not wiring_web.reader(one, 0).sees_none],
        teams=team_names(words.language),
        team=desk.reader.team_of(ticket),
        problem=typed.problem,
        refused=refused,
        **page_of.thread(),
        **page_of.composer(typed, template, picking=picking),
        **page_of.panel(),
    )


@dataclass(frozen=True)
class _TicketPage:
    """What was read for the page of a ticket. Each method returns values of the template for one part of it."""

    request: HttpRequest
    words: Words
    desk: TicketQueries
    opened: OpenedTicket
    head: Conversation
    messages: Sequence[Message]
    asked: Request | None

    @property
    def newer(self) -> bool:
        """Whether the customer has a newer ticket."""
        return self.head.ticket_id != self.opened.ticket.id

    def thread(self) -> dict[str, Any]:
        """The messages."""
        request, ticket, contact, messages = self.request, self.opened.ticket, self.opened.contact, self.messages
        correct_at = contact.correct_at if contact else 0
        correct_by = deadline(wiring_web.profile().deadlines["correct"], correct_at) if correct_at else 0
        waiting = Unread.of(ticket) if ticket.assignee in ("", request.staff.id) else Unread()
        if waiting != Unread() and not has_scripts(request):
            wiring_web.ask_for_signal()("read", newest_received(messages))
        may_ask = contact is not None and not (self.asked or contact.erased)
        said = with_correction(with_request(messages, self.asked), 0 if self.newer else correct_at, correct_by)
        fresh = first_new(messages, waiting, request.headers.get("x-fresh", ""))
        return {
            "recognisable": {one.id for one in messages if may_be_request(one)} if may_ask else (),
            "cut_off": self.opened.thread.earlier,
            "days": group_by_day(said, fresh, self.words),
            "correct_at": correct_at,
            "correct_by": correct_by,
            "seconds_to_read": seconds_to_read(ticket) if waiting != Unread() else 0,
            "given": given_ways(messages),
        }

    def composer(self, typed: Typed, template: TypedTemplate | None, *, picking: bool) -> dict[str, Any]:
        """The boxes, templates, and what may be done with single messages."""
        ticket, head, now, channel = self.opened.ticket, self.head, self.request.now, self.opened.ticket.channel
        kept = open_drafts(self.opened.drafts, self.desk.decryptor, now)
        boxes = {
            "reply": composer_box(typed.reply, typed.reply_id, kept.get("reply")),
            "comment": composer_box(typed.comment, typed.comment_id, kept.get("comment")),
        }
        typed = with_kept(typed, kept.get("reply"))
        at_home = not agreed(wiring_web.profile().transfer(channel), head.abroad)
        window_ends = head.window_ends(channel)
        state = composer_state(ticket, head.blocked, window_ends, now, at_home=at_home)
        offers = state == "window" or (picking and state == "open")
        picker = offer(wiring_web.templates(), ticket) if offers else None
        allowed, unheard = state in ("open", "suppressed", "abroad"), ticket.suppressed or at_home
        return {
            "composer_state": state,
            "blocked_by": head.blocked_by,
            "by_page": registry.channel(channel).page is not None,
            "offered": picker,
            "offered_version": version_of(picker, template),
            "picker": PickerWords(self.words.say, as_typed(template, picker)),
            "template_icons": ICONS,
            "has_templates": registry.channel(channel).templates is not None,
            "at_home": at_home,
            "typing_every": 0 if unheard else wiring_web.ask_for_signal().typing_every(channel),
            "actions": actions_of(self.messages, ticket, now, at_home=at_home) if allowed else {},
            "quoted": next((m for m in self.messages if m.id == typed.quote and quotable(ticket, m)), None),
            "choice": choices_for(ticket, typed.choices, self.words.say),
            "window_ends": window_ends,
            "window_soon": window_ends - now < SOON,
            "boxes": boxes,
            # When only the comment has a draft, the page opens on the comment; nothing changes the mode afterwards.
            "mode": typed.mode or ("comment" if boxes["comment"].text and not boxes["reply"].text else "reply"),
        }

    def panel(self) -> dict[str, Any]:
        """What stands beside the conversation."""
        profile, ticket, contact, now = wiring_web.profile(), self.opened.ticket, self.opened.contact, self.request.now
        retention, end = profile.retention["ticket"], contact.agreement_end if contact else LASTS
        until = ticket.expires_at // SECOND or retention.kept.date(now, end)  # if it were closed now
        takes = contact is not None and any(profile.allows(one, ticket.channel) for one in profile.mailed)
        return {
            "say": RequestWords(self.words, profile.deadlines) if self.asked else None,
            "transfer": transfer_shown(profile.transfer(ticket.channel), self.head.abroad, contact),
            "mailings": subscriptions_shown(contact.subscriptions if contact else (), self.words.language),
            "takes_mailings": takes,
            "earlier": list(filter(self.desk.reader.may_open, self.desk.earlier_tickets(ticket, EARLIER))),
            "priorities": PRIORITIES,
            "retention": retention,
            "kept_until": 0 if until >= WHILE_IT_LASTS else until * SECOND,  # 0: as long as the agreement lasts
            "by_agreement": bool(profile.agreement_terms),
            "agreement_end": end,
            "today": day_of(now),
            "first_day": day_of(contact.created_at) if contact else "",
        }


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
