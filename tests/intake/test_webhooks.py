"""The webhooks as the providers call them: signed bytes in, status and rows out."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.core.errors import Unavailable
from chalicelib.messages.store import IntakeStore
from tests.support.aws import Aws
from tests.support.forgetting import forget_wiring
from tests.support.intake.desk import Desk
from tests.support.intake.webhooks import TOKEN, envelope, post, sign, text, update, value
from tests.support.intake.webhooks import front as front
from tests.support.people import AMINA_PHONE, WHATSAPP_ACCOUNT, wamid

SAMPLES = Path(__file__).parent.parent / "payloads" / "whatsapp"


def test_the_verification_answers_exactly_the_challenge(front: Client) -> None:
    path = "/webhooks/whatsapp?hub.mode={}&hub.verify_token={}&hub.challenge=1158201444"
    right = front.http.get(path.format("subscribe", TOKEN))
    assert (right.status_code, right.body) == (200, b"1158201444")
    for mode, token in (("subscribe", "wrong"), ("unsubscribe", TOKEN)):
        assert front.http.get(path.format(mode, token)).status_code == 403
    assert front.http.get("/webhooks/whatsapp").status_code == 403


@pytest.mark.parametrize("escaped", [True, False])
def test_a_signed_text_is_stored_whichever_way_its_letters_are_written(
    front: Client, desk: Desk, escaped: bool
) -> None:
    body = json.dumps(envelope(value(text(desk))), ensure_ascii=escaped).encode()
    assert post(front, body).status_code == 200
    assert [item["sent_at"] for item in desk.messages()] == [desk.seconds * 1000]


@pytest.mark.parametrize("headers", [{}, sign(b"other"), sign(b"{}", "wrong"), {"X-Hub-Signature-256": "sha256=Ж"}])
def test_a_bad_signature_writes_nothing(front: Client, desk: Desk, headers: dict[str, str], caplog: Any) -> None:
    body = json.dumps(envelope(value(text(desk)))).encode()
    answer = post(front, body, {"Content-Type": "application/json", **headers})
    assert answer.status_code == 401
    assert desk.items() == []
    lines = [record for record in caplog.records if record.name == "helpdesk"]
    assert [(line.message, line.code) for line in lines] == [("refused", "bad_signature")]
    assert AMINA_PHONE not in str([record.__dict__ for record in caplog.records])


@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"not json", b"[]", b'"text"', b"null", b"17"])
def test_a_signed_body_that_is_not_a_json_object_is_refused(front: Client, desk: Desk, body: bytes) -> None:
    assert post(front, body).status_code == 400
    assert desk.items() == []


def test_other_methods_and_types_are_refused(front: Client) -> None:
    body = json.dumps(envelope()).encode()
    assert front.http.put("/webhooks/whatsapp", headers=sign(body), body=body).status_code == 405
    assert post(front, body, {**sign(body), "Content-Type": "text/plain"}).status_code == 415


def test_a_body_over_10_mb_is_refused(front: Client) -> None:
    assert post(front, b'"' + b"a" * (10 * 1024 * 1024) + b'"').status_code == 413


def test_two_changes_with_a_malformed_message_and_two_statuses(front: Client, desk: Desk) -> None:
    post(front, json.dumps(envelope(value(text(desk)))).encode())
    (notice,) = desk.messages("out")
    ref = f"{notice['pk'].removeprefix('conversation#')}.{notice['sk'].removeprefix('message#').replace('#', '.')}"
    statuses = tuple(
        {"id": wamid(), "status": status, "timestamp": str(desk.seconds), "biz_opaque_callback_data": ref}
        for status in ("delivered", "sent")
    )
    broken = {
        "from": AMINA_PHONE,
        "id": wamid(),
        "timestamp": str(desk.seconds),
        "type": "text",
        "text": ["?"],
    }
    body = envelope(value(text(desk, "екінші"), broken), value(text(desk, "үшінші"), statuses=statuses))
    assert post(front, json.dumps(body).encode()).status_code == 200

    kinds = sorted(item["kind"] for item in desk.messages())
    assert kinds == ["text", "text", "text", "unsupported"]
    assert len(desk.of("raw#")) == 1
    assert desk.messages("out")[0]["status"] == "delivered"


def test_a_number_that_is_not_ours_is_acknowledged_and_not_stored(front: Client, desk: Desk) -> None:
    foreign = value(text(desk))
    foreign["metadata"]["phone_number_id"] = "1"
    assert post(front, json.dumps(envelope(foreign)).encode()).status_code == 200
    assert desk.items() == []


def samples() -> list[Any]:
    return [
        pytest.param(body, id=f"{file.stem}-{name}")
        for file in sorted(SAMPLES.glob("*.json"))
        for name, body in json.loads(file.read_text()).items()
    ]


@pytest.mark.parametrize("body", samples())
def test_every_real_body_is_understood(front: Client, desk: Desk, body: dict[str, Any]) -> None:
    messages = []
    for change in (change for entry in body["entry"] for change in entry["changes"]):
        if "metadata" in change["value"]:
            change["value"]["metadata"]["phone_number_id"] = WHATSAPP_ACCOUNT
        for message in change["value"].get("messages", ()):
            message |= {"id": wamid(), "timestamp": str(desk.seconds)}
            messages.append(message)
    assert post(front, json.dumps(body).encode()).status_code == 200

    pressed = ("button_reply", "list_reply")
    talk = [
        message
        for message in messages
        if message["type"] not in ("system", "reaction") and message.get("interactive", {}).get("type") not in pressed
    ]
    assert len(desk.messages()) == len(talk), "what refers to nothing makes nobody known"
    assert len(desk.of("ticket")) == (1 if talk else 0)


def test_telegram_text_with_a_language_code(front: Client, desk: Desk) -> None:
    body = {
        "update_id": 10,
        "message": {
            "message_id": 7,
            "date": desk.seconds,
            "chat": {"id": 500000042, "type": "private"},
            "from": {"id": 500000042, "is_bot": False, "first_name": "Данияр", "language_code": "ru"},
            "text": "Hello",
        },
    }
    with ThreadPoolExecutor(4) as pool:
        assert {answer.status_code for answer in pool.map(lambda _: update(front, body), range(10))} == {200}
    assert update(front, body, "wrong").status_code == 401
    assert len(desk.messages()) == 1
    assert desk.of("ticket")[0]["language"] == "ru"


def test_an_authentic_update_that_names_nobody_is_kept_sealed_to_the_vault(front: Client, desk: Desk) -> None:
    body = {"update_id": 11, "message": {"secret": "құпия"}}
    assert update(front, body).status_code == update(front, body).status_code == 200

    kept = desk.of("")
    assert [item["pk"].split("#")[0] for item in kept] == ["unclear"]
    assert "құпия".encode() not in kept[0]["raw"]


def test_a_storage_that_does_not_answer_asks_for_the_message_again(
    front: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps(envelope(value(text(desk)))).encode()
    monkeypatch.setenv("TABLE_DESK", "not-there")
    forget_wiring()
    assert post(front, body).status_code == 503

    monkeypatch.setenv("TABLE_DESK", desk.tables["desk"])
    forget_wiring()
    assert post(front, body).status_code == 200
    assert len(desk.messages()) == 1


def test_health_says_what_it_has_looked_at(
    front: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch, aws: Aws
) -> None:
    good = front.http.get("/healthz")
    assert good.status_code == 200 and good.json_body["status"] == "ok"
    assert good.json_body["parts"] == {"profile": True, "secrets": True, "storage": True}
    for variable, part in (("TABLE_INDEX", "storage"), ("OPERATOR", "profile"), ("SECRET_INBOUND", "secrets")):
        with monkeypatch.context() as broken:
            broken.setenv(variable, "nowhere")
            forget_wiring()
            bad = front.http.get("/healthz")
        assert bad.status_code == 503 and bad.json_body["status"] == "failing", variable
        assert bad.json_body["parts"][part] is False
    forget_wiring()
    assert front.http.get("/healthz").status_code == 200


def test_the_policy_is_public(front: Client) -> None:
    page = front.http.get("/policy?lang=kk")
    assert page.status_code == 200 and page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert 'lang="kk"' in page.body.decode() and "Set-Cookie" not in page.headers
    assert front.http.get("/policy/99").status_code == 404


def test_a_body_in_base64_is_verified_over_its_raw_bytes(front: Client, desk: Desk) -> None:
    body = json.dumps(envelope(value(text(desk))), ensure_ascii=False).encode()
    from chalicelib.web.intake_function import app

    answer = app(_event(body), None)
    assert answer["statusCode"] == 200
    assert len(desk.messages()) == 1


def _event(body: bytes) -> dict[str, Any]:
    headers = sign(body)
    return {
        "requestContext": {"httpMethod": "POST", "resourcePath": "/webhooks/whatsapp", "identity": {}},
        "headers": headers,
        "multiValueHeaders": {name: [item] for name, item in headers.items()},
        "pathParameters": {},
        "stageVariables": {},
        "multiValueQueryStringParameters": None,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def test_one_part_that_cannot_be_stored_holds_up_no_other(
    front: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = IntakeStore.commit

    def failing(store: IntakeStore, arrival: Any) -> Any:
        if arrival.message.text == "бірінші":
            raise Unavailable("not now")
        return real(store, arrival)

    body = json.dumps(envelope(value(text(desk, "бірінші"), text(desk, "екінші")))).encode()
    with monkeypatch.context() as patch:
        patch.setattr(IntakeStore, "commit", failing)
        assert post(front, body).status_code == 503
    assert len(desk.messages()) == 1
    assert post(front, body).status_code == 200
    assert len(desk.messages()) == 2
