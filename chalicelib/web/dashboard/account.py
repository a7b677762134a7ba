"""One's own account: who one is here, and the authenticator application."""

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict, DeskError, Forbidden
from chalicelib.staff.authenticator import NotProven
from chalicelib.staff.challenges import ChallengeOver
from chalicelib.staff.sign_in import Step, TooMany
from chalicelib.tickets.listing import counts
from chalicelib.web.api.session import MAX_CHALLENGE, MAX_CODE, password
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.enrolment import shown
from chalicelib.web.dashboard.problems import problem_text
from chalicelib.web.dashboard.queue import BY_NAME, Place, rail
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


def account(call: HttpRequest) -> Response:
    """GET account"""
    fields.only(call.query, (), "parameter")
    return _page(call)


def _page(call: HttpRequest, *, status: int = 200, step: Step | None = None, problem: str = "") -> Response:
    words = pages.words_for(call, call.now)
    place = Place(BY_NAME["open"])
    return pages.page(
        "account.html",
        call,
        status=status,
        words=words,
        place=place,
        rail=rail(place, words, counts(call.now), call.colleague),
        step=step,
        shown=shown(step) if step else None,
        authenticator=step is None and wiring_web.authenticator().is_on(call.colleague),
        problem=problem,
    )


def set_up(call: HttpRequest) -> Response:
    """POST: the password, then the first code. The key is shown in the answer and kept nowhere, so the step with it
    is the one page that follows a post without a redirect."""
    form, use = call.form, wiring_web.authenticator()
    fields.only(form, ("csrf", "password", "challenge", "code"))
    challenge = form.get("challenge", "")
    try:
        if not challenge:
            return _page(call, step=use.begin(call.colleague, password(form, "password"), call.source))
        fields.short(form, "challenge", MAX_CHALLENGE)
        use.finish(call.colleague, challenge, fields.code(form, "code", MAX_CODE), call.source)
    except DeskError as error:
        return _refused(call, error, challenge)
    return pages.go("/dashboard/account")


def switch_off(call: HttpRequest) -> Response:
    """POST: the password and a code of the application"""
    form = call.form
    fields.only(form, ("csrf", "password", "code"))
    try:
        given = password(form, "password"), fields.code(form, "code", MAX_CODE)
        wiring_web.authenticator().switch_off(call.colleague, *given, call.source)
    except DeskError as error:
        return _refused(call, error)
    return pages.go("/dashboard/account")


def _refused(call: HttpRequest, error: DeskError, challenge: str = "") -> Response:
    """The page again, saying what was wrong; with the same key while its step may be tried again."""
    if not isinstance(error, NotProven | TooMany | Conflict | Forbidden | BadInput):
        raise error
    step = None
    if 0 < len(challenge) <= MAX_CHALLENGE and not isinstance(error, ChallengeOver | TooMany):
        try:
            step = wiring_web.authenticator().step(call.colleague, challenge)
        except ChallengeOver:
            step = None
    say = pages.words_for(call, call.now).say
    return _page(call, status=error.status, step=step, problem=problem_text(say, error))
