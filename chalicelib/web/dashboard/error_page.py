"""Answers an error: the page that says what happened and what to do, or JSON for the script of a page."""

import re
from contextlib import suppress

from chalice.app import Response

from chalicelib.core.errors import DeskError
from chalicelib.tickets.erasure_guard import ErasureInProgress
from chalicelib.tickets.need_to_know import NotNeeded
from chalicelib.web import labels
from chalicelib.web.dashboard.rendering import go, page, safe_next, words_for
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response

_TYPED = re.compile(r"(new_)?text|note|evidence|reason|(subject|text)_[a-z]{2}|value\..+|choice-[0-9]+")
"""Fields of all forms in which people type words that would be lost. The words of a search stand in its own box."""


def _refusal_json(request: HttpRequest, error: DeskError) -> Response:
    """Answer the script of a page, which shows the message and keeps the page."""
    said = words_for(request, request.now).say(labels.REFUSALS.get(error.code) or labels.ERRORS.get(error.status, ""))
    return json_response({"code": error.code, "message": said or error.message}, error.status)


def refusal_response(request: HttpRequest | None, error: DeskError) -> Response:
    """Answer an error: JSON for a script; else sign-in, undertaking, the frozen ticket, the ticket of another
    team, or the page of the error.

    The page of the error shows the text that was typed, so that it is not lost. `request` is None when it could not be
    read.
    """
    if request is not None and request.wants_json:
        return _refusal_json(request, error)
    if error.status == 401 and request is not None and request.method == "GET":
        path = request.route.replace("{id}", request.path.get("id", ""))
        return go("/dashboard/sign-in", next=safe_next(path) if path != "/dashboard" else "")
    if error.code == "undertaking" and request is not None:
        from chalicelib.web.dashboard.access.session import read_undertaking

        return read_undertaking(request, error.status)
    if request is not None and isinstance(error, ErasureInProgress):
        from chalicelib.web.dashboard.privacy import frozen_ticket_page

        return frozen_ticket_page(request, error)
    words = words_for(request, request.now if request else 0)
    typed = []
    if request is not None and request.method == "POST":
        with suppress(DeskError):
            typed = [one for name, one in request.form.items() if _TYPED.fullmatch(name) and one.strip()]
    if request is not None and isinstance(error, NotNeeded):
        from chalicelib.web.dashboard.access.need_to_know import refused_page

        return refused_page(request, error, typed)
    said = words.say(labels.REFUSALS.get(error.code) or labels.ERRORS.get(error.status, labels.ERRORS[500]))
    return page("error.html", request, status=error.status, words=words, said=said, error=error, typed=typed)
