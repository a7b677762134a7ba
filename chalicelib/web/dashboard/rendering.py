"""What all pages share: templates, language, addresses, redirects, the page that explains a refusal."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalice.app import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.core.languages import LANGUAGES
from chalicelib.core.settings import settings
from chalicelib.core.texts import LANGUAGE_NAMES, desk_text
from chalicelib.profile.load import load_profile
from chalicelib.staff.model import Role
from chalicelib.web.clause_words import clause_words
from chalicelib.web.dashboard import presenter as show
from chalicelib.web.dashboard import static
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.details import beside
from chalicelib.web.http.auth import LANGUAGE_COOKIE, cookie_name
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import SECURITY_HEADERS, html_answer

_NEXT = re.compile(r"/dashboard(/undertaking|/tickets/[0-9a-z]{20}|/privacy|/privacy/[0-9a-z]{20})?")


@cache
def _environment() -> Environment:
    folder = static._FOLDER.parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "static": lambda name: base() + static.address(name),
        "languages": [(one, LANGUAGE_NAMES[one]) for one in LANGUAGES],
        "icons": show,
        "capped": show.capped,
        "beside": beside,
        "clause_words": clause_words,
    }
    return environment


@cache
def base() -> str:
    """The path below which the service lives: "" behind its own domain, "/api" on a bare API address."""
    return urlsplit(settings().public_url).path.rstrip("/")


def language_of(call: HttpRequest | None) -> str:
    """The reader's language: their own choice, this browser's choice, what the browser prefers, the profile's first."""
    if call is None:
        return load_profile(settings().operator).languages[0]
    chosen = call.staff.language if call.staff else ""
    for one in (chosen, call.query.get("lang", ""), call.cookies.get(cookie_name(LANGUAGE_COOKIE), "")):
        if one in LANGUAGES:
            return one
    for part in call.headers.get("accept-language", "").split(","):
        wanted = part.split(";")[0].strip().split("-")[0].lower()
        if wanted in LANGUAGES:
            return wanted
    return load_profile(settings().operator).languages[0]


def words_for(call: HttpRequest | None, now: int, names: Mapping[str, str] | None = None) -> Words:
    """Texts in the reader's language."""
    language = language_of(call)
    me = call.staff.id if call and call.staff else ""
    return Words(language, desk_text(language).gettext, now, me, names or {})


def page(
    template: str, call: HttpRequest | None, *, status: int = 200, words: Words | None = None, **values: Any
) -> Response:
    """Render a page in the reader's language."""
    from chalicelib.staff.sessions import csrf_token

    words = words or words_for(call, call.now if call else 0)
    staff = call.staff if call else None
    html = (
        _environment()
        .get_template(template)
        .render(
            _=words.say,
            words=words,
            base=base(),
            staff=staff,
            is_officer=bool(staff and Role.PRIVACY_OFFICER in staff.roles),
            is_administrator=bool(staff and Role.ADMINISTRATOR in staff.roles),
            service=load_profile(settings().operator).operator.service,
            csrf=csrf_token(call.token) if call and call.token else "",
            **values,
        )
    )
    return html_answer(html, status)


def go(path: str, cookies: list[str] | None = None, **query: str) -> Response:
    """Send the browser on to another page, so that reloading repeats nothing."""
    kept = {name: value for name, value in query.items() if value}
    location = base() + path + (f"?{urlencode(kept)}" if kept else "")
    headers: dict[str, Any] = {**SECURITY_HEADERS, "Location": location, "Cache-Control": "no-store"}
    if cookies:
        headers["Set-Cookie"] = cookies
    return Response("", status_code=303, headers=headers)


def safe_next(path: str) -> str:
    """A page of ours to go on to after signing in; anything else is the list."""
    return path if _NEXT.fullmatch(path) else "/dashboard"
