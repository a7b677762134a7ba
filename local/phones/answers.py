"""Answers of the controls: JSON for programs, a way back to the page for its forms."""

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
    """The desk's time in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def endpoint(store: Store, act: Act, *, status: int = 200) -> Endpoint:
    """An endpoint around `act`: JSON in and out, and for forms of the page a redirect back to it.

    A form's `back` is a path of this site. The page's script asks for JSON and gets it.
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
    return JSONResponse({"code": error.code, "message": error.message}, error.status)
