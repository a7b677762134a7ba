"""Says why a step of signing in or of the account page was refused. None of these refusals has changed anything."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from chalice.app import Response

from chalicelib.core.errors import DeskError
from chalicelib.core.texts import desk_msg
from chalicelib.staff.authenticator import NotProven
from chalicelib.staff.authenticator_model import LEAST_PASSWORD
from chalicelib.staff.sign_in import TooMany, WrongPassword
from chalicelib.tickets.erasure_guard import ErasureInProgress
from chalicelib.web import labels
from chalicelib.web.dashboard.rendering import go, page, safe_next, words_for
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response

_WRONG: Mapping[str, str] = {
    "wrong_password": desk_msg("The e-mail or password is wrong."),
    "wrong_code": desk_msg("The code is wrong, too old or used already. Type the next one from the application."),
}
_OTHERS: Mapping[str, str] = {
    "csrf": desk_msg("This page was open too long. Enter everything once more."),
    "challenge_over": desk_msg("This took too long. Begin again with your password."),
    "password_policy": desk_msg(
        "The new password was not taken, and nothing is changed. It needs {least} characters or more, with small and"
        " capital Latin letters, digits and signs, and must not be one that you had before."
    ),
    "passwords_differ": desk_msg("The two new passwords are not the same. Type both again."),
    "account_not_ready": desk_msg("This account needs another step. Sign out, sign in again or ask an administrator."),
    "authenticator_on": desk_msg("An authenticator application is on already. Switch it off first."),
    "authenticator_demanded": desk_msg("The company demands an authenticator application. It stays on."),
}


def problem_text(say: Callable[[str], str], error: DeskError) -> str:
    """Return what happened and what to do. For a wrong password or code it names the attempts that are left."""
    if isinstance(error, TooMany):
        return say("Too many failed attempts. Wait 15 minutes and try again.")
    if isinstance(error, WrongPassword | NotProven):
        what = say(_WRONG[error.code])
        if isinstance(error, NotProven) and error.code == "wrong_password":
            what = say("The password is wrong.")
        left = say("Attempts left: {left}, then wait 15 minutes.").format(left=error.left)
        if not error.left:
            left = say("Wait 15 minutes before the next attempt.")
        return f"{what} {left}"
    if error.code in _OTHERS:
        return say(_OTHERS[error.code]).format(least=LEAST_PASSWORD)
    return say("Fill in everything and begin again.")


def _refusal_json(request: HttpRequest, error: DeskError) -> Response:
    """Answer the script of a page, which shows the message and keeps the page."""
    said = words_for(request, request.now).say(labels.REFUSALS.get(error.code) or labels.ERRORS.get(error.status, ""))
    return json_response({"code": error.code, "message": said or error.message}, error.status)


def refusal_response(request: HttpRequest | None, error: DeskError) -> Response:
    """Answer an error: JSON for a script; else sign-in, undertaking, the frozen ticket, or the page of the error.

    The page of the error shows the text that was typed, so that it is not lost. `request` is None when it could not be
    read.
    """
    if request is not None and request.wants_json:
        return _refusal_json(request, error)
    if error.status == 401 and request is not None and request.method == "GET":
        path = request.route.replace("{id}", request.path.get("id", ""))
        return go("/dashboard/sign-in", next=safe_next(path) if path != "/dashboard" else "")
    if error.code == "undertaking" and request is not None:
        return page("undertaking.html", request, status=error.status)
    if request is not None and isinstance(error, ErasureInProgress):
        from chalicelib.web.dashboard.privacy import frozen_ticket_page

        return frozen_ticket_page(request, error)
    words = words_for(request, request.now if request else 0)
    typed = []
    if request is not None and request.method == "POST":
        with suppress(DeskError):
            typed = [request.form[name] for name in ("text", "note") if request.form.get(name, "").strip()]
    said = words.say(labels.REFUSALS.get(error.code) or labels.ERRORS.get(error.status, labels.ERRORS[500]))
    return page("error.html", request, status=error.status, words=words, said=said, error=error, typed=typed)
