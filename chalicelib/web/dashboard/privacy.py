"""The privacy officer's pages of requests about data; and the page that all staff see instead of a frozen ticket."""

from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.core.clock import DAY
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.observability import audit
from chalicelib.core.texts import catalogue
from chalicelib.core.working_days import day_of
from chalicelib.erasure.read_part import may_read
from chalicelib.privacy.decide import MOST_REASON, PROPOSALS
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.mailbox.writes import last_answer, question
from chalicelib.privacy.requests.model import MOST_EVIDENCE, Request
from chalicelib.privacy.requests.progress import confirmable, destroys, kept_part, openable, stoppable, tellable
from chalicelib.privacy.requests.vocabulary import (
    ENDINGS,
    OVER,
    RequestState,
    Step,
)
from chalicelib.privacy.tell_recipients import to_tell
from chalicelib.profile.policy_words import CATEGORIES
from chalicelib.tickets.erasure_guard import ErasureInProgress
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import Contact
from chalicelib.web.change_of_contact import change_of_transfer
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.queue import staff_names
from chalicelib.web.dashboard.request_presenter.labels import CHECKS, NOT_DONE, PROBLEMS, REFUSAL_GROUNDS
from chalicelib.web.dashboard.request_presenter.request_words import RequestWords
from chalicelib.web.dashboard.request_presenter.steps import GATE
from chalicelib.web.dashboard.reviews import coming_up
from chalicelib.web.dashboard.sidebar import page_without_list
from chalicelib.web.dashboard.transfer_words import ANSWERS, transfer_shown
from chalicelib.web.enter_request import NOT_FOUND, audit_opened
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.labels import MAILING_ANSWERS, ON_WITHDRAWAL, RETAINED_ON, TRANSFER_ANSWERS
from chalicelib.wiring import web as wiring_web

PER_PAGE = 50
_PROPOSED = ("check", "ground", "posted_on", "until", "reason")
"""Fields of the forms with which a decision is proposed."""
_KEEP = "keep_"
"""Beginning of the names of the boxes by which what is kept is chosen; a category of the profile follows."""


def request_list_page(http_request: HttpRequest) -> Response:
    """GET the list: open requests by their limit, nearest first; then those that are over, newest first"""
    validators.only(http_request.query, ("cursor",), "parameter")
    found = wiring_web.request_pages().page(http_request.now, PER_PAGE, cursor=http_request.query.get("cursor", ""))
    audit("requests_read", count=len(found.items), staff_id=http_request.staff.id)
    hold = wiring_web.pause_erasures().current()
    reviews = coming_up(http_request, pages.words_for(http_request, http_request.now))
    first = "cursor" not in http_request.query
    return _page("privacy.html", http_request, found=found, first=first, hold=hold, reviews=reviews)


@dataclass(frozen=True)
class RefusedForm:
    """What was typed into a form that was refused, and why. `part` is the decision that the form proposes."""

    problem: str = ""
    status: int = 200
    part: str = ""
    kind: str = ""
    evidence: str = ""
    received_on: str = ""
    check: str = ""
    ground: str = ""
    posted_on: str = ""
    until: str = ""
    reason: str = ""
    chosen: str = ""


NOTHING_TYPED = RefusedForm()


def request_page(http_request: HttpRequest) -> Response:
    """GET one request"""
    validators.only(http_request.query, (), "parameter")
    return _request_page(http_request, RefusedForm())


