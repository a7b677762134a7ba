"""JSON API: signing in and out, one's own account, access of staff, and the OpenAPI description."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.core.observability import audit
from chalicelib.staff import sign_in as steps
from chalicelib.staff.authenticator_model import otpauth
from chalicelib.staff.undertaking import undertaking_text
from chalicelib.web.api import presenter
from chalicelib.web.api.account_models import (
    AuthenticatorState,
    FirstCode,
    Me,
    NewTeam,
    Ok,
    OwnPassword,
    OwnPasswordAndCode,
    OwnUndertaking,
    SignedIn,
    SignText,
    StaffList,
    StaffPath,
    Step,
    UndertakingQuery,
    WithCode,
    WithNewPassword,
    WithPassword,
)
from chalicelib.web.api.operation import operation
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description, which lies beside this module."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
    return found


@operation("describe", {200: "OpenAPI 3.1"})
def describe(_request: HttpRequest) -> dict[str, Any]:
    """This description"""
    return description()


@operation("login", {200: "A session, or the next step"}, refuses=(401, 403, 429, 503))
def login(request: HttpRequest, body: WithPassword | WithCode | WithNewPassword) -> SignedIn | Step:
    """Sign in: the password, then what the answer asks for"""
    sign_in = wiring_web.sign_in()
    if isinstance(body, WithPassword):
        came = sign_in.with_password(body.email, body.password, request.source, "api")
    elif isinstance(body, WithNewPassword):
        came = sign_in.with_new_password(body.challenge, body.new_password, request.source, "api")
    else:
        came = sign_in.with_code(body.challenge, body.code, request.source, "api")
    if isinstance(came, steps.Step):
        return _step(came)
    return SignedIn(token=came.token, expires_at=presenter.instant(came.session.expires_at))


def _step(step: steps.Step) -> Step:
    """Present the next step of signing in, with the key of a new authenticator application if one must be set up."""
    if not step.secret:
        return Step(challenge=step.challenge, kind=step.kind)
    uri = otpauth(wiring_web.profile().operator.service["en"], step.account, step.secret)
    return Step(challenge=step.challenge, kind=step.kind, secret=step.secret, uri=uri)


@operation("logout", {200: "Ended"})
def logout(request: HttpRequest) -> Ok:
    """End this session"""
    wiring_web.sessions().end(request.token)
    audit("signed_out", staff_id=request.staff.id, kind="api")
    return Ok(ok=True)


@operation("me", {200: "The colleague"})
def me(request: HttpRequest) -> Me:
    """Who is signed in"""
    return presenter.me(request.staff)


@operation("authenticator", {200: "On or off"})
def authenticator(request: HttpRequest) -> AuthenticatorState:
    """Whether signing in asks me for a code"""
    return AuthenticatorState(on=wiring_web.authenticator().is_on(request.staff))


@operation(
    "setUpAuthenticator",
    {200: "The key and the challenge for the second call, or that it is on"},
    refuses=(409, 429),
)
def set_up_authenticator(request: HttpRequest, body: OwnPassword | FirstCode) -> Step | AuthenticatorState:
    """Set up an authenticator application: my password, then the first code"""
    use = wiring_web.authenticator()
    if isinstance(body, OwnPassword):
        return _step(use.begin(request.staff, body.password, request.source))
    use.finish(request.staff, body.challenge, body.code, request.source)
    return AuthenticatorState(on=True)


@operation("switchOffAuthenticator", {200: "Off"}, refuses=(409, 429))
def switch_off_authenticator(request: HttpRequest, body: OwnPasswordAndCode) -> AuthenticatorState:
    """Ask me for no codes any more: wants the password and a current code"""
    wiring_web.authenticator().switch_off(request.staff, body.password, body.code, request.source)
    return AuthenticatorState(on=False)


@operation("undertaking", {200: "The text, and whether I have signed it"})
def undertaking(request: HttpRequest, query: UndertakingQuery) -> OwnUndertaking:
    """The undertaking of confidentiality"""
    text = undertaking_text(wiring_web.profile(), query.language or request.staff.language or "en")
    return presenter.own_undertaking(text, request.staff)


@operation("signUndertaking", {200: "Signed"}, refuses=(409,))
def sign_undertaking(request: HttpRequest, body: SignText) -> Ok:
    """Sign the undertaking of confidentiality: the version and language that were read"""
    wiring_web.sign_undertaking()(request.staff, body.version, body.language)
    return Ok(ok=True)


@operation("listStaff", {200: "Everybody"})
def list_staff(_request: HttpRequest) -> StaffList:
    """All colleagues, and what each has signed (administrators, privacy officers)"""
    version = wiring_web.profile().undertaking.version
    return StaffList(items=[presenter.colleague(one, version) for one in wiring_web.staff().all()])


@operation("revoke", {200: "Ended"}, refuses=(404, 409))
def revoke(request: HttpRequest, path: StaffPath) -> Ok:
    """End a colleague's access and every session at once (administrators)"""
    wiring_web.revoke_staff()(path.id, request.staff)
    return Ok(ok=True)


@operation("restore", {200: "Restored"}, refuses=(404, 409))
def restore(request: HttpRequest, path: StaffPath) -> Ok:
    """Give a colleague access again; they sign in anew (administrators)"""
    wiring_web.restore_staff()(path.id, request.staff)
    return Ok(ok=True)


@operation("setTeam", {200: "Set"}, refuses=(404, 409))
def set_team(request: HttpRequest, path: StaffPath, body: NewTeam) -> Ok:
    """Put a colleague into a team, or into none; it counts from their next request on (administrators)"""
    wiring_web.set_team()(path.id, body.team, request.staff)
    return Ok(ok=True)
