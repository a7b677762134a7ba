"""Requests about data, for the privacy officer; and the frozen ticket, for everybody."""

from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.observability import audit
from chalicelib.core.working_days import day_of
from chalicelib.privacy.decide import MOST_REASON, PROPOSALS
from chalicelib.privacy.requests.kinds import (
    ENDINGS,
    HANDLED_KINDS,
    OPT_OUT,
    OVER,
    RequestState,
    Step,
)
from chalicelib.privacy.requests.model import MOST_EVIDENCE, Request
from chalicelib.privacy.requests.progress import confirmable, stoppable, tellable
from chalicelib.tickets.erasure_guard import ErasureInProgress
from chalicelib.tickets.listing import counts
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import Contact
from chalicelib.web.api.privacy import NOT_FOUND, audit_opened
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.privacy_presenter import CHECKS, GATE, GROUNDS, KINDS, NOT_DONE, PROBLEMS, RequestWords
from chalicelib.web.dashboard.queue import BY_NAME, Place, colleagues, rail
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web

PER_PAGE = 50


def requests(call: HttpRequest) -> Response:
    """GET the list: nearest limit first, then what is over, newest first"""
    fields.only(call.query, ("cursor",), "parameter")
    found = wiring_web.request_pages().page(call.now, PER_PAGE, cursor=call.query.get("cursor", ""))
    audit("requests_read", count=len(found.items), staff_id=call.colleague.id)
    hold = wiring_web.pause_erasures().current()
    return _page("privacy.html", call, found=found, first="cursor" not in call.query, hold=hold)


_PROPOSED = ("check", "ground", "posted_on", "reason")
"""Fields of the forms in which a decision is proposed."""


@dataclass(frozen=True)
class Typed:
    """What was typed into the form of `part` and not taken, with the reason."""

    problem: str = ""
    status: int = 200
    part: str = ""
    kind: str = ""
    evidence: str = ""
    received_on: str = ""
    check: str = ""
    ground: str = ""
    posted_on: str = ""
    reason: str = ""


def case(call: HttpRequest) -> Response:
    """GET one request"""
    fields.only(call.query, (), "parameter")
    return _case(call, Typed())


def _case(call: HttpRequest, typed: Typed) -> Response:
    reader = wiring_web.request_pages()
    kept = reader.find(fields.path_id(call.path), call.now)
    if kept is None:
        raise NotFound(NOT_FOUND)
    one, desk = kept.request, wiring_web.desk()
    audit("request_read", request_id=one.id, staff_id=call.colleague.id)
    person = None if one.done(Step.WRITES_BLOCKED) else _person(desk, one.contact_id, call)
    found = reader.page(call.now, PER_PAGE)
    return _page(
        "privacy-case.html",
        call,
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
        may_go_on=one.state == RequestState.ESCALATED and one.due_at > call.now,
        announced=wiring_web.announcements()(one.announcements) if not one.done(Step.MAILBOX_DESTROYED) else [],
        checks=CHECKS,
        grounds=[(ground, GROUNDS[ground]) for ground in wiring_web.profile().refusals],
        first_day=day_of(one.at(Step.VERIFIED) or call.now),
        today=day_of(call.now),
        certified=one.done(Step.CERTIFIED),
        hold=wiring_web.pause_erasures().current() if _may_be_held(one) else None,
        gate=GATE,
        most=MOST_REASON,
        typed=typed,
    )


def _may_be_held(one: Request) -> bool:
    """Whether the destruction of this request has not begun and may come."""
    return (
        one.kind != OPT_OUT
        and one.state not in OVER
        and not any(one.done(step) for step in (Step.WRITES_BLOCKED, *ENDINGS))
    )


def _person(desk: TicketQueries, contact_id: str, call: HttpRequest) -> Contact | None:
    found = desk.contact(contact_id)
    if found is None or found.erasing or found.erased:
        return None
    audit("contact_read", contact_id=contact_id, staff_id=call.colleague.id)
    return found


