"""What all pages share: templates, the reader's language, addresses and redirects."""

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
from chalicelib.staff.sessions import csrf_token
from chalicelib.web import file_words
from chalicelib.web.dashboard import presenter
from chalicelib.web.dashboard.parts import CUT, TOKEN, Parts
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.details import detail_lines
from chalicelib.web.http.cookies import LANGUAGE_COOKIE, cookie_name
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import SECURITY_HEADERS, html_response, json_response
from chalicelib.web.http.tokens import masked
from chalicelib.web.labels import clause_words
from chalicelib.web.public import static

_NEXT = re.compile(r"/dashboard(/undertaking|/tickets/[0-9a-z]{20}|/withheld|/privacy|/privacy/[0-9a-z]{20})?")


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
        "icons": presenter,
        "capped": presenter.capped,
        "detail_lines": detail_lines,
        "clause_words": clause_words,
        "file_words": file_words,
    }
    return environment


@cache
def base() -> str:
    """Return the path below which the service answers: "" on its own domain, "/api" on an address of API Gateway."""
    return urlsplit(settings().public_url).path.rstrip("/")


def language_of(request: HttpRequest | None) -> str:
    """Return the reader's language.

    The first of these that names one of ours wins: the account, `lang` in the address, the browser's cookie,
    Accept-Language; else it is the first language of the profile.
    """
    if request is None:
        return load_profile(settings().operator).languages[0]
    chosen = request.signed_in.language if request.signed_in else ""
    for one in (chosen, request.query.get("lang", ""), request.cookies.get(cookie_name(LANGUAGE_COOKIE), "")):
        if one in LANGUAGES:
            return one
    for part in request.headers.get("accept-language", "").split(","):
        wanted = part.split(";")[0].strip().split("-")[0].lower()
        if wanted in LANGUAGES:
            return wanted
    return load_profile(settings().operator).languages[0]


def words_for(request: HttpRequest | None, now: int, names: Mapping[str, str] | None = None) -> Words:
    """Return the presenter in the reader's language, as of `now` (ms). `names` maps ids of staff to names."""
    language = language_of(request)
    me = request.signed_in.id if request and request.signed_in else ""
    return Words(language, desk_text(language).gettext, now, me, names or {})


def page(
    template: str,
    request: HttpRequest | None,
    *,
    status: int = 200,
    words: Words | None = None,
    conversation_id: str = "",
    files_from: str = "",
    **values: Any,
) -> Response:
    """Render a template of the dashboard in the reader's language. `files_from` is the origin of files that the page
    shows.

    The script of an open page is answered with the parts that have changed. `conversation_id` is that of a ticket.
    """
    words = words or words_for(request, request.now if request else 0)
    staff = request.signed_in if request else None
    csrf = masked(csrf_token(request.token)) if request and request.token else ""
    parts = Parts()
    stamp = request.watch.stamp(conversation_id) if request and request.watch else ""
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
            service=load_profile(settings().operator).operator.service[words.language],
            csrf=TOKEN,
            part=parts.part,
            cut=CUT,
            live=parts,
            stamp=stamp,
            **values,
        )
    )
    if stamp and request and request.wants_json:
        changed = parts.changed(request.headers.get("x-parts", ""), csrf)
        return json_response({"staff": request.staff.id, "stamp": stamp, "csrf": csrf, **changed})
    return html_response(html.replace(TOKEN, csrf), status, files_from=files_from)


def go(path: str, cookies: list[str] | None = None, **query: str) -> Response:
    """Redirect (303) to a page of ours, so that reloading repeats no post. Empty values of `query` are left out."""
    kept = {name: value for name, value in query.items() if value}
    location = base() + path + (f"?{urlencode(kept)}" if kept else "")
    headers: dict[str, Any] = {**SECURITY_HEADERS, "Location": location, "Cache-Control": "no-store"}
    if cookies:
        headers["Set-Cookie"] = cookies
    return Response("", status_code=303, headers=headers)


def safe_next(path: str) -> str:
    """Return the page that follows signing in: `path` if it is one of ours that may follow, else the list."""
    return path if _NEXT.fullmatch(path) else "/dashboard"
