"""JSON API: signing in and out, who I am, ending a colleague's access, the description."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Response

from chalicelib import wiring_web
from chalicelib.errors import BadInput
from chalicelib.observability import audit
from chalicelib.web import api_form, fields
from chalicelib.web.answers import json_answer
from chalicelib.web.call import Call

MAX_EMAIL, MAX_PASSWORD, MAX_CHALLENGE = 254, 256, 4000


@cache
def description() -> dict[str, Any]:
    """The OpenAPI description, as it lies beside this module."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
    return found


def describe(call: Call) -> Response:
    """GET openapi.json"""
    fields.only(call.query, ())
    return json_answer(description())


def login(call: Call) -> Response:
    """POST login: password, then the code where the account has one."""
    fields.only(call.query, ())
    body = call.json
    sign_in = wiring_web.sign_in()
    if "challenge" in body:
        fields.only(body, ("challenge", "code"))
        challenge = fields.short(body, "challenge", MAX_CHALLENGE)
        came = sign_in.with_code(challenge, fields.short(body, "code", 12), call.source, "api")
    else:
        fields.only(body, ("email", "password"))
        email = fields.short(body, "email", MAX_EMAIL)
        password = body.get("password")
        if not isinstance(password, str) or not 0 < len(password) <= MAX_PASSWORD:
            raise BadInput("The field password is wanted as a text.")
        answer = sign_in.with_password(email, password, call.source, "api")
        if isinstance(answer, str):
            return json_answer({"challenge": answer})
        came = answer
    return json_answer({"token": came.token, "expires_at": api_form.when(came.session.expires_at)})


def logout(call: Call) -> Response:
    """POST logout"""
    fields.only(call.query, ())
    if call.raw.strip():
        fields.only(call.json, ())
    wiring_web.sessions().end(call.token)
    audit("signed_out", staff_id=call.colleague.id, kind="api")
    return json_answer({"ok": True})


def me(call: Call) -> Response:
    """GET me"""
    fields.only(call.query, ())
    return json_answer(api_form.me(call.colleague))


def revoke(call: Call) -> Response:
    """POST staff/{id}/revoke"""
    fields.only(call.query, ())
    if call.raw.strip():
        fields.only(call.json, ())
    wiring_web.revoke_staff()(fields.staff_id(call.path), call.colleague)
    return json_answer({"ok": True})