def decide(call: HttpRequest) -> Response:
    """POST a decision: propose to destroy, to refuse, or that the person was told by letter; agree to what another has
    proposed, or take it back; go on after a failure"""
    form = call.form
    fields.only(form, ("csrf", "decision", "proposed", *_PROPOSED))
    request_id, by = fields.path_id(call.path), call.colleague.id
    decision = fields.word(form, "decision", (*PROPOSALS, "agree", "take_back", "go_on"))
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
                given["reason"] = fields.text(form, "reason", MOST_REASON)
            use.propose(request_id, decision, by, **given)
    except (BadInput, Conflict) as error:
        return refused(call, error)
    audit("request_decided", request_id=request_id, action=decision, staff_id=by)
    return pages.go(f"/dashboard/privacy/{request_id}")


def refused(call: HttpRequest, error: BadInput | Conflict) -> Response:
    """The request's page with what was typed and, beside it, why it was not taken."""
    said = pages.words_for(call, call.now).say(PROBLEMS.get(error.code, NOT_DONE))
    given = {name: call.form.get(name, "") for name in _PROPOSED}
    return _case(call, Typed(problem=said, status=error.status, part=call.form.get("decision", ""), **given))


def new(call: HttpRequest) -> Response:
    """GET the form for a request that a person made to us in another way"""
    fields.only(call.query, ("contact",), "parameter")
    return _new(call, call.query.get("contact", ""), Typed())


def _new(call: HttpRequest, contact_id: str, typed: Typed) -> Response:
    desk = wiring_web.desk()
    person = _person(desk, fields.path_id({"id": contact_id}), call)
    if person is None:
        raise NotFound("There is no such contact, or the data is being destroyed.")
    return _page(
        "privacy-new.html",
        call,
        status=typed.status,
        person=person,
        ticket_id=desk.conversation(person.conversation_id).ticket_id,
        kinds=[(kind, KINDS[kind]) for kind in HANDLED_KINDS],
        most=MOST_EVIDENCE,
        today=day_of(call.now),
        typed=typed,
    )


def enter(call: HttpRequest) -> Response:
    """POST a new request; when one is open already, that one is shown"""
    form = call.form
    fields.only(form, ("csrf", "contact", "kind", "evidence", "received_on"))
    contact_id, by = fields.path_id({"id": form.get("contact", "")}), call.colleague.id
    try:
        kind = fields.word(form, "kind", HANDLED_KINDS)
        evidence = fields.text(form, "evidence", MOST_EVIDENCE)
        day = form.get("received_on", "")
        opened = wiring_web.open_request()(contact_id, kind, "staff", received_on=day, created_by=by, evidence=evidence)
    except BadInput as error:
        said = pages.words_for(call, call.now).say(PROBLEMS.get(error.code, NOT_DONE))
        given = {name: form.get(name, "") for name in ("kind", "evidence", "received_on")}
        return _new(call, contact_id, Typed(problem=said, status=error.status, **given))
    audit_opened(opened.request_id, contact_id, kind, by, new=opened.new)
    return pages.go(f"/dashboard/privacy/{opened.request_id}")


def frozen(call: HttpRequest, error: ErasureInProgress) -> Response:
    """The page of a ticket whose customer's data is being destroyed: numbers and states, nothing of the person."""
    ticket = error.ticket
    request_id = wiring_web.desk().open_request(ticket.contact_id)
    kept = wiring_web.request_pages().find(request_id, call.now) if request_id else None
    return _page("privacy-frozen.html", call, status=error.status, ticket=ticket, one=kept.request if kept else None)


def _page(template: str, call: HttpRequest, **values: Any) -> Response:
    words, place = pages.words_for(call, call.now, colleagues()), Place(BY_NAME["open"])
    return pages.page(
        template,
        call,
        words=words,
        say=RequestWords(words, wiring_web.profile().deadlines),
        place=place,
        rail=rail(place, words, counts(call.now), call.colleague, privacy=template != "privacy-frozen.html"),
        **values,
    )
