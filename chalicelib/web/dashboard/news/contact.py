"""The page of one customer, also of one without a ticket: who they are, which mailings they get, and how these end."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalice.app import Response

from chalicelib.contacts.consent_records import Answered
from chalicelib.core.errors import BadInput, Conflict, DeskError, NotFound
from chalicelib.core.observability import audit
from chalicelib.core.texts import LANGUAGE_NAMES, desk_msg
from chalicelib.core.working_days import day_of
from chalicelib.mailings.texts import NAMES, name
from chalicelib.tickets.records import Contact, Subscribed
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.queue import staff_names
from chalicelib.web.dashboard.request_presenter.labels import NOT_DONE
from chalicelib.web.dashboard.request_presenter.labels import PROBLEMS as OF_REQUESTS
from chalicelib.web.dashboard.sidebar import page_without_list
from chalicelib.web.dashboard.transfer_words import ANSWERS
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import mailings as wiring_mailings
from chalicelib.wiring import web as wiring_web

PROBLEMS = {
    **OF_REQUESTS,
    "no_mail": desk_msg("Mailings leave by mail alone, and this customer is not known by mail."),
    "suppressed": desk_msg("Not done: the customer has withdrawn their consent."),
    "pending": desk_msg("Not done: the customer has not answered the question about consent."),
}


@dataclass(frozen=True)
class Mailings:
    """Mailings of a purpose, as they are shown: what they bring, since when, and when they ended (ms, 0: they last)."""

    purpose: str
    title: str
    since: int
    ended_at: int


def shown(subscriptions: Iterable[Subscribed], language: str) -> list[Mailings]:
    """Return subscriptions in words."""
    return [
        Mailings(one.purpose, name(language, one.purpose), one.since, one.ended_at)
        for one in subscriptions
        if one.purpose in NAMES
    ]


def page(request: HttpRequest) -> Response:
    """GET a customer"""
    validators.only(request.query, (), "parameter")
    return _page(request)


def _page(request: HttpRequest, error: DeskError | None = None) -> Response:
    desk, profile = wiring_web.desk(request.staff), wiring_web.profile()
    person = _customer(desk.contact(validators.path_id(request.path)))
    audit("contact_read", contact_id=person.id, staff_id=request.staff.id)
    said = pages.words_for(request, request.now, staff_names())
    head = desk.conversation(person.conversation_id)
    typed = request.form if error else {}
    return page_without_list(
        "contact.html",
        request,
        said,
        status=error.status if error else 200,
        here="contacts",
        person=person,
        ticket_id=head.ticket_id,
        language_name=LANGUAGE_NAMES.get(person.language, said.say("not known")),
        mailings=shown(person.subscriptions, said.language),
        purposes=[(one, name(said.language, one)) for one in profile.mailed if profile.allows(one, person.channel)],
        today=day_of(request.now),
        typed={one: typed.get(one, "") for one in ("purpose", "answer", "received_on")},
        problem=said.say(PROBLEMS.get(error.code, NOT_DONE)) if error else "",
    )


def _customer(found: Contact | None) -> Contact:
    if found is not None and found.erasing:
        raise Conflict("The data of this contact is being destroyed. Nothing has to be done.", code="erasing")
    if found is None or found.erased:
        raise NotFound("There is no such contact, or its data is destroyed.")
    return found


def end(request: HttpRequest) -> Response:
    """POST that a customer gets no more mailings of a purpose"""
    validators.only(request.form, ("csrf", "purpose"))
    contact_id, by = validators.path_id(request.path), request.staff.id
    _customer(wiring_web.desk(request.staff).contact(contact_id))
    purpose = validators.word(request.form, "purpose", tuple(NAMES))
    wiring_mailings.end_subscription()(contact_id, Answered("staff", booked_by=by), purpose)
    audit("contact_changed", contact_id=contact_id, action="mailings", staff_id=by)
    return pages.go(f"/dashboard/contacts/{contact_id}")


def enter(request: HttpRequest) -> Response:
    """POST what a customer has written on paper about mailings. Of a privacy officer"""
    form = request.form
    validators.only(form, ("csrf", "purpose", "answer", "received_on"))
    contact_id, by = validators.path_id(request.path), request.staff.id
    _customer(wiring_web.desk(request.staff).contact(contact_id))
    try:
        purpose = validators.word(form, "purpose", wiring_web.profile().mailed)
        answer = validators.word(form, "answer", ANSWERS)
        wiring_mailings.enter_subscription()(contact_id, purpose, answer, form.get("received_on", ""), by)
    except (BadInput, Conflict) as error:
        if error.code == "erasing":
            raise
        return _page(request, error)
    audit("contact_changed", contact_id=contact_id, action="mailings", staff_id=by)
    return pages.go(f"/dashboard/contacts/{contact_id}")
