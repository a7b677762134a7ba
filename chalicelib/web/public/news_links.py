"""What lies behind the links in mails about news and offers: a button that confirms, and one that ends. They read what
is sealed and change contacts, so the dashboard's function serves them. Opening a link changes nothing, because programs
open links, too."""

import re

from chalice.app import Response

from chalicelib.contacts.consent_records import Answered
from chalicelib.core.errors import Conflict, Unavailable
from chalicelib.core.observability import log
from chalicelib.core.texts import desk_msg
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import html_response, with_wait
from chalicelib.web.public.contact import LINK
from chalicelib.web.public.news import operator_frame, purpose_names, said
from chalicelib.web.public.policy import unlisted
from chalicelib.wiring import mailings as wiring_mailings
from chalicelib.wiring import web as wiring_web

_ENDING = re.compile(r"[0-9a-z]{20}\.[a-z_]{1,40}\.[A-Za-z0-9_-]{22}")
_CONFIRM = desk_msg("Confirm: mails to your address")
_ONE_CLICK = "List-Unsubscribe"
_TO_CONFIRM = desk_msg("Press the button, and from now on you get by mail:")
_DONE = desk_msg("Confirmed")
_CONFIRMED = desk_msg("From now on you get by mail: {what}. You can end it at any time, by the link under every mail.")
_BEFORE = desk_msg("This is confirmed already.")
_GONE = desk_msg("This link confirms nothing any more: it holds for two days. You may ask for the mails once more.")
_REFUSED = {
    "erasing": desk_msg("This cannot be confirmed now: the data of this address is being destroyed."),
    "suppressed": desk_msg("This cannot be confirmed now: a request about the data of this address is open."),
    "pending": desk_msg("First answer the question about consent that we have sent to this address."),
}
_END = desk_msg("End the subscription")
_TO_END = desk_msg("Press the button, and you get no more of these mails:")
_HAS_ENDED = desk_msg("The subscription has ended")
_ENDED = desk_msg("No more of this comes by mail: {what}. We still answer what you write to us.")
_NO_LINK = desk_msg("This link is not whole. Copy it once more from the mail, or write to us.")
_TROUBLE = desk_msg("This cannot be done now. Try again in a minute.")


def confirm_page(request: HttpRequest) -> Response:
    """GET what a link confirms"""
    return _confirming(request, press=False)


def confirm(request: HttpRequest) -> Response:
    """POST the button behind the link: it confirms"""
    return _confirming(request, press=True)


def _confirming(request: HttpRequest, *, press: bool) -> Response:
    link, status, error, found = request.path["link"], 200, None, None
    title, sentences, action = _CONFIRM, [_GONE], ""
    try:
        subscribe = wiring_mailings.subscribe()
        if LINK.fullmatch(link):
            found = subscribe(link) if press else subscribe.look(link)
        if found is None:
            status = 404
        elif found.confirmed:
            title, sentences = _DONE, [_BEFORE]
        elif press:
            title, sentences = _DONE, [_CONFIRMED]
        else:
            sentences, action = [_TO_CONFIRM], f"news/confirm/{link}"
    except Conflict as refused:
        sentences, status = [_REFUSED.get(refused.code, _TROUBLE)], refused.status
    except Unavailable as trouble:
        log("refused", route=request.route, code=trouble.code, status=trouble.status)
        sentences, status, error = [_TROUBLE], trouble.status, trouble
    wanted = found.language if found else ""
    shown, language = operator_frame(request.query, wanted, request.headers.get("accept-language", ""), "../../")
    what = purpose_names(language, found.purposes) if found else ""
    html = said(shown, title, sentences, what, action and f"{action}?lang={language}", desk_msg("Confirm"))
    response = unlisted(html_response(html, status))
    return with_wait(response, error) if error else response


def end_page(request: HttpRequest) -> Response:
    """GET what a link ends"""
    return _ending(request, press=False)


def end(request: HttpRequest) -> Response:
    """POST the button behind the link, or by a mail program (RFC 8058): the subscription ends"""
    return _ending(request, press=True)


def _ending(request: HttpRequest, *, press: bool) -> Response:
    token, status, error = request.path["token"], 200, None
    title, sentences, action, purpose = _END, [_NO_LINK], "", ""
    try:
        named = wiring_web.page_key().read_ending(token) if _ENDING.fullmatch(token) else None
        if named is None:
            status = 404
        elif press:
            contact_id, purpose = named
            way = "program" if request.form.get(_ONE_CLICK) else "link"
            wiring_mailings.end_subscription()(contact_id, Answered(way), purpose)
            title, sentences = _HAS_ENDED, [_ENDED]
        else:
            purpose, sentences, action = named[1], [_TO_END], f"news/end/{token}"
    except Unavailable as trouble:
        log("refused", route=request.route, code=trouble.code, status=trouble.status)
        sentences, status, error = [_TROUBLE], trouble.status, trouble
    shown, language = operator_frame(request.query, "", request.headers.get("accept-language", ""), "../../")
    what = purpose_names(language, [purpose])
    html = said(shown, title, sentences, what, action and f"{action}?lang={language}", _END)
    response = unlisted(html_response(html, status))
    return with_wait(response, error) if error else response
