"""The front: passes everything on byte for byte, and refuses what API Gateway would refuse."""

import json
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.aws.ministack import free_port
from local.desk import _Server
from local.gateway import INVOCATION_LIMIT, LIMIT, METHODS, Gateway

READY = {"now": True}


async def echo(request: Request) -> Response:
    body = await request.body()
    response = Response(body, media_type="application/octet-stream")
    response.raw_headers.append((b"set-cookie", b"a=1; HttpOnly"))
    response.raw_headers.append((b"set-cookie", b"b=2; Secure"))
    response.raw_headers.append((b"x-path", request.scope["raw_path"]))
    response.raw_headers.append((b"x-query", request.scope["query_string"]))
    response.raw_headers.append((b"x-from", request.headers["x-forwarded-for"].encode()))
    response.raw_headers.append((b"x-encodings", request.headers.get("accept-encoding", "none").encode()))
    return response


async def large(_: Request) -> Response:
    return Response(b"x" * INVOCATION_LIMIT)


async def long_text(request: Request) -> Response:
    encoded = {"content-encoding": "identity"} if request.url.query else {}
    return Response("Сәлем, " * 500, headers=encoded)


async def unknown(_: Request) -> Response:
    headers = {"x-amzn-ErrorType": "MissingAuthenticationTokenException"}
    return JSONResponse({"message": "Missing Authentication Token"}, status_code=403, headers=headers)


async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


@pytest.fixture(scope="module")
def front() -> Iterator[str]:
    """The front before a small HTTP server that stands where the deployed stage would be."""
    routes = [
        Route("/stage/healthz", health),
        Route("/stage/unknown", unknown),
        Route("/stage/large", large),
        Route("/stage/long", long_text),
        Route("/stage/{path:path}", echo, methods=METHODS),
    ]
    behind, port = free_port(), free_port()
    api = _Server(Starlette(routes=routes), behind).start()
    server = _Server(Gateway(f"http://127.0.0.1:{behind}/stage", lambda: READY["now"]).app(), port).start()
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(transport=httpx.HTTPTransport(retries=20)) as client:
        client.get(f"{url}/healthz")
    yield url
    server.stop()
    api.stop()


def test_body_path_and_query_arrive_as_sent(front: str) -> None:
    body = bytes(range(256)) * 10
    got = httpx.post(f"{front}/a%2Fb/%D0%B0?q=1&q=%20x", content=body)
    assert got.content == body
    assert got.headers["x-path"] == "/stage/a%2Fb/%D0%B0"
    assert got.headers["x-query"] == "q=1&q=%20x"


def test_every_cookie_comes_back(front: str) -> None:
    got = httpx.get(f"{front}/cookies")
    assert got.headers.get_list("set-cookie") == ["a=1; HttpOnly", "b=2; Secure"]


def test_the_caller_cannot_choose_the_address_it_comes_from(front: str) -> None:
    got = httpx.get(f"{front}/x", headers={"X-Forwarded-For": "203.0.113.9"})
    assert got.headers["x-from"] == "127.0.0.1"


def test_adds_no_header_of_its_own_library(front: str) -> None:
    request = httpx.Request("GET", f"{front}/x")
    with httpx.Client() as client:
        assert client.send(request).headers["x-encodings"] == "none"


def test_a_body_that_lambda_would_not_take_is_refused(front: str) -> None:
    fits = INVOCATION_LIMIT - 8192
    for body, status in (
        (b"x" * fits, 200),
        (b"x" * INVOCATION_LIMIT, 413),
        (b'"' * (fits // 2), 200),  # two bytes of JSON each
        (b'"' * fits, 413),
        (b"\xff" * (fits * 3 // 4), 200),  # four of base64 for three
        (b"\xff" * fits, 413),
    ):
        got = httpx.post(f"{front}/x", content=body, timeout=30)
        assert got.status_code == status, (body[:1], len(body))


def test_a_body_that_the_gateway_would_not_take_is_refused(front: str) -> None:
    got = httpx.post(f"{front}/x", content=b"x" * (LIMIT + 1), timeout=30)
    assert (got.status_code, got.json()["code"]) == (413, "too_large")


def test_an_answer_that_lambda_would_not_give_is_an_error(front: str) -> None:
    got = httpx.get(f"{front}/large", timeout=30)
    assert (got.status_code, got.json()["code"]) == (502, "bad_gateway")


def test_a_body_of_unknown_length_is_counted_too(front: str) -> None:
    got = httpx.post(f"{front}/x", content=(b"x" * 1024 * 1024 for _ in range(11)), timeout=30)
    assert got.status_code == 413


def test_what_the_gateway_does_not_know_is_404(front: str) -> None:
    got = httpx.get(f"{front}/unknown")
    assert (got.status_code, got.json()["code"]) == (404, "not_found")


def test_healthz_is_503_until_all_is_ready(front: str) -> None:
    READY["now"] = False
    try:
        assert httpx.get(f"{front}/healthz").status_code == 503
    finally:
        READY["now"] = True
    got = httpx.get(f"{front}/healthz")
    assert (got.status_code, json.loads(got.content)) == (200, {"status": "ok"})


def test_says_so_when_nothing_answers_behind_it() -> None:
    port = free_port()
    server = _Server(Gateway(f"http://127.0.0.1:{free_port()}/stage", lambda: True).app(), port).start()
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=20)) as client:
            assert client.get(f"http://127.0.0.1:{port}/x").status_code == 502
    finally:
        server.stop()


def test_long_answers_are_compressed_as_api_gateway_does(front: str) -> None:
    for accepted, path, encoding in (
        ("gzip, deflate, br", "long", "gzip"),
        ("identity", "long", None),
        ("gzip", "long?as-it-is", "identity"),
        ("gzip", "healthz", None),
    ):
        with httpx.stream("GET", f"{front}/{path}", headers={"Accept-Encoding": accepted}) as got:
            sent = b"".join(got.iter_raw())
        assert got.headers.get("content-encoding") == encoding, path
        assert int(got.headers["content-length"]) == len(sent)
        assert (len(sent) < 1000) == (encoding == "gzip" or path == "healthz")
