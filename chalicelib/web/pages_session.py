"""Pages for coming in and going out: sign-in, undertaking, language."""

import secrets
from dataclasses import replace

from chalice.app import Response

from chalicelib import wiring_web
from chalicelib.domain.profile import LANGUAGES
from chalicelib.errors import BadInput, DeskError, Forbidden
from chalicelib.observability import audit
from chalicelib.usecases.sign_in import SignedIn, TooMany, WrongPassword
from chalicelib.web import fields
from chalicelib.web.api_session import MAX_CHALLENGE, MAX_EMAIL, MAX_PASSWORD
from chalicelib.web.auth import (
    LANGUAGE_COOKIE,
    LOGIN_COOKIE,
    SESSION_COOKIE,
    check_login_form,
    cookie,
    cookie_name,
    login_form_token,
)
from chalicelib.web.call import Call
from chalicelib.web.pages import go, page, safe_next, words_for

YEAR = 365 * 24 * 60 * 60


def home(call: Call) -> Response:
    """GET /"""
    return go("/dashboard")


def sign_in_page(call: Call) -> Response:
    """GET sign-in"""
    fields.only(call.query, ("lang", "next"), "parameter")
    return _form(call, next_page=safe_next(call.query.get("next", "")))


def _form(
    call: Call,
    *,
    next_page: str,
    status: int = 200,
    challenge: str = "",
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
        challenge=challenge,
        email=email,
        problem=problem,
    )
    cookies = [cookie(LOGIN_COOKIE, value, 60 * 60)]
    if call.query.get("lang") in LANGUAGES:
        cookies.append(cookie(LANGUAGE_COOKIE, call.query["lang"], YEAR))
    answer.headers["Set-Cookie"] = cookies
    return answer


def sign_in(call: Call) -> Response:
    """POST sign-in"""
    fields.only(call.query, (), "parameter")
    form = call.form
    fields.only(form, ("csrf", "next", "email", "password", "challenge", "code"))
    next_page = safe_next(form.get("next", ""))
    email, challenge = form.get("email", "").strip(), form.get("challenge", "")
    try:
        check_login_form(call)
        answer = _attempt(call, email, challenge)
    except DeskError as error:
        if not isinstance(error, WrongPassword | TooMany | Forbidden | BadInput):
            raise
        retry = challenge if isinstance(error, WrongPassword) else ""
        return _form(
            call, next_page=next_page, status=error.status, challenge=retry, email=email, problem=_problem(call, error)
        )
    if isinstance(answer, str):
        return _form(call, next_page=next_page, challenge=answer, email=email)
    end = [cookie(SESSION_COOKIE, answer.token), cookie(LOGIN_COOKIE, "", 0)]
    old = call.cookies.get(cookie_name(SESSION_COOKIE), "")
    if 20 <= len(old) <= 100:
        wiring_web.sessions().end(old)
    return go(next_page, end)


def _attempt(call: Call, email: str, challenge: str) -> SignedIn | str:
    form, use = call.form, wiring_web.sign_in()
    if challenge:
        challenge = fields.short(form, "challenge", MAX_CHALLENGE)
        return use.with_code(challenge, fields.short(form, "code", 12), call.source, "page")
    if not 0 < len(form.get("password", "")) <= MAX_PASSWORD or not 0 < len(email) <= MAX_EMAIL:
        raise BadInput("Fill in e-mail and password.")
    return use.with_password(fields.short(form, "email", MAX_EMAIL), form["password"], call.source, "page")


def _problem(call: Call, error: DeskError) -> str:
    say = words_for(call, call.now).say
    if isinstance(error, WrongPassword):
        if error.left:
            return say("The e-mail, password or code is wrong. Attempts left: {left}, then wait 15 minutes.").format(
                left=error.left
            )
        return say("The e-mail, password or code is wrong. Wait 15 minutes before the next attempt.")
    if isinstance(error, TooMany):
        return say("Too many failed attempts. Wait 15 minutes and try again.")
    if error.code == "csrf":
        return say("This page was open too long. Enter everything once more.")
    if error.code == "account_not_ready":
        return say("This account needs a new password or code. Ask an administrator.")
    return say("Fill in everything and begin again.")


def sign_out(call: Call) -> Response:
    """POST sign-out"""
    fields.only(call.form, ("csrf",))
    wiring_web.sessions().end(call.token)
    audit("signed_out", staff_id=call.colleague.id, kind="page")
    return go("/dashboard/sign-in", [cookie(SESSION_COOKIE, "", 0)])


def set_language(call: Call) -> Response:
    """POST language"""
    fields.only(call.form, ("csrf", "language", "next"))
    language = fields.word(call.form, "language", LANGUAGES)
    wiring_web.staff().set_language(call.colleague.id, language)
    return go(safe_next(call.form.get("next", "")), [cookie(LANGUAGE_COOKIE, language, YEAR)])


def undertaking_page(call: Call) -> Response:
    """GET undertaking"""
    fields.only(call.query, (), "parameter")
    return page("undertaking.html", call)


def undertaking(call: Call) -> Response:
    """POST undertaking"""
    fields.only(call.form, ("csrf", "agree"))
    fields.word(call.form, "agree", ("yes",))
    wiring_web.sign_undertaking()(call.colleague)
    return go("/dashboard")