def _request_page(http_request: HttpRequest, typed: RefusedForm) -> Response:
    reader = wiring_web.request_pages()
    kept = reader.find(validators.path_id(http_request.path), http_request.now)
    if kept is None:
        raise NotFound(NOT_FOUND)
    one, desk = kept.request, wiring_web.desk(http_request.staff)
    audit("request_read", request_id=one.id, staff_id=http_request.staff.id)
    person = None if one.done(Step.WRITES_BLOCKED) else _person(desk, one.contact_id, http_request)
    found = reader.page(http_request.now, PER_PAGE)
    return _page(
        "privacy-case.html",
        http_request,
        status=typed.status,
        found=found,
        one=one,
        person=person,
        ticket_id=desk.conversation(person.conversation_id).ticket_id if person else "",
        evidence=desk.request_text(one.contact_id, one.id, "evidence", kept.evidence) if person else "",
        reason=desk.request_text(one.contact_id, one.id, "reason", kept.reason) if person else "",
        may_erase=confirmable(one),
        may_refuse=stoppable(one),
        may_tell=tellable(one),
        may_open=openable(one, http_request.now),
        may_read=may_read(one, http_request.staff.id, http_request.now),
        may_go_on=one.state == RequestState.ESCALATED and one.due_at > http_request.now,
        announced=wiring_web.announcements()(one.announcements) if not one.done(Step.MAILBOX_DESTROYED) else [],
        asked=wiring_web.announcements()([question(one)]),
        answered=wiring_web.announcements()([last_answer(one)]),
        checks=CHECKS,
        grounds=[(ground, REFUSAL_GROUNDS[ground]) for ground in wiring_web.profile().refusals],
        first_day=day_of(one.at(Step.VERIFIED) or http_request.now),
        today=day_of(http_request.now),
        tomorrow=day_of(http_request.now + DAY),
        retain=_retain(one, http_request),
        recipients=to_tell(one, wiring_web.profile()),
        asked_of=ON_WITHDRAWAL,
        certified=one.done(Step.CERTIFIED),
        transfer_words=TRANSFER_ANSWERS,
        mailing_words=MAILING_ANSWERS,
        hold=wiring_web.pause_erasures().current() if _may_be_paused(one) else None,
        gate=GATE,
        most=MOST_REASON,
        typed=typed,
    )


@dataclass(frozen=True)
class RetainingGround:
    """A ground on which something may still be kept: its name, the categories (id and name) it is about, the latest
    day; `here`: the desk keeps them, each by choice."""

    id: str
    name: str
    categories: tuple[tuple[str, str], ...]
    latest: str
    here: bool


def _retain(one: Request, http_request: HttpRequest) -> list[RetainingGround]:
    """Return the grounds on which something may still be kept."""
    words, decided = pages.words_for(http_request, http_request.now), {kept["ground"] for kept in one.retained}
    name = catalogue("policy", words.language).gettext
    return [
        RetainingGround(
            row.id,
            words.say(RETAINED_ON[row.id]),
            tuple((each, name(CATEGORIES[each])) for each in row.categories),
            day_of(row.longest.after(one.received_at)),
            row.by == "desk",
        )
        for row in wiring_web.profile().retain.values()
        if row.id not in decided and not (row.by == "desk" and kept_part(one))
    ]


def _may_be_paused(one: Request) -> bool:
    """Tell whether a pause can still stop this request's destruction: it has not begun and is not ruled out."""
    return (
        destroys(one) and one.state not in OVER and not any(one.done(step) for step in (Step.WRITES_BLOCKED, *ENDINGS))
    )


def _person(desk: TicketQueries, contact_id: str, http_request: HttpRequest) -> Contact | None:
    """Return the contact, and log that it was read; None when there is none or its data is being destroyed."""
    found = desk.contact(contact_id)
    if found is None or found.erasing or found.erased:
        return None
    audit("contact_read", contact_id=contact_id, staff_id=http_request.staff.id)
    return found


def decide(http_request: HttpRequest) -> Response:
    """POST a decision.

    An officer proposes (destroy, refuse, told by letter, taken back by the person), agrees to what another officer
    proposed, takes a proposal back, or starts the next run of the workflow after a failure.
    """
    form = http_request.form
    kept = {f"{_KEEP}{one}": one for row in wiring_web.profile().retain.values() for one in row.categories}
    validators.only(form, ("csrf", "decision", "proposed", *_PROPOSED, *kept))
    request_id, by = validators.path_id(http_request.path), http_request.staff.id
    decision = validators.word(form, "decision", (*PROPOSALS, "agree", "take_back", "go_on"))
    use = wiring_web.decide_request()
    try:
        if decision == "agree":
            if not form.get("proposed"):
                raise Conflict("Say what you agree to.", code="no_proposal")
            use.agree(request_id, by, form["proposed"])
        elif decision == "take_back":
            use.take_back(request_id, form.get("proposed", ""))
        elif decision == "go_on":
            use.go_on(request_id, by)
        else:
            given = {name: form.get(name, "") for name in _PROPOSED}
            if given["reason"].strip():
                given["reason"] = validators.text(form, "reason", MOST_REASON)
            chosen = [category for name, category in kept.items() if name in form]
            use.propose(request_id, decision, by, categories=chosen, **given)
    except (BadInput, Conflict) as error:
        return render_refused(http_request, error)
    audit("request_decided", request_id=request_id, action=decision, staff_id=by)
    return pages.go(f"/dashboard/privacy/{request_id}")


