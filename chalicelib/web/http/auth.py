"""Finds out who is signed in and whether the route is open to them: sessions, roles, undertaking, form tokens."""

import hashlib
import hmac
from dataclasses import replace

from chalicelib.core.errors import Forbidden, NotSignedIn
from chalicelib.staff.model import Staff
from chalicelib.web.http.cookies import LOGIN_COOKIE, SESSION_COOKIE, cookie_name
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.routes_and_roles import Route


def token_of(request: HttpRequest, route: Route) -> str:
    """Return the session token: from the Bearer header for the API, from the cookie for pages, never the other way."""
    if route.api:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""
    return request.cookies.get(cookie_name(SESSION_COOKIE), "")


def identify(request: HttpRequest, route: Route) -> HttpRequest:
    """Return the request with the staff member who is signed in, if anybody. Raises Unavailable."""
    token = token_of(request, route)
    staff = find_staff(token, "api" if route.api else "page", request.now) if token else None
    return replace(request, signed_in=staff, token=token) if staff else request


def permit(request: HttpRequest, route: Route) -> None:
    """Check that the route is open to the staff member. Raises NotSignedIn and Forbidden."""
    if route.public:
        return
    if request.signed_in is None:
        raise NotSignedIn("You are signed out, or your session has ended. Sign in again.")
    if not request.signed_in.may(route.roles):
        raise Forbidden("Your role does not allow this. Ask an administrator.")
    if route.undertaking and not request.signed_in.undertaking_at:
        raise Forbidden("Sign the confidentiality undertaking first.", code="undertaking")
    if route.form:
        check_form(request)


def find_staff(token: str, kind: str, now: int) -> Staff | None:
    """Return the staff member of a session, or None.

    Session and staff row are read at each request, so a revocation takes effect at once.
    """
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


def check_form(request: HttpRequest) -> None:
    """Check that a form was made for this session. Raises Forbidden."""
    from chalicelib.staff.sessions import csrf_token

    if not hmac.compare_digest(request.form.get("csrf", "").encode(), csrf_token(request.token).encode()):
        raise Forbidden("This form belongs to another session. Load the page again and repeat.", code="csrf")


def login_form_token(cookie_value: str) -> str:
    """Return the token of the sign-in form. There is no session yet, so it is made from a random cookie of the page."""
    return hashlib.sha256(f"login|{cookie_value}".encode()).hexdigest()


def check_login_form(request: HttpRequest) -> None:
    """Check that the sign-in form is ours and not another site's. Raises Forbidden."""
    value = request.cookies.get(cookie_name(LOGIN_COOKIE), "")
    given = request.form.get("csrf", "").encode()
    if len(value) < 20 or not hmac.compare_digest(given, login_form_token(value).encode()):
        raise Forbidden("The sign-in form is too old. Load the page again and repeat.", code="csrf")
