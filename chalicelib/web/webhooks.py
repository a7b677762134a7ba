"""Webhooks of the providers. They answer 200 only after every part of a body is stored, and do nothing afterwards."""

from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.channels.telegram.verify import account_of
from chalicelib.channels.whatsapp import parse as whatsapp
from chalicelib.channels.whatsapp.verify import challenge, signature_ok
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import BadInput, Forbidden, NotSignedIn, TooLarge
from chalicelib.core.observability import count
from chalicelib.messages.inbound import Intake
from chalicelib.web.http.responses import json_response, text_response, with_error_responses

MAX_BODY = 10 * 1024 * 1024
JSON_TYPES = ["application/json"]


def webhook_routes(intake: Callable[[], Intake]) -> Blueprint:
    """Return the webhook routes as a chalice blueprint. `intake` is called at each request."""
    routes = Blueprint(__name__)

    @routes.route("/webhooks/whatsapp", methods=["GET"])
    @with_error_responses("/webhooks/whatsapp")
    def verify_whatsapp() -> Response:
        query: Mapping[str, str] = routes.current_request.query_params or {}
        tokens = [token for _, token in intake().secrets.whatsapp.values()]
        answer = challenge(query, tokens)
        if answer is None:
            raise Forbidden("The mode or verify token is wrong. Enter the token of this deployment at Meta.")
        return text_response(answer)

    @routes.route("/webhooks/whatsapp", methods=["POST"], content_types=JSON_TYPES)
    @with_error_responses("/webhooks/whatsapp")
    def receive_whatsapp() -> Response:
        body, headers = _body(routes.current_request)
        desk = intake()
        secrets = desk.secrets.whatsapp
        if not signature_ok([secret for secret, _ in secrets.values()], body, headers.get("x-hub-signature-256", "")):
            raise _rejected(
                "whatsapp", "The signature does not match the body. Sign the raw bytes with the app secret."
            )
        desk.store_all(whatsapp.parse(body, secrets.keys(), desk.clock() // SECOND))
        return json_response({"ok": True})

    @routes.route("/webhooks/telegram", methods=["POST"], content_types=JSON_TYPES)
    @with_error_responses("/webhooks/telegram")
    def receive_telegram() -> Response:
        from chalicelib.channels.telegram import parse as telegram  # keeps it out of a cold start for WhatsApp

        body, headers = _body(routes.current_request)
        desk = intake()
        account = account_of(desk.secrets.telegram, headers.get("x-telegram-bot-api-secret-token", ""))
        if account is None:
            raise _rejected("telegram", "The secret token names no bot of this deployment.")
        desk.store_all(telegram.parse(body, account, desk.clock() // SECOND))
        return json_response({"ok": True})

    return routes


def _rejected(channel: str, message: str) -> NotSignedIn:
    count("SignatureRejected", channel=channel)
    return NotSignedIn(message, code="bad_signature")


def _body(request: Any) -> tuple[bytes, dict[str, str]]:
    """Return the raw bytes and the headers in lower case. Raises TooLarge and BadInput."""
    try:
        body: bytes = request.raw_body
    except ValueError as error:
        raise BadInput("The body is not valid base64.") from error
    if len(body) > MAX_BODY:
        raise TooLarge("The body is larger than 10 MB.")
    return body, {name.lower(): value for name, value in request.headers.items()}
