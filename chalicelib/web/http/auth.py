"""Who is calling, and may they: sessions, roles, undertaking, forms."""

import hashlib
import hmac
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie

from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Forbidden, NotSignedIn
from chalicelib.core.settings import settings
from chalicelib.staff.model import SESSION_LASTS, Staff
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.routes import Route

LOCAL = "http://127.0.0.1"


def is_secure() -> bool:
    """Whether cookies travel by HTTPS only: everywhere but in the local run."""
    return not settings().public_url.startswith(LOCAL)


def cookie_name(what: str) -> str:
    """`__Host-` makes a browser refuse such a cookie from anywhere but this very host, by HTTPS."""
    return f"__Host-{what}" if is_secure() else what


SESSION_COOKIE = "desk"
LOGIN_COOKIE = "desk-login"
LANGUAGE_COOKIE = "desk-language"


def cookie(what: str, value: str, seconds: int = SESSION_LASTS // SECOND) -> str:
    """A Set-Cookie value that scripts cannot read and other sites cannot send with their posts."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar[cookie_name(what)] = value
    except CookieError as error:  # pragma: no cover - our names and values are plain
        raise ValueError("this cookie cannot be written") from error
    morsel = jar[cookie_name(what)]
    morsel["path"], morsel["httponly"], morsel["samesite"], morsel["max-age"] = "/", True, "Lax", seconds
    if is_secure():
        morsel["secure"] = True
    return morsel.OutputString()


def token_of(call: HttpRequest, route: Route) -> str:
    """The session token: a Bearer header for the API, a cookie for pages. Neither serves in place of the other."""
    if route.api:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""
    return call.cookies.get(cookie_name(SESSION_COOKIE), "")


def identify(call: HttpRequest, route: Route) -> HttpRequest:
    """Return the call with who is signed in, if anybody. Raises Unavailable."""
    token = token_of(call, route)
    staff = find_staff(token, "api" if route.api else "page", call.now) if token else None
    return replace(call, staff=staff, token=token) if staff else call


def permit(call: HttpRequest, route: Route) -> None:
    """Refuse who may not make this call. Raises NotSignedIn and Forbidden."""
    if route.public:
        return
    if call.staff is None:
        raise NotSignedIn("You are signed out, or your session has ended. Sign in again.")
    if not call.staff.may(route.roles):
        raise Forbidden("Your role does not allow this. Ask an administrator.")
    if route.undertaking and not call.staff.undertaking_at:
        raise Forbidden("Sign the confidentiality undertaking first.", code="undertaking")
    if route.form:
        check_form(call)


def find_staff(token: str, kind: str, now: int) -> Staff | None:
    """Whose session this is. Session and colleague are read anew each time, so a revocation holds at once."""
    from chalicelib.wiring import web as wiring_web

    if not 20 <= len(token) <= 100:
        return None
    session = wiring_web.sessions().find(token, kind, now)
    if session is None:
        return None
    staff = wiring_web.staff().get(session.staff_id)
    if staff is None or staff.disabled or staff.generation != session.generation:
        return None
    return staff


def check_form(call: HttpRequest) -> None:
    """Refuse a form that was not made for this session. Raises Forbidden."""
    from chalicelib.staff.sessions import csrf_token

    if not hmac.compare_digest(call.form.get("csrf", "").encode(), csrf_token(call.token).encode()):
        raise Forbidden("This form belongs to another session. Load the page again and repeat.", code="csrf")


def login_form_token(cookie_value: str) -> str:
    """The token of the sign-in form, which has no session yet: derived from a random cookie of that page."""
    return hashlib.sha256(f"login|{cookie_value}".encode()).hexdigest()


def check_login_form(call: HttpRequest) -> None:
    """Refuse a sign-in form that another site made. Raises Forbidden."""
    value = call.cookies.get(cookie_name(LOGIN_COOKIE), "")
    given = call.form.get("csrf", "").encode()
    if len(value) < 20 or not hmac.compare_digest(given, login_form_token(value).encode()):
        raise Forbidden("The sign-in form is too old. Load the page again and repeat.", code="csrf")
