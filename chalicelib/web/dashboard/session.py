"""Pages for coming in and going out: sign-in, undertaking, language."""

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
from chalicelib.web.api.session import MAX_CHALLENGE, MAX_CODE, MAX_EMAIL, MAX_PASSWORD, password
from chalicelib.web.dashboard.enrolment import shown
from chalicelib.web.dashboard.problems import problem_text
from chalicelib.web.dashboard.rendering import go, page, safe_next, words_for
from chalicelib.web.http import validators as fields
from chalicelib.web.http.auth import (
    LANGUAGE_COOKIE,
    LOGIN_COOKIE,
    SESSION_COOKIE,
    check_login_form,
    cookie,
    cookie_name,
    login_form_token,
)
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_answer
from chalicelib.wiring import web as wiring_web

YEAR = 365 * 24 * 60 * 60


def home(_call: HttpRequest) -> Response:
    """GET /"""
    return go("/dashboard")


def sign_in_page(call: HttpRequest) -> Response:
    """GET sign-in"""
    fields.only(call.query, ("lang", "next"), "parameter")
    return _form(call, next_page=safe_next(call.query.get("next", "")))


def _form(
    call: HttpRequest,
    *,
    next_page: str,
    status: int = 200,
    step: Step | None = None,
    email: str = "",
    problem: str = "",
) -> Response:
    """The sign-in form with a random cookie that its token is made from: another site can set neither."""
    value = call.cookies.get(cookie_name(LOGIN_COOKIE), "")
    if len(value) < 20:
        value = secrets.token_urlsafe(24)
    answer = page(
        "signin.html",
        replace(call, staff=None, token=""),
        status=status,
        form_token=login_form_token(value),
        next_page=next_page,
        step=step,
        least=LEAST_PASSWORD,
        shown=shown(step) if step else None,
        email=step.account if step else email,
        problem=problem,
    )
    cookies = [cookie(LOGIN_COOKIE, value, 60 * 60)]
    if call.query.get("lang") in LANGUAGES:
        cookies.append(cookie(LANGUAGE_COOKIE, call.query["lang"], YEAR))
    answer.headers["Set-Cookie"] = cookies
    return answer


def sign_in(call: HttpRequest) -> Response:
    """POST sign-in: the password, then what the account asks for, until there is a session."""
    fields.only(call.query, (), "parameter")
    form = call.form
    fields.only(form, ("csrf", "next", "email", "password", "challenge", "code", "new_password", "repeat"))
    next_page = safe_next(form.get("next", ""))
    email, challenge = form.get("email", "").strip(), form.get("challenge", "")
    try:
        check_login_form(call)
        answer = _attempt(call, email, challenge)
    except DeskError as error:
        if not isinstance(error, WrongPassword | TooMany | Forbidden | BadInput):
            raise
        step = _once_more(challenge, error)
        problem = problem_text(words_for(call, call.now).say, error)
        return _form(call, next_page=next_page, status=error.status, step=step, email=email, problem=problem)
    if isinstance(answer, Step):
        return _form(call, next_page=next_page, step=answer)
    end = [cookie(SESSION_COOKIE, answer.token), cookie(LOGIN_COOKIE, "", 0)]
    old = call.cookies.get(cookie_name(SESSION_COOKIE), "")
    if 20 <= len(old) <= 100:
        wiring_web.sessions().end(old)
    return go(next_page, end)


def _attempt(call: HttpRequest, email: str, challenge: str) -> SignedIn | Step:
    form, use = call.form, wiring_web.sign_in()
    if not challenge:
        if not 0 < len(form.get("password", "")) <= MAX_PASSWORD or not 0 < len(email) <= MAX_EMAIL:
            raise BadInput("Fill in e-mail and password.")
        return use.with_password(fields.short(form, "email", MAX_EMAIL), form["password"], call.source, "page")
    challenge = fields.short(form, "challenge", MAX_CHALLENGE)
    if use.step(challenge).kind != "new_password":
        return use.with_code(challenge, fields.code(form, "code", MAX_CODE), call.source, "page")
    new = password(form, "new_password")
    if new != form.get("repeat", ""):
        raise BadInput("The two passwords are not the same.", code="passwords_differ")
    return use.with_new_password(challenge, new, call.source, "page")


def _once_more(challenge: str, error: DeskError) -> Step | None:
    """The step that may be tried again: not when it or the account is over, nor when its form is another site's."""
    over = isinstance(error, ChallengeOver | TooMany | Forbidden) or type(error) is WrongPassword
    if over or not 0 < len(challenge) <= MAX_CHALLENGE:
        return None
    try:
        return wiring_web.sign_in().step(challenge)
    except ChallengeOver:
        return None


def sign_out(call: HttpRequest) -> Response:
    """POST sign-out"""
    fields.only(call.form, ("csrf",))
    wiring_web.sessions().end(call.token)
    audit("signed_out", staff_id=call.colleague.id, kind="page")
    return go("/dashboard/sign-in", [cookie(SESSION_COOKIE, "", 0)])


def set_language(call: HttpRequest) -> Response:
    """POST language"""
    fields.only(call.form, ("csrf", "language", "next"))
    language = fields.word(call.form, "language", LANGUAGES)
    wiring_web.staff().set_language(call.colleague.id, language)
    return go(safe_next(call.form.get("next", "")), [cookie(LANGUAGE_COOKIE, language, YEAR)])


def session(call: HttpRequest) -> Response:
    """GET who is signed in by now, and the token of their forms: for the script of a page that was left open"""
    fields.only(call.query, (), "parameter")
    return json_answer({"staff": call.colleague.id, "csrf": csrf_token(call.token)})


def undertaking_page(call: HttpRequest) -> Response:
    """GET undertaking"""
    fields.only(call.query, (), "parameter")
    return page("undertaking.html", call)


def undertaking(call: HttpRequest) -> Response:
    """POST undertaking"""
    fields.only(call.form, ("csrf", "agree"))
    fields.word(call.form, "agree", ("yes",))
    wiring_web.sign_undertaking()(call.colleague)
    return go("/dashboard")
