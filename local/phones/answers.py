"""Answers of the controls: JSON for programs, a redirect to the page for its forms."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from local.phones.bodies import Body, read_body
from local.phones.errors import Refused
from local.phones.store import Store

Act = Callable[[Body], Awaitable[Any]]
Endpoint = Callable[[Request], Awaitable[Response]]


def rfc3339(at: float) -> str:
    """Return epoch seconds as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def endpoint(store: Store, act: Act, *, status: int = 200) -> Endpoint:
    """Make an endpoint of `act`. It answers with JSON, and forms of the page with a redirect back to the page.

    A form's field `back` is the path to return to; only a path of this site is taken. When the page's script sends a
    form, it asks for JSON and gets JSON.
    """

    async def answer(request: Request) -> Response:
        back = ""
        try:
            body = await read_body(request)
            if body.is_form and "application/json" not in request.headers.get("accept", ""):
                given = str(body.fields.get("back", "/"))
                back = given if given.startswith("/") and not given.startswith(("//", "/\\")) else "/"
            result = await act(body)
        except Refused as error:
            if back:
                store.notice = error.message
                return RedirectResponse(back, 303)
            return refusal(error)
        return RedirectResponse(back, 303) if back else JSONResponse(result, status)

    return answer


def refusal(error: Refused) -> JSONResponse:
    """Answer with the reason of a refusal, in the shape of the desk's API."""
    return JSONResponse({"code": error.code, "message": error.message}, error.status)
