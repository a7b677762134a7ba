"""The page of one's own account: name, roles, and the authenticator application."""

from dataclasses import dataclass

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict, DeskError, Forbidden
from chalicelib.staff.authenticator import NotProven
from chalicelib.staff.authenticator_model import grouped, otpauth
from chalicelib.staff.challenges import ChallengeOver
from chalicelib.staff.sign_in import Step, TooMany
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.access.sign_in_problems import problem_text
from chalicelib.web.dashboard.sidebar import page_without_list
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


def account(request: HttpRequest) -> Response:
    """GET account"""
    validators.only(request.query, (), "parameter")
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, step: Step | None = None, problem: str = "") -> Response:
    words = pages.words_for(request, request.now)
    return page_without_list(
        "account.html",
        request,
        words,
        here="account",
        status=status,
        step=step,
        enrolment_key=enrolment_key(step) if step else None,
        authenticator=step is None and wiring_web.authenticator().is_on(request.staff),
        problem=problem,
    )


def set_up(request: HttpRequest) -> Response:
    """POST: the password, then the first code of the new application.

    The key is shown once and stored nowhere, so this page answers the post itself instead of redirecting.
    """
    form, use = request.form, wiring_web.authenticator()
    validators.only(form, ("csrf", "password", "challenge", "code"))
    challenge = form.get("challenge", "")
    try:
        if not challenge:
            return _page(request, step=use.begin(request.staff, validators.password(form, "password"), request.source))
        validators.short(form, "challenge", validators.MAX_CHALLENGE)
        use.finish(request.staff, challenge, validators.code(form, "code", validators.MAX_CODE), request.source)
    except DeskError as error:
        return _refused(request, error, challenge)
    return pages.go("/dashboard/account")


def switch_off(request: HttpRequest) -> Response:
    """POST the password and a code: switch the application off"""
    form = request.form
    validators.only(form, ("csrf", "password", "code"))
    try:
        given = validators.password(form, "password"), validators.code(form, "code", validators.MAX_CODE)
        wiring_web.authenticator().switch_off(request.staff, *given, request.source)
    except DeskError as error:
        return _refused(request, error)
    return pages.go("/dashboard/account")


def _refused(request: HttpRequest, error: DeskError, challenge: str = "") -> Response:
    """Render the page with what was wrong, and with the same key while the step may be tried again."""
    if not isinstance(error, NotProven | TooMany | Conflict | Forbidden | BadInput):
        raise error
    step = None
    if 0 < len(challenge) <= validators.MAX_CHALLENGE and not isinstance(error, ChallengeOver | TooMany):
        try:
            step = wiring_web.authenticator().step(request.staff, challenge)
        except ChallengeOver:
            step = None
    say = pages.words_for(request, request.now).say
    return _page(request, status=error.status, step=step, problem=problem_text(say, error))


@dataclass(frozen=True)
class EnrolmentKey:
    """The key in three forms: `uri` opens the application on this device, `picture` is the same as a QR code (SVG),
    `secret` is for typing, in groups."""

    uri: str
    picture: str
    secret: str


def enrolment_key(step: Step) -> EnrolmentKey | None:
    """Return the key of a step; None for a step without one.

    The picture is part of the page, so that no address of ours, and no log of addresses, holds a key.
    """
    if not step.secret:
        return None
    import segno

    uri = otpauth(wiring_web.profile().operator.service["en"], step.account, step.secret)
    # A QR code needs a margin of four modules (ISO/IEC 18004). Colours are attributes, which our CSP allows.
    code = segno.make_qr(uri, error="m").svg_inline(border=4, omitsize=True, dark="#000", light="#fff", lineclass=None)
    return EnrolmentKey(uri, code, grouped(step.secret))
