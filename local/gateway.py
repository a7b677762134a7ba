"""The public port of the local run, in the place of a custom domain: passes requests on to the deployed API, and
compresses answers as API Gateway does, because the embedded one only notes that it should."""

import gzip
import json
from collections.abc import Callable

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.merge import COMPRESSED_FROM

LIMIT = 10 * 1024 * 1024
"""API Gateway's own limit of a request's body, in bytes."""
INVOCATION_LIMIT = 6 * 1024 * 1024
"""Largest event and largest answer of Lambda, in bytes of JSON. The event holds the body as a JSON string.

API Gateway answers 413 "Request Too Long" to a larger request. Source: AWS, "Lambda quotas".
"""
_EVENT = 4096
"""Estimated bytes of an event without body, query and headers."""
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

_HOP = frozenset(
    b"connection content-length date keep-alive proxy-authenticate proxy-authorization server te trailer"
    b" transfer-encoding upgrade".split()
)
_OURS = frozenset({b"host", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-port"})


class Gateway:
    """Passes requests on to the deployed API, byte for byte, and refuses what API Gateway would refuse."""

    def __init__(self, api: str, is_ready: Callable[[], bool]) -> None:
        """`api` is the address of the deployed stage, without a slash at the end."""
        self._api = httpx.URL(api)
        self._is_ready = is_ready
        # httpx must change nothing: it follows no redirects, decodes nothing and adds no headers.
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(65, connect=5), limits=httpx.Limits(max_connections=200))

    def app(self) -> Starlette:
        """Return the ASGI app."""
        everything = Route("/{path:path}", self._pass_on, methods=METHODS)
        health = Route("/healthz", self._health, methods=["GET", "HEAD"])
        return Starlette(routes=[health, everything], exception_handlers={404: _nowhere, 405: _nowhere})

    async def _health(self, request: Request) -> Response:
        if not self._is_ready():
            return answer(503, "starting", "The local run is starting; try again.")
        return await self._pass_on(request)

    async def _pass_on(self, request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return answer(413, "too_large", "At most 10 MB are accepted.")
        if _event_size(request, body) > INVOCATION_LIMIT:
            return answer(413, "too_large", "Lambda takes at most 6 MB, the body written as a JSON text included.")
        raw_path: bytes = request.scope["raw_path"]
        query: bytes = request.scope["query_string"]
        target = self._api.raw_path + raw_path.split(b"?")[0] + (b"?" + query if query else b"")
        sent = httpx.Request(
            request.method,
            self._api.copy_with(raw_path=target),
            headers=_request_headers(request),
            content=body,
        )
        try:
            got = await self._client.send(sent, stream=True)
            try:
                content = b"".join([chunk async for chunk in got.aiter_raw()])
            finally:
                await got.aclose()
        except httpx.HTTPError:
            return answer(502, "bad_gateway", "The embedded AWS did not answer.")
        if _json_size(content) > INVOCATION_LIMIT:
            return answer(502, "bad_gateway", "Lambda gives at most 6 MB; the function's answer is larger.")
        if got.headers.get("x-amzn-errortype") == "MissingAuthenticationTokenException":
            return answer(404, "not_found", "There is no such address.")
        headers = [(name.lower(), value) for name, value in got.headers.raw if name.lower() not in _HOP]
        encoded = "content-encoding" in got.headers or "gzip" not in request.headers.get("accept-encoding", "")
        if not encoded and len(content) >= COMPRESSED_FROM:
            content = gzip.compress(content, 6)
            headers.append((b"content-encoding", b"gzip"))
        response = Response(content, status_code=got.status_code)
        response.raw_headers = headers
        response.raw_headers.append((b"content-length", str(len(content)).encode()))
        return response


async def _nowhere(request: Request, error: Exception) -> Response:
    """Answer a path that no pattern matches, such as one with a line break in it."""
    return answer(404, "not_found", "There is no such address.")


def answer(status: int, code: str, message: str) -> Response:
    """Return an error in the shape that the API itself uses."""
    body = json.dumps({"code": code, "message": message})
    return Response(body, status_code=status, media_type="application/json")


async def _body(request: Request) -> bytes | None:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LIMIT:
        return None
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LIMIT:
            return None
        parts.append(chunk)
    return b"".join(parts)


def _event_size(request: Request, body: bytes) -> int:
    """Estimate the size of the Lambda event of this request, in bytes."""
    # The event of API Gateway holds each header and parameter twice: as a single value and as a list.
    around = sum(len(name) + len(value) for name, value in request.headers.raw) + len(request.scope["query_string"])
    return _json_size(body) + 2 * around + _EVENT


def _json_size(data: bytes) -> int:
    """Return the bytes of this as a JSON string; what is not UTF-8 is sent as base64.

    A character takes six bytes at most, so for a small body this upper bound is returned without encoding it.
    """
    if 6 * len(data) + _EVENT < INVOCATION_LIMIT // 2:
        return 6 * len(data)
    try:
        return len(json.dumps(data.decode(), ensure_ascii=False).encode())
    except UnicodeDecodeError:
        return len(data) * 4 // 3 + 4


def _request_headers(request: Request) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in request.headers.raw if name.lower() not in _HOP | _OURS]
    peer = request.client.host if request.client else "127.0.0.1"
    return [
        *kept,
        (b"host", request.headers.get("host", "127.0.0.1").encode()),
        (b"x-forwarded-for", peer.encode()),
        (b"x-forwarded-proto", b"http"),
    ]
