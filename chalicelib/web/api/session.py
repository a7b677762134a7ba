"""JSON API: signing in and out, one's own account, access of staff, and the OpenAPI description."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Response

from chalicelib.core.errors import BadInput
from chalicelib.core.observability import audit
from chalicelib.staff.authenticator_model import otpauth
from chalicelib.staff.model import Staff
from chalicelib.staff.sign_in import Step
from chalicelib.web.api import presenter
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response
from chalicelib.wiring import web as wiring_web

MAX_EMAIL, MAX_PASSWORD, MAX_CODE = 254, 256, 12
MAX_CHALLENGE = 8000
"""Longest challenge in characters. Cognito's session strings have at most 2048; its access tokens have about 1100,
without a stated limit."""


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description, which lies beside this module."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
    return found


def describe(request: HttpRequest) -> Response:
    """GET openapi.json"""
    validators.only(request.query, ())
    return json_response(description())


def login(request: HttpRequest) -> Response:
    """POST login: first the password, then each further step that the answer names, until there is a session."""
    validators.only(request.query, ())
    body = request.json
    sign_in = wiring_web.sign_in()
    if "challenge" not in body:
        validators.only(body, ("email", "password"))
        email = validators.short(body, "email", MAX_EMAIL)
        came = sign_in.with_password(email, password(body, "password"), request.source, "api")
    elif "new_password" in body:
        validators.only(body, ("challenge", "new_password"))
        challenge = validators.short(body, "challenge", MAX_CHALLENGE)
        came = sign_in.with_new_password(challenge, password(body, "new_password"), request.source, "api")
    else:
        validators.only(body, ("challenge", "code"))
        challenge = validators.short(body, "challenge", MAX_CHALLENGE)
        came = sign_in.with_code(challenge, validators.code(body, "code", MAX_CODE), request.source, "api")
    if isinstance(came, Step):
        return json_response(_step(came))
    return json_response({"token": came.token, "expires_at": presenter.when(came.session.expires_at)})


def password(body: Mapping[str, Any], name: str) -> str:
    """Return a password exactly as it was typed. Raises BadInput."""
    given = body.get(name)
    if not isinstance(given, str) or not 0 < len(given) <= MAX_PASSWORD or not validators.encodable(given):
        raise BadInput(f"The field {name} is wanted as a text.")
    return given


def _step(step: Step) -> dict[str, str]:
    """Present the next step of signing in, with the key of a new authenticator application if one must be set up."""
    told = {"challenge": step.challenge, "kind": step.kind}
    if not step.secret:
        return told
    service = wiring_web.profile().operator.service
    return {**told, "secret": step.secret, "uri": otpauth(service, step.account, step.secret)}


def logout(request: HttpRequest) -> Response:
    """POST logout"""
    validators.only(request.query, ())
    if request.raw.strip():
        validators.only(request.json, ())
    wiring_web.sessions().end(request.token)
    audit("signed_out", staff_id=request.staff.id, kind="api")
    return json_response({"ok": True})


def me(request: HttpRequest) -> Response:
    """GET me"""
    validators.only(request.query, ())
    return json_response(presenter.me(request.staff))


def authenticator(request: HttpRequest) -> Response:
    """GET me/authenticator"""
    validators.only(request.query, ())
    return json_response({"on": wiring_web.authenticator().is_on(request.staff)})


def set_up_authenticator(request: HttpRequest) -> Response:
    """POST me/authenticator: the password, then the first code of the new application."""
    validators.only(request.query, ())
    body, use = request.json, wiring_web.authenticator()
    if "challenge" not in body:
        validators.only(body, ("password",))
        return json_response(_step(use.begin(request.staff, password(body, "password"), request.source)))
    validators.only(body, ("challenge", "code"))
    challenge = validators.short(body, "challenge", MAX_CHALLENGE)
    use.finish(request.staff, challenge, validators.code(body, "code", MAX_CODE), request.source)
    return json_response({"on": True})


def switch_off_authenticator(request: HttpRequest) -> Response:
    """POST me/authenticator/off: the password and a code of the application."""
    validators.only(request.query, ())
    body = request.json
    validators.only(body, ("password", "code"))
    given = password(body, "password"), validators.code(body, "code", MAX_CODE)
    wiring_web.authenticator().switch_off(request.staff, *given, request.source)
    return json_response({"on": False})


def revoke(request: HttpRequest) -> Response:
    """POST staff/{id}/revoke: ends the access of a staff member"""
    return _administer(request, wiring_web.revoke_staff())


def restore(request: HttpRequest) -> Response:
    """POST staff/{id}/restore: gives a staff member access again"""
    return _administer(request, wiring_web.restore_staff())


def _administer(request: HttpRequest, use: Callable[[str, Staff], None]) -> Response:
    validators.only(request.query, ())
    if request.raw.strip():
        validators.only(request.json, ())
    use(validators.staff_id(request.path), request.staff)
    return json_response({"ok": True})
