"""Webhooks of the providers, one path per channel of the registry. They answer 200 only after every part of a body is
stored, and do nothing afterwards."""

from collections.abc import Callable
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.channels import registry
from chalicelib.channels.contract import Channel
from chalicelib.core.errors import BadInput, TooLarge
from chalicelib.messages.inbound import Intake
from chalicelib.web.http.responses import json_response, text_response, with_error_responses

MAX_BODY = 10 * 1024 * 1024
JSON_TYPES = ["application/json"]


def webhook_routes(intake: Callable[[], Intake]) -> Blueprint:
    """Return the webhook routes as a chalice blueprint. `intake` is called at each request."""
    routes = Blueprint(__name__)
    for channel in registry.SERVED:
        if channel.webhook:
            _add(routes, channel, intake)
    return routes


def load_busiest() -> None:
    """Load the parser of the first channel, so that its first message does not wait for it."""
    first = registry.SERVED[0].webhook
    if first:
        first.parse(b"{}", (), 0)


def _add(routes: Blueprint, channel: Channel, intake: Callable[[], Intake]) -> None:
    if channel.webhook and channel.webhook.challenge:

        @routes.route(channel.path, methods=["GET"])
        @with_error_responses(channel.path)
        def verify_address() -> Response:
            return text_response(intake().answer_challenge(channel, routes.current_request.query_params or {}))

    @routes.route(channel.path, methods=["POST"], content_types=JSON_TYPES)
    @with_error_responses(channel.path)
    def receive() -> Response:
        body, headers = _body(routes.current_request)
        intake().receive_body(channel, body, headers)
        return json_response({"ok": True})


def _body(request: Any) -> tuple[bytes, dict[str, str]]:
    """Return the raw bytes and the headers in lower case. Raises TooLarge and BadInput."""
    try:
        body: bytes = request.raw_body
    except ValueError as error:
        raise BadInput("The body is not valid base64.") from error
    if len(body) > MAX_BODY:
        raise TooLarge("The body is larger than 10 MB.")
    return body, {name.lower(): value for name, value in request.headers.items()}
