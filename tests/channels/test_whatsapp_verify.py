"""Scenarios 1 and 2: is it Meta?"""

import base64
import hashlib
import hmac

import pytest

from chalicelib.channels.whatsapp.verify import challenge, signature_ok

SECRET = "local-whatsapp-app-secret"
TOKEN = "local-whatsapp-verify-token"


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def query(**fields: str) -> dict[str, str]:
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"}
    return asked | {name.replace("_", ".", 1): value for name, value in fields.items()}


def test_the_right_token_gets_exactly_the_challenge() -> None:
    assert challenge(query(), [TOKEN]) == "1158201444"
    assert challenge(query(), ["another-token", TOKEN]) == "1158201444"


@pytest.mark.parametrize(
    "asked",
    [
        None,
        {},
        query(hub_verify_token="wrong"),
        query(hub_verify_token=""),
        query(hub_verify_token="сәлем"),
        query(hub_mode="unsubscribe"),
        query(hub_challenge=""),
    ],
)
def test_anything_else_gets_nothing(asked: dict[str, str] | None) -> None:
    assert challenge(asked, [TOKEN, ""]) is None


@pytest.mark.parametrize(
    "body",
    [
        "Сәлеметсіз бе".encode(),
        rb'{"body": "\u0421\u04d9\u043b\u0435\u043c"}',
        base64.b64decode(base64.b64encode('{"body": "Сәлем"}'.encode())),
        b"",
        b"\xff\x00\xfe",
    ],
)
def test_a_signature_is_over_the_raw_bytes(body: bytes) -> None:
    assert signature_ok([SECRET], body, sign(body))
    assert signature_ok(["secret-before-rotation", SECRET], body, sign(body).upper().replace("SHA", "sha"))
    assert not signature_ok([SECRET], body + b" ", sign(body))


@pytest.mark.parametrize("header", [None, "", "sha256=", "sha1=abc", sign(b"{}")[7:], sign(b"{}")[:-1], "sha256=ә"])
def test_a_bad_or_missing_signature_does_not_fit(header: str | None) -> None:
    assert not signature_ok([SECRET], b"{}", header)


def test_no_secret_and_an_empty_secret_fit_nothing() -> None:
    assert not signature_ok([], b"{}", sign(b"{}"))
    assert not signature_ok([""], b"{}", sign(b"{}", ""))
