"""Finds out who is signed in and whether the route is open to them: sessions, roles, undertaking, form tokens."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from chalicelib.core.errors import Forbidden, NotSignedIn
from chalicelib.staff.model import Session, Staff
from chalicelib.web.http.cookies import LOGIN_COOKIE, SESSION_COOKIE, cookie_name
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.routes_and_roles import Route
from chalicelib.web.http.tokens import is_token
from chalicelib.web.http.watch import Watch


def token_of(request: HttpRequest, route: Route) -> str:
    """Return the session token: from the Bearer header for the API, from the cookie for pages, never the other way."""
    if route.api:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""
    return request.cookies.get(cookie_name(SESSION_COOKIE), "")


def look(request: HttpRequest, route: Route, release: Callable[[], str]) -> HttpRequest:
    """Return the request with what its page watches: one call reads session and marker. Raises Unavailable.

    An open page that asks for changes may learn of them a moment late. A page that is loaded reads strongly, and its
    session is not read again. `release` names scripts and styles, which an answer of the API does not read.
    """
    from chalicelib.wiring import web as wiring_web

    token = token_of(request, route)
    if not route.watches or not _may_be_token(token):
        return request
    asks, sessions = "if-none-match" in request.headers, wiring_web.sessions()
    marker, row = wiring_web.markers().read_with(sessions.row_key(token), strong=not asks)
    session = sessions.of_row(row, "page", request.now)
    if session is None:
        return request
    place = "&".join(f"{name}={value}" for name, value in sorted(request.query.items()))
    about = (release(), session.staff_id, str(session.generation), *request.path.values(), request.route, place)
    watch = Watch.of(marker, route.watches, about, request.now, request.headers)
    return replace(request, watch=watch, session=None if asks else session)


def identify(request: HttpRequest, route: Route) -> HttpRequest:
    """Return the request with the staff member who is signed in, if anybody. Raises Unavailable."""
    token = token_of(request, route)
    staff = find_staff(token, "api" if route.api else "page", request.now, request.session) if token else None
    return replace(request, signed_in=staff, token=token) if staff else request


def permit(request: HttpRequest, route: Route) -> None:
    """Check that the route is open to the staff member. Raises NotSignedIn and Forbidden."""
    if route.public:
        return
    if request.signed_in is None:
        raise NotSignedIn("You are signed out, or your session has ended. Sign in again.")
    if not request.signed_in.may(route.roles):
        raise Forbidden("Your role does not allow this. Ask an administrator.")
    if route.undertaking and not _has_signed(request.signed_in):
        raise Forbidden("Sign the confidentiality undertaking first.", code="undertaking")
    if route.form:
        check_form(request)


def _has_signed(staff: Staff) -> bool:
    from chalicelib.wiring import web as wiring_web

    return staff.has_signed(wiring_web.profile().undertaking.version)


def find_staff(token: str, kind: str, now: int, session: Session | None = None) -> Staff | None:
    """Return the staff member of a session, or None. `session` is given when it was read already.

    Session and staff row are read at each request, so a revocation takes effect at once.
    """
    from chalicelib.wiring import web as wiring_web

    if not _may_be_token(token):
        return None
    session = session or wiring_web.sessions().find(token, kind, now)
    if session is None:
        return None
    staff = wiring_web.staff().get(session.staff_id)
    if staff is None or staff.disabled or staff.generation != session.generation:
        return None
    return staff


def _may_be_token(token: str) -> bool:
    return 20 <= len(token) <= 100


def check_form(request: HttpRequest) -> None:
    """Check that a form was made for this session. Raises Forbidden."""
    from chalicelib.staff.sessions import csrf_token

    if not is_token(request.form.get("csrf", ""), csrf_token(request.token)):
        raise Forbidden("This form belongs to another session. Load the page again and repeat.", code="csrf")


def login_form_token(cookie_value: str) -> str:
    """Return the token of the sign-in form. There is no session yet, so it is made from a random cookie of the page."""
    return hashlib.sha256(f"login|{cookie_value}".encode()).hexdigest()


def check_login_form(request: HttpRequest) -> None:
    """Check that the sign-in form is ours and not another site's. Raises Forbidden."""
    value = request.cookies.get(cookie_name(LOGIN_COOKIE), "")
    if len(value) < 20 or not is_token(request.form.get("csrf", ""), login_form_token(value)):
        raise Forbidden("The sign-in form is too old. Load the page again and repeat.", code="csrf")
