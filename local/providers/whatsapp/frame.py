"""What all calls to the Graph API have in common: the token, errors in Meta's shape, the record of calls."""

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.faults.plan import Fault
from local.phones.bodies import Body, read_body
from local.phones.context import PhonesContext
from local.phones.desk_calls import answer_call, fault_response
from local.phones.errors import Refused
from local.phones.store import Call
from local.providers.whatsapp.words import MetaError

log = logging.getLogger("local.phones")


class MetaFrame:
    """Records a call, plays its fault, and answers as the Graph API does."""

    def __init__(self, context: PhonesContext) -> None:
        self.context = context

    async def body(self, request: Request) -> Body:
        """Read the body; an unreadable one counts as empty, so that Meta's error about missing fields follows."""
        try:
            return await read_body(request)
        except Refused:
            return Body()

    def call(self, request: Request, method: str, to: str = "", payload: dict[str, Any] | None = None) -> Call:
        account, path = self.context.secrets.phone_number_id, f"{request.method} {request.url.path}"
        return Call("whatsapp", account, method, path, to, payload or {}, self.context.clock.now())

    async def answer(
        self, request: Request, call: Call, handle: Callable[[Fault | None], Awaitable[Response]]
    ) -> Response:
        """Answer a call: check its token, then use the answer of `handle`, or an error in Meta's shape."""

        async def in_metas_words(fault: Fault | None) -> Response:
            try:
                self._authorise(request)
                return await handle(fault)
            except MetaError as error:
                return error.response()
            except (AttributeError, KeyError, TypeError):
                # A value deep inside the message has a wrong type. Meta names no field then, either.
                log.info("a call of an impossible shape was refused", exc_info=True)
                return MetaError(100).response()

        def failed(fault: Fault) -> Response:
            error = MetaError(_code_of(fault))
            return fault_response(fault, error.status, error.body)

        return await answer_call(self.context.store, self.context.fault_plan, call, in_metas_words, failed)

    async def unknown(self, request: Request) -> Response:
        """Answer any other path under /v{n} with Meta's usual error."""

        async def handle(_: Fault | None) -> Response:
            raise MetaError(2500, message=f"Unknown path components: {request.url.path}", status=400)

        return await self.answer(request, self.call(request, "unknown"), handle)

    def _authorise(self, request: Request) -> None:
        secrets = self.context.secrets
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {secrets.access_token}".encode()):
            raise MetaError(190, message="Invalid OAuth access token - Cannot parse access token")
        node = request.path_params.get("phone_number_id")
        if node is not None and node != secrets.phone_number_id:
            message = f"Unsupported post request. Object with ID '{node}' does not exist, cannot be loaded"
            raise MetaError(100, message=message, subcode=33)


def _code_of(fault: Fault) -> int:
    """Return Meta's code for a fault: its own, or one that fits its HTTP status."""
    if fault.error is not None:
        return int(fault.error)
    if fault.status is None:
        return 131000 if fault.retry_after is None else 130429
    return {400: 131009, 401: 190, 403: 10, 404: 100, 429: 130429, 503: 131016}.get(fault.status, 131000)
