"""The page that explains a refusal: what happened and what to do."""

from contextlib import suppress

from chalice.app import Response

from chalicelib.core.errors import DeskError
from chalicelib.tickets.erasure_guard import ErasureInProgress
from chalicelib.web import labels
from chalicelib.web.dashboard.rendering import go, page, safe_next, words_for
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_answer


def _refused(call: HttpRequest, error: DeskError) -> Response:
    said = words_for(call, call.now).say(labels.REFUSALS.get(error.code) or labels.ERRORS.get(error.status, ""))
    return json_answer({"code": error.code, "message": said or error.message}, error.status)


def refusal(call: HttpRequest | None, error: DeskError) -> Response:
    """The page for an error: what happened and what to do. Text that was typed is shown, so that it is not lost. A
    script of a page is told in JSON and keeps the page."""
    if call is not None and call.wants_json:
        return _refused(call, error)
    if error.status == 401 and call is not None and call.method == "GET":
        path = call.route.replace("{id}", call.path.get("id", ""))
        return go("/dashboard/sign-in", next=safe_next(path) if path != "/dashboard" else "")
    if error.code == "undertaking" and call is not None:
        return page("undertaking.html", call, status=error.status)
    if call is not None and isinstance(error, ErasureInProgress):
        from chalicelib.web.dashboard.privacy import frozen

        return frozen(call, error)
    words = words_for(call, call.now if call else 0)
    typed = []
    if call is not None and call.method == "POST":
        with suppress(DeskError):
            typed = [call.form[name] for name in ("text", "note") if call.form.get(name, "").strip()]
    said = words.say(labels.REFUSALS.get(error.code) or labels.ERRORS.get(error.status, labels.ERRORS[500]))
    return page("error.html", call, status=error.status, words=words, said=said, error=error, typed=typed)
