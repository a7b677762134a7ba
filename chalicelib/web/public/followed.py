"""The page behind a private link: the conversation, and where its owner writes on. It needs the key that opens what is
stored, so the dashboard's function serves it; what is sent from it goes to intake."""

import secrets

from chalice.app import Response

from chalicelib.core.errors import DeskError, NotFound, Unavailable
from chalicelib.core.ids import speak
from chalicelib.core.observability import log
from chalicelib.core.settings import settings
from chalicelib.core.texts import desk_msg, desk_text
from chalicelib.privacy.follow_link import Followed
from chalicelib.profile.form_fields import fields_of
from chalicelib.profile.load import load_profile
from chalicelib.web.dates import Dates
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import file_response, html_response, with_wait
from chalicelib.web.public.contact import LINK
from chalicelib.web.public.form_model import MOST_TEXT
from chalicelib.web.public.policy import environment, frame, reader_language, unlisted
from chalicelib.wiring import web as wiring_web

STATES = {
    "open": desk_msg("we are working on it"),
    "pending": desk_msg("we wait for your answer"),
    "snoozed": desk_msg("we come back to it later"),
    "solved": desk_msg("solved; write here if it is not"),
    "closed": desk_msg("closed; what you write here opens a new one"),
}
"""States of a ticket, as its author reads them."""
_NOTHING = desk_msg(
    "Nothing lies behind this link any more, or it is not whole. Copy it once more, or write to us anew."
)
_TROUBLE = desk_msg("This page cannot be shown now. Try again in a minute.")


def page(request: HttpRequest) -> Response:
    """GET what lies behind a private link"""
    link, found, error = request.path["link"], None, None
    try:
        found = wiring_web.follow_link()(link, seen=_is_looked_at(request)) if LINK.fullmatch(link) else None
    except Unavailable as trouble:
        log("refused", route=request.route, code=trouble.code, status=trouble.status)
        error = trouble
    response = unlisted(_page(request, link, found, error))
    return with_wait(response, error) if error else response


def file(request: HttpRequest) -> Response:
    """GET a file that staff has sent behind a private link"""
    link = request.path["link"]
    try:
        if not LINK.fullmatch(link):
            raise NotFound(_NOTHING)
        return unlisted(file_response(wiring_web.follow_link().file(link, request.path["message"])))
    except DeskError as error:
        log("refused", route=request.route, code=error.code, status=error.status)
        trouble = error if isinstance(error, Unavailable) else None
        response = unlisted(_page(request, link, None, trouble, "../../../../"))
        return with_wait(response, error) if trouble else response


def _is_looked_at(request: HttpRequest) -> bool:
    """Whether somebody looks at the page. What a browser loads in case that it is wanted has been read by nobody."""
    said = f"{request.headers.get('sec-purpose', '')} {request.headers.get('purpose', '')}"
    return "prefetch" not in said


def _page(
    request: HttpRequest, link: str, found: Followed | None, error: DeskError | None, root: str = "../../"
) -> Response:
    profile, channel = load_profile(settings().operator), wiring_web.page_channel()
    wanted = request.query.get("lang", "") or (found.language if found else "")
    language = reader_language(profile, wanted, request.headers.get("accept-language", ""))
    say = desk_text(language).gettext
    shown = frame(profile, language, root)
    if found is None:
        html = (
            environment().get_template("public/nothing.html").render(**shown, said=say(_TROUBLE if error else _NOTHING))
        )
        return html_response(html, error.status if error else 404)
    shown |= {
        "found": found,
        "number": speak(found.number),
        "state": say(STATES.get(found.state, "")) if found.state in STATES else "",
        "dates": Dates(language, say, request.now),
        "link": link,
        "address": f"{settings().public_url.rstrip('/')}/contact/r/{link}",
        "takes_files": fields_of(profile, channel).files,
        "most_text": MOST_TEXT,
        "token": lambda: wiring_web.page_key().token(secrets.token_bytes(16), request.now),
    }
    return html_response(environment().get_template("public/followed.html").render(**shown))