def render_refused(http_request: HttpRequest, error: BadInput | Conflict) -> Response:
    """Render the request's page with what was typed and why it was refused."""
    said = pages.words_for(http_request, http_request.now).say(PROBLEMS.get(error.code, NOT_DONE))
    given = {name: http_request.form.get(name, "") for name in _PROPOSED}
    chosen = " ".join(name.removeprefix(_KEEP) for name in http_request.form if name.startswith(_KEEP))
    part = http_request.form.get("decision", "")
    return _request_page(
        http_request, RefusedForm(problem=said, status=error.status, part=part, chosen=chosen, **given)
    )


def entry_page(http_request: HttpRequest) -> Response:
    """GET the form in which an officer enters a request that did not come through the chat"""
    validators.only(http_request.query, ("contact",), "parameter")
    return _entry_page(http_request, http_request.query.get("contact", ""), RefusedForm())


def _entry_page(
    http_request: HttpRequest, contact_id: str, typed: RefusedForm, typed_transfer: RefusedForm = NOTHING_TYPED
) -> Response:
    desk = wiring_web.desk(http_request.staff)
    person = _person(desk, validators.path_id({"id": contact_id}), http_request)
    if person is None:
        raise NotFound("There is no such contact, or the data is being destroyed.")
    head = desk.conversation(person.conversation_id)
    return _page(
        "privacy-new.html",
        http_request,
        status=max(typed.status, typed_transfer.status),
        person=person,
        ticket_id=head.ticket_id,
        transfer=transfer_shown(wiring_web.profile().transfer(person.channel), head.abroad, person),
        typed_transfer=typed_transfer,
        kinds=registry.KINDS,
        most=MOST_EVIDENCE,
        today=day_of(http_request.now),
        typed=typed,
    )


def enter(http_request: HttpRequest) -> Response:
    """POST a new request; when the person has an open one, redirect to that"""
    form = http_request.form
    validators.only(form, ("csrf", "contact", "kind", "evidence", "received_on"))
    contact_id, by = validators.path_id({"id": form.get("contact", "")}), http_request.staff.id
    try:
        kind = validators.word(form, "kind", registry.handled())
        evidence = validators.text(form, "evidence", MOST_EVIDENCE)
        day = form.get("received_on", "")
        opened = wiring_web.open_request()(contact_id, kind, "staff", received_on=day, created_by=by, evidence=evidence)
    except BadInput as error:
        said = pages.words_for(http_request, http_request.now).say(PROBLEMS.get(error.code, NOT_DONE))
        given = {name: form.get(name, "") for name in ("kind", "evidence", "received_on")}
        return _entry_page(http_request, contact_id, RefusedForm(problem=said, status=error.status, **given))
    audit_opened(opened.request_id, contact_id, kind, by, new=opened.new)
    return pages.go(f"/dashboard/privacy/{opened.request_id}")


def enter_transfer(http_request: HttpRequest) -> Response:
    """POST what a person has written on paper about the transfer abroad; redirect to their newest ticket"""
    form = http_request.form
    validators.only(form, ("csrf", "contact", "answer", "received_on"))
    contact_id = validators.path_id({"id": form.get("contact", "")})
    try:
        answer = validators.word(form, "answer", ANSWERS)
        change_of_transfer(contact_id, answer, form.get("received_on", ""), http_request.staff)
    except (BadInput, Conflict) as error:
        if error.code == "erasing":
            raise
        said = pages.words_for(http_request, http_request.now).say(PROBLEMS.get(error.code, NOT_DONE))
        given = {"kind": form.get("answer", ""), "received_on": form.get("received_on", "")}
        typed = RefusedForm(problem=said, status=error.status, **given)
        return _entry_page(http_request, contact_id, NOTHING_TYPED, typed)
    return pages.go(f"/dashboard/privacy/new?contact={contact_id}#transfer")


def frozen_ticket_page(http_request: HttpRequest, error: ErasureInProgress) -> Response:
    """Render a ticket whose customer's data is being destroyed: numbers and states, nothing about the person."""
    ticket = error.ticket
    request_id = wiring_web.desk(http_request.staff).open_request(ticket.contact_id)
    kept = wiring_web.request_pages().find(request_id, http_request.now) if request_id else None
    return _page(
        "privacy-frozen.html", http_request, status=error.status, ticket=ticket, one=kept.request if kept else None
    )


def _page(template: str, http_request: HttpRequest, **values: Any) -> Response:
    words = pages.words_for(http_request, http_request.now, staff_names())
    here = "tickets" if template == "privacy-frozen.html" else "privacy"
    return page_without_list(
        template,
        http_request,
        words,
        say=RequestWords(words, wiring_web.profile().deadlines),
        here=here,
        **values,
    )
