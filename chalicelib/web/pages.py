"""What all pages share: templates, language, addresses, redirects, the page that explains a refusal."""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalice.app import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.domain import labels
from chalicelib.domain.profile import LANGUAGES, load_profile
from chalicelib.domain.staff import Role
from chalicelib.domain.texts import LANGUAGE_NAMES, desk_text
from chalicelib.errors import DeskError
from chalicelib.settings import settings
from chalicelib.usecases.work_on_ticket import Frozen
from chalicelib.web import show, static
from chalicelib.web.answers import SECURITY_HEADERS, html_answer, json_answer
from chalicelib.web.auth import LANGUAGE_COOKIE, cookie_name
from chalicelib.web.beside import beside
from chalicelib.web.call import Call
from chalicelib.web.clause_words import clause_words
from chalicelib.web.show import Words

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


def language_of(call: Call | None) -> str:
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


def words_for(call: Call | None, now: int, names: Mapping[str, str] | None = None) -> Words:
    """Texts in the reader's language."""
    language = language_of(call)
    me = call.staff.id if call and call.staff else ""
    return Words(language, desk_text(language).gettext, now, me, names or {})


def page(template: str, call: Call | None, *, status: int = 200, words: Words | None = None, **values: Any) -> Response:
    """Render a page in the reader's language."""
    from chalicelib.storage.sessions import csrf_token

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


def _refused(call: Call, error: DeskError) -> Response:
    said = words_for(call, call.now).say(labels.REFUSALS.get(error.code) or labels.ERRORS.get(error.status, ""))
    return json_answer({"code": error.code, "message": said or error.message}, error.status)


def refusal(call: Call | None, error: DeskError) -> Response:
    """The page for an error: what happened and what to do. Text that was typed is shown, so that it is not lost. A
    script of a page is told in JSON and keeps the page."""
    if call is not None and call.wants_json:
        return _refused(call, error)
    if error.status == 401 and call is not None and call.method == "GET":
        path = call.route.replace("{id}", call.path.get("id", ""))
        return go("/dashboard/sign-in", next=safe_next(path) if path != "/dashboard" else "")
    if error.code == "undertaking" and call is not None:
        return page("undertaking.html", call, status=error.status)
    if call is not None and isinstance(error, Frozen):
        from chalicelib.web.pages_privacy import frozen

        return frozen(call, error)
    words = words_for(call, call.now if call else 0)
    typed = []
    if call is not None and call.method == "POST":
        with suppress(DeskError):
            typed = [call.form[name] for name in ("text", "note") if call.form.get(name, "").strip()]
    said = words.say(labels.REFUSALS.get(error.code) or labels.ERRORS.get(error.status, labels.ERRORS[500]))
    return page("error.html", call, status=error.status, words=words, said=said, error=error, typed=typed)
