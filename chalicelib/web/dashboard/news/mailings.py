"""The pages on which staff writes news and offers, tries them out, and lets go what another colleague has written."""

from collections.abc import Callable, Mapping

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict, DeskError, NotFound
from chalicelib.core.ids import new_id
from chalicelib.core.observability import audit
from chalicelib.core.texts import OWN_NAMES, desk_msg
from chalicelib.mailings.model import DRAFT, MOST_SUBJECT, MOST_TEXT, SENDING, SENT, STOPPED
from chalicelib.mailings.model import Words as MailingWords
from chalicelib.mailings.store import MOST_COUNTED
from chalicelib.mailings.texts import name
from chalicelib.outbox.mailing_counts import CAME_BACK, COMPLAINED, COUNTED, DELIVERED, NOT_SENT, QUEUED
from chalicelib.outbox.mailing_counts import SENT as COUNTED_SENT
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.dashboard.queue import staff_names
from chalicelib.web.dashboard.sidebar import page_without_list
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.routes_and_roles import RELEASERS
from chalicelib.web.labels import ERRORS
from chalicelib.wiring import mailings as wiring_mailings

STATES = {
    DRAFT: desk_msg("draft"),
    SENDING: desk_msg("on its way"),
    SENT: desk_msg("sent to all"),
    STOPPED: desk_msg("stopped"),
}
OUTCOMES = {
    QUEUED: desk_msg("Made for recipients"),
    COUNTED_SENT: desk_msg("Sent"),
    DELIVERED: desk_msg("Delivered"),
    CAME_BACK: desk_msg("Came back"),
    COMPLAINED: desk_msg("Delivered and marked as unwanted"),
    "ended": desk_msg("Not sent: the subscription had ended"),
    "declined": desk_msg("Not sent: wants no news and offers"),
    "paused": desk_msg("Not sent: consent is withdrawn"),
    "at_home": desk_msg("Not sent: no consent to the transfer abroad"),
    NOT_SENT: desk_msg("Not sent: refused by the mail service, or nobody there"),
}
PROBLEMS: Mapping[str, str] = {
    "client_id_used": desk_msg(
        "From this page a mailing was saved already, with other words; it is in the list. Save again to begin another."
    ),
    "purpose": desk_msg("Choose news or offers."),
    "subject": desk_msg("Each language needs a subject of at most 150 characters, in one line."),
    "text": desk_msg("Each language needs a text of at most 10,000 characters."),
    "changed": desk_msg("A colleague has changed this mailing meanwhile, or let it go. Here it is as it is now."),
    "same_person": desk_msg("Another colleague lets a mailing go than who wrote it."),
    "no_recipient": desk_msg("Nobody has subscribed to these mailings yet."),
    "no_account": desk_msg("No mailbox is linked from which a mailing could leave."),
}


def list_page(request: HttpRequest) -> Response:
    """GET the mailings, the newest first, and the form of a new one. Raises NotFound where there are none"""
    validators.only(request.query, (), "parameter")
    return _list_page(request)


def _list_page(request: HttpRequest, error: DeskError | None = None) -> Response:
    write, said = wiring_mailings.write_mailing(), _words(request)
    if not write.profile.mailed:
        raise NotFound("There are no mailings under this company's policy.")
    form = request.form if error else {}
    return page_without_list(
        "mailings.html",
        request,
        said,
        status=error.status if error else 200,
        here="mailings",
        found=write.store.newest(),
        purposes=[(one, name(said.language, one), write.store.count(one)) for one in write.profile.mailed],
        client_id=new_id(),
        chosen=form.get("purpose", ""),
        names={one: name(said.language, one) for one in write.profile.mailed},
        states=STATES,
        typed=_typed(form, write.profile.languages),
        most=(MOST_SUBJECT, MOST_TEXT),
        most_counted=MOST_COUNTED,
        language_names=OWN_NAMES,
        problem=_why(request, error),
    )


def begin(request: HttpRequest) -> Response:
    """POST a new mailing; redirect to it"""
    write = wiring_mailings.write_mailing()
    form, languages = request.form, write.profile.languages
    validators.only(form, ("csrf", "client_id", "purpose", *_fields(languages)))
    try:
        mailing_id = validators.form_id(form)
        write.begin(mailing_id, form.get("purpose", ""), _typed(form, languages), request.staff.id)
    except (BadInput, Conflict) as error:
        return _list_page(request, error)
    audit("mailing_written", staff_id=request.staff.id)
    return pages.go(f"/dashboard/mailings/{mailing_id}")


