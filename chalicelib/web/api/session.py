"""JSON API: signing in and out, who I am, ending a colleague's access, the description."""

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
from chalicelib.web.api import form as api_form
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_answer
from chalicelib.wiring import web as wiring_web

MAX_EMAIL, MAX_PASSWORD, MAX_CODE = 254, 256, 12
MAX_CHALLENGE = 8000
"""Cognito's session strings have at most 2048 characters; its access tokens state no limit and have some 1100."""


@cache
def description() -> dict[str, Any]:
    """The OpenAPI description, as it lies beside this module."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
    return found


def describe(call: HttpRequest) -> Response:
    """GET openapi.json"""
    fields.only(call.query, ())
    return json_answer(description())


def login(call: HttpRequest) -> Response:
    """POST login: the password, then what the answer asks for, until there is a session."""
    fields.only(call.query, ())
    body = call.json
    sign_in = wiring_web.sign_in()
    if "challenge" not in body:
        fields.only(body, ("email", "password"))
        email = fields.short(body, "email", MAX_EMAIL)
        came = sign_in.with_password(email, password(body, "password"), call.source, "api")
    elif "new_password" in body:
        fields.only(body, ("challenge", "new_password"))
        challenge = fields.short(body, "challenge", MAX_CHALLENGE)
        came = sign_in.with_new_password(challenge, password(body, "new_password"), call.source, "api")
    else:
        fields.only(body, ("challenge", "code"))
        challenge = fields.short(body, "challenge", MAX_CHALLENGE)
        came = sign_in.with_code(challenge, fields.code(body, "code", MAX_CODE), call.source, "api")
    if isinstance(came, Step):
        return json_answer(_step(came))
    return json_answer({"token": came.token, "expires_at": api_form.when(came.session.expires_at)})


def password(body: Mapping[str, Any], name: str) -> str:
    """A password as it was typed: nothing is cut off. Raises BadInput."""
    given = body.get(name)
    if not isinstance(given, str) or not 0 < len(given) <= MAX_PASSWORD or not fields.encodable(given):
        raise BadInput(f"The field {name} is wanted as a text.")
    return given


def _step(step: Step) -> dict[str, str]:
    """What the client does next; with the key of a new authenticator application where one is to be set up."""
    told = {"challenge": step.challenge, "kind": step.kind}
    if not step.secret:
        return told
    service = wiring_web.profile().operator.service
    return {**told, "secret": step.secret, "uri": otpauth(service, step.account, step.secret)}


def logout(call: HttpRequest) -> Response:
    """POST logout"""
    fields.only(call.query, ())
    if call.raw.strip():
        fields.only(call.json, ())
    wiring_web.sessions().end(call.token)
    audit("signed_out", staff_id=call.colleague.id, kind="api")
    return json_answer({"ok": True})


def me(call: HttpRequest) -> Response:
    """GET me"""
    fields.only(call.query, ())
    return json_answer(api_form.me(call.colleague))


def authenticator(call: HttpRequest) -> Response:
    """GET me/authenticator"""
    fields.only(call.query, ())
    return json_answer({"on": wiring_web.authenticator().is_on(call.colleague)})


def set_up_authenticator(call: HttpRequest) -> Response:
    """POST me/authenticator: the password, then the first code of the new application."""
    fields.only(call.query, ())
    body, use = call.json, wiring_web.authenticator()
    if "challenge" not in body:
        fields.only(body, ("password",))
        return json_answer(_step(use.begin(call.colleague, password(body, "password"), call.source)))
    fields.only(body, ("challenge", "code"))
    challenge = fields.short(body, "challenge", MAX_CHALLENGE)
    use.finish(call.colleague, challenge, fields.code(body, "code", MAX_CODE), call.source)
    return json_answer({"on": True})


def switch_off_authenticator(call: HttpRequest) -> Response:
    """POST me/authenticator/off: the password and a code of the application."""
    fields.only(call.query, ())
    body = call.json
    fields.only(body, ("password", "code"))
    given = password(body, "password"), fields.code(body, "code", MAX_CODE)
    wiring_web.authenticator().switch_off(call.colleague, *given, call.source)
    return json_answer({"on": False})


def revoke(call: HttpRequest) -> Response:
    """POST staff/{id}/revoke"""
    return _administer(call, wiring_web.revoke_staff())


def restore(call: HttpRequest) -> Response:
    """POST staff/{id}/restore"""
    return _administer(call, wiring_web.restore_staff())


def _administer(call: HttpRequest, use: Callable[[str, Staff], None]) -> Response:
    fields.only(call.query, ())
    if call.raw.strip():
        fields.only(call.json, ())
    use(fields.staff_id(call.path), call.colleague)
    return json_answer({"ok": True})
