"""Pages of the session: sign-in, sign-out, the undertaking of confidentiality, the language."""

import secrets
from dataclasses import replace

from chalice.app import Response

from chalicelib.core.errors import BadInput, DeskError, Forbidden
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.observability import audit
from chalicelib.staff.authenticator_model import LEAST_PASSWORD
from chalicelib.staff.challenges import ChallengeOver
from chalicelib.staff.sessions import csrf_token
from chalicelib.staff.sign_in import SignedIn, Step, TooMany, WrongPassword
from chalicelib.staff.undertaking import undertaking_text
from chalicelib.web.dashboard.access.account import enrolment_key
from chalicelib.web.dashboard.access.sign_in_problems import problem_text
from chalicelib.web.dashboard.rendering import go, language_of, page, safe_next, words_for
from chalicelib.web.http import validators
from chalicelib.web.http.auth import check_login_form, login_form_token
from chalicelib.web.http.cookies import LANGUAGE_COOKIE, LOGIN_COOKIE, SESSION_COOKIE, cookie, cookie_name
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response
from chalicelib.web.http.tokens import masked
from chalicelib.wiring import web as wiring_web

YEAR = 365 * 24 * 60 * 60


def home(_request: HttpRequest) -> Response:
    """GET /: redirect to the list"""
    return go("/dashboard")


def sign_in_page(request: HttpRequest) -> Response:
    """GET the sign-in form"""
    validators.only(request.query, ("lang", "next"), "parameter")
    return _form(request, next_page=safe_next(request.query.get("next", "")))


def _form(
    request: HttpRequest,
    *,
    next_page: str,
    status: int = 200,
    step: Step | None = None,
    email: str = "",
    problem: str = "",
) -> Response:
    """Render the sign-in form. Its token is made from a random cookie; another site can neither read nor set it."""
    value = request.cookies.get(cookie_name(LOGIN_COOKIE), "")
    if len(value) < 20:
        value = secrets.token_urlsafe(24)
    answer = page(
        "signin.html",
        replace(request, signed_in=None, token=""),
        status=status,
        form_token=masked(login_form_token(value)),
        next_page=next_page,
        step=step,
        least=LEAST_PASSWORD,
        enrolment_key=enrolment_key(step) if step else None,
        email=step.account if step else email,
        problem=problem,
    )
    cookies = [cookie(LOGIN_COOKIE, value, 60 * 60)]
    if request.query.get("lang") in LANGUAGES:
        cookies.append(cookie(LANGUAGE_COOKIE, request.query["lang"], YEAR))
    answer.headers["Set-Cookie"] = cookies
    return answer


def sign_in(request: HttpRequest) -> Response:
    """POST sign-in: first the password, then each further step that the account demands, until there is a session."""
    validators.only(request.query, (), "parameter")
    form = request.form
    validators.only(form, ("csrf", "next", "email", "password", "challenge", "code", "new_password", "repeat"))
    next_page = safe_next(form.get("next", ""))
    email, challenge = form.get("email", "").strip(), form.get("challenge", "")
    try:
        check_login_form(request)
        answer = _attempt(request, email, challenge)
    except DeskError as error:
        if not isinstance(error, WrongPassword | TooMany | Forbidden | BadInput):
            raise
        step = _once_more(challenge, error)
        problem = problem_text(words_for(request, request.now).say, error)
        return _form(request, next_page=next_page, status=error.status, step=step, email=email, problem=problem)
    if isinstance(answer, Step):
        return _form(request, next_page=next_page, step=answer)
    end = [cookie(SESSION_COOKIE, answer.token), cookie(LOGIN_COOKIE, "", 0)]
    old = request.cookies.get(cookie_name(SESSION_COOKIE), "")
    if 20 <= len(old) <= 100:
        wiring_web.sessions().end(old)
    return go(next_page, end)


def _attempt(request: HttpRequest, email: str, challenge: str) -> SignedIn | Step:
    form, use = request.form, wiring_web.sign_in()
    if not challenge:
        if (
            not 0 < len(form.get("password", "")) <= validators.MAX_PASSWORD
            or not 0 < len(email) <= validators.MAX_EMAIL
        ):
            raise BadInput("Fill in e-mail and password.")
        return use.with_password(
            validators.short(form, "email", validators.MAX_EMAIL), form["password"], request.source, "page"
        )
    challenge = validators.short(form, "challenge", validators.MAX_CHALLENGE)
    if use.step(challenge).kind != "new_password":
        return use.with_code(challenge, validators.code(form, "code", validators.MAX_CODE), request.source, "page")
    new = validators.password(form, "new_password")
    if new != form.get("repeat", ""):
        raise BadInput("The two passwords are not the same.", code="passwords_differ")
    return use.with_new_password(challenge, new, request.source, "page")


def _once_more(challenge: str, error: DeskError) -> Step | None:
    """Return the step if it may be tried again: not after a wrong password, a time-out, a lock, or a foreign form."""
    over = isinstance(error, ChallengeOver | TooMany | Forbidden) or type(error) is WrongPassword
    if over or not 0 < len(challenge) <= validators.MAX_CHALLENGE:
        return None
    try:
        return wiring_web.sign_in().step(challenge)
    except ChallengeOver:
        return None


def sign_out(request: HttpRequest) -> Response:
    """POST: end the session"""
    validators.only(request.form, ("csrf",))
    wiring_web.sessions().end(request.token)
    audit("signed_out", staff_id=request.staff.id, kind="page")
    return go("/dashboard/sign-in", [cookie(SESSION_COOKIE, "", 0)])


def set_language(request: HttpRequest) -> Response:
    """POST: choose the language of the account"""
    validators.only(request.form, ("csrf", "language", "next"))
    language = validators.word(request.form, "language", LANGUAGES)
    wiring_web.staff().set_language(request.staff.id, language)
    return go(safe_next(request.form.get("next", "")), [cookie(LANGUAGE_COOKIE, language, YEAR)])


def session(request: HttpRequest) -> Response:
    """GET who is signed in now, and the token of their forms. The script asks this when a page was left open."""
    validators.only(request.query, (), "parameter")
    return json_response({"staff": request.staff.id, "csrf": masked(csrf_token(request.token))})


def undertaking_page(request: HttpRequest) -> Response:
    """GET the text of the undertaking"""
    validators.only(request.query, (), "parameter")
    return read_undertaking(request)


def read_undertaking(request: HttpRequest, status: int = 200) -> Response:
    """Show the text of today's version in the reader's language, to be signed if it was not."""
    text = undertaking_text(wiring_web.profile(), language_of(request))
    return page("undertaking.html", request, status=status, text=text, signed=request.staff.has_signed(text.version))


def undertaking(request: HttpRequest) -> Response:
    """POST: sign the undertaking"""
    validators.only(request.form, ("csrf", "agree", "version", "language"))
    validators.word(request.form, "agree", ("yes",))
    form = request.form
    wiring_web.sign_undertaking()(request.staff, form.get("version", ""), form.get("language", ""))
    return go("/dashboard")