def page(request: HttpRequest) -> Response:
    """GET a mailing: how it will look, how many get it, what became of it"""
    validators.only(request.query, ("tried",), "parameter")
    return _page(request, tried=request.query.get("tried", "") == "yes")


def _page(request: HttpRequest, error: DeskError | None = None, *, tried: bool = False) -> Response:
    write, said = wiring_mailings.write_mailing(), _words(request)
    one = write.find(validators.path_id(request.path))
    keeps = error is not None and error.code in ("subject", "text")
    outcomes = write.store.outcomes(one.id) if one.state != DRAFT else {}
    return page_without_list(
        "mailing.html",
        request,
        said,
        status=error.status if error else 200,
        here="mailings",
        one=one,
        purpose=name(said.language, one.purpose),
        state=STATES[one.state],
        draft=one.state == DRAFT,
        going=one.state == SENDING,
        recipients=write.store.count(one.purpose) if one.state == DRAFT else 0,
        most_counted=MOST_COUNTED,
        shown={language: write.shown(one, language) for language in write.profile.languages},
        typed=_typed(request.form, write.profile.languages) if keeps else one.texts,
        outcomes=[(OUTCOMES[what], outcomes[what]) for what in COUNTED if outcomes.get(what)],
        language_names=OWN_NAMES,
        mine=one.author == request.staff.id,
        releases=request.staff.may(RELEASERS),
        most=(MOST_SUBJECT, MOST_TEXT),
        problem=_why(request, error),
        tried=tried,
    )


def change(request: HttpRequest) -> Response:
    """POST other texts of a draft"""
    write = wiring_mailings.write_mailing()
    languages = write.profile.languages
    validators.only(request.form, ("csrf", "version", *_fields(languages)))
    read, texts = _version(request), _typed(request.form, languages)
    return _done(request, lambda one: write.change(one, texts, read, request.staff.id), "mailing_written")


def try_out(request: HttpRequest) -> Response:
    """POST that a colleague wants the mailing at their own address"""
    write = wiring_mailings.write_mailing()
    validators.only(request.form, ("csrf", "language"))
    language = validators.word(request.form, "language", write.profile.languages)
    mailing_id, staff = validators.path_id(request.path), request.staff
    try:
        write.try_out(mailing_id, language, staff.email)
    except Conflict as error:
        return _page(request, error)
    audit("mailing_tried", staff_id=staff.id)
    return pages.go(f"/dashboard/mailings/{mailing_id}", tried="yes")


def release(request: HttpRequest) -> Response:
    """POST that a mailing goes to its recipients. Of a supervisor or administrator who has not written it"""
    validators.only(request.form, ("csrf", "version"))
    read, write = _version(request), wiring_mailings.write_mailing()
    return _done(request, lambda one: write.release(one, read, request.staff.id), "mailing_released")


def stop(request: HttpRequest) -> Response:
    """POST that a mailing goes to nobody else"""
    validators.only(request.form, ("csrf",))
    write = wiring_mailings.write_mailing()
    return _done(request, lambda one: write.stop(one, request.staff.id), "mailing_stopped")


def _done(request: HttpRequest, act: Callable[[str], None], event: str) -> Response:
    mailing_id = validators.path_id(request.path)
    try:
        act(mailing_id)
    except (BadInput, Conflict) as error:
        return _page(request, error)
    audit(event, staff_id=request.staff.id)
    return pages.go(f"/dashboard/mailings/{mailing_id}")


def _words(request: HttpRequest) -> Words:
    return pages.words_for(request, request.now, staff_names())


def _why(request: HttpRequest, error: DeskError | None) -> str:
    if error is None:
        return ""
    return _words(request).say(PROBLEMS.get(error.code, ERRORS[error.status]))


def _fields(languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{what}_{language}" for language in languages for what in ("subject", "text"))


def _typed(form: Mapping[str, str], languages: tuple[str, ...]) -> dict[str, MailingWords]:
    return {one: MailingWords(form.get(f"subject_{one}", ""), form.get(f"text_{one}", "")) for one in languages}


def _version(request: HttpRequest) -> int:
    said = request.form.get("version", "")
    if not said.isascii() or not said.isdigit() or len(said) > 6:
        raise BadInput("The field version names a whole number.")
    return int(said)
