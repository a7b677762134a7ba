"""Names and attributes of the cookies: sign-in, first sign-in, language."""

from http.cookies import CookieError, SimpleCookie

from chalicelib.core.clock import SECOND
from chalicelib.core.settings import settings
from chalicelib.staff.model import SESSION_LASTS

LOCAL = "http://127.0.0.1"


def uses_https() -> bool:
    """Tell whether cookies travel by HTTPS only, as everywhere but in the local run."""
    return not settings().public_url.startswith(LOCAL)


def cookie_name(what: str) -> str:
    """Return the full name of a cookie. With `__Host-` a browser takes it only from this host and by HTTPS."""
    return f"__Host-{what}" if uses_https() else what


SESSION_COOKIE = "desk"


LOGIN_COOKIE = "desk-login"


LANGUAGE_COOKIE = "desk-language"


def cookie(what: str, value: str, seconds: int = SESSION_LASTS // SECOND) -> str:
    """Return a value for Set-Cookie. Scripts cannot read the cookie, and posts of other sites do not carry it."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar[cookie_name(what)] = value
    except CookieError as error:  # pragma: no cover - our names and values are plain
        raise ValueError("this cookie cannot be written") from error
    morsel = jar[cookie_name(what)]
    morsel["path"], morsel["httponly"], morsel["samesite"], morsel["max-age"] = "/", True, "Lax", seconds
    if uses_https():
        morsel["secure"] = True
    return morsel.OutputString()
