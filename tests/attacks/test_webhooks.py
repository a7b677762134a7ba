"""What strangers and odd bodies do to the webhooks. Each test plays many forms and lists all that came through."""

import gzip
import hashlib
import hmac
import json
from typing import Any

from chalice.test import Client, HTTPResponse

from chalicelib.channels.telegram.parse import parse
from chalicelib.web.webhooks import MAX_BODY
from chalicelib.wiring import base as wiring
from tests.attacks.bodies import body, phone, said
from tests.support.intake.desk import Desk
from tests.support.intake.webhooks import BOT_SECRET, SECRET, post, sign, update

AMINA = phone(1)


def signature(raw: bytes, secret: str = SECRET, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), raw, digest).hexdigest()


def deliver(front: Client, raw: bytes, headers: dict[str, str], path: str = "/webhooks/whatsapp") -> HTTPResponse:
    return front.http.post(path, headers={"Content-Type": "application/json", **headers}, body=raw)


def telegram(desk: Desk, chat: int = 42, message_id: int = 7, **more: Any) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "Данияр"}
    message = {"message_id": message_id, "date": desk.seconds, "chat": {"id": chat, "type": "private"}, "from": person}
    return {"update_id": message_id, "message": {**message, "text": "Здравствуйте", **more}}


def test_no_form_of_a_bad_signature_is_taken(front: Client, desk: Desk) -> None:
    raw = body([said(desk, AMINA, "Сәлем")])
    good = signature(raw)
    forms = {
        "none": {},
        "empty": {"X-Hub-Signature-256": ""},
        "the word alone": {"X-Hub-Signature-256": "sha256="},
        "without the word": {"X-Hub-Signature-256": good},
        "of other bytes": {"X-Hub-Signature-256": f"sha256={signature(raw + b' ')}"},
        "of the body without escapes": {
            "X-Hub-Signature-256": f"sha256={signature(json.dumps(json.loads(raw), ensure_ascii=False).encode())}"
        },
        "of another secret": {"X-Hub-Signature-256": f"sha256={signature(raw, 'app-secreT')}"},
        "of an empty secret": {"X-Hub-Signature-256": f"sha256={signature(raw, '')}"},
        "one digit short": {"X-Hub-Signature-256": f"sha256={good[:-1]}"},
        "one digit changed": {"X-Hub-Signature-256": f"sha256={good[:-1]}{'0' if good[-1] != '0' else '1'}"},
        "two of them": {"X-Hub-Signature-256": f"sha256={good}, sha256={good}"},
        "the old header": {"X-Hub-Signature": f"sha1={signature(raw, SECRET, 'sha1')}"},
        "a plain hash": {"X-Hub-Signature-256": f"sha256={hashlib.sha256(raw).hexdigest()}"},
        "not ASCII": {"X-Hub-Signature-256": "sha256=" + "ә" * 64},
    }
    answers = {name: deliver(front, raw, headers).status_code for name, headers in forms.items()}
    assert {name: status for name, status in answers.items() if status != 401} == {}
    tokens = ("", "bot-secreT", BOT_SECRET + " ", BOT_SECRET[:-1], BOT_SECRET * 2, "ә", "null")
    update_of = json.dumps(telegram(desk)).encode()
    header = "X-Telegram-Bot-Api-Secret-Token"
    answers = {one: deliver(front, update_of, {header: one}, "/webhooks/telegram").status_code for one in tokens}
    answers["none"] = deliver(front, update_of, {}, "/webhooks/telegram").status_code
    # HTTP itself drops blanks around a header's value, so that one of these is the token.
    assert {name: status for name, status in answers.items() if status != 401 and name.strip() != BOT_SECRET} == {}
    assert not desk.messages() and not desk.items("keys")
    assert deliver(front, raw, {"X-Hub-Signature-256": f"sha256={good}"}).status_code == 200
    assert len(desk.messages()) == 1


def test_what_was_taken_once_is_stored_once_however_it_is_brought_again(front: Client, desk: Desk) -> None:
    message = said(desk, AMINA, "Сәлем")
    forms = [body([message]), body([message]), body([message, message]), body([message, said(desk, AMINA, "Тағы")])]
    forms.append(json.dumps(json.loads(forms[0]), ensure_ascii=False, indent=1).encode())
    assert [post(front, raw).status_code for raw in forms] == [200] * 5
    assert [update(front, {**telegram(desk), "update_id": number}).status_code for number in (1, 2, 2)] == [200] * 3
    assert len(desk.messages()) == 3
    assert sorted(ticket["unread"] for ticket in desk.of("ticket")) == [1, 2]


def test_bodies_in_another_form_are_refused_and_store_nothing(front: Client, desk: Desk) -> None:
    raw = body([said(desk, AMINA, "Сәлем")])
    packed = gzip.compress(raw)
    types = ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
    answers = {one: deliver(front, raw, sign(raw) | {"Content-Type": one}).status_code for one in types}
    answers |= {
        "compressed": deliver(front, packed, sign(packed) | {"Content-Encoding": "gzip"}).status_code,
        "compressed, signed before": deliver(front, packed, sign(raw) | {"Content-Encoding": "gzip"}).status_code,
        "UTF-16": deliver(front, b"[" + raw.decode().encode("utf-16"), sign(b"x")).status_code,
        "two": deliver(front, raw + raw, sign(raw + raw)).status_code,
        "too large": deliver(front, b" " * (MAX_BODY + 1), sign(b" " * (MAX_BODY + 1))).status_code,
    }
    assert answers == dict.fromkeys(types, 415) | {
        "compressed": 400,
        "compressed, signed before": 401,
        "UTF-16": 401,
        "two": 400,
        "too large": 413,
    }
    assert desk.items() == []


def test_odd_json_neither_breaks_the_desk_nor_hides_what_stands_beside_it(front: Client, desk: Desk) -> None:
    """Nothing is answered 5xx, which would have the body come again for days; and what JSON allows takes the message
    beside it along."""
    whole = body([said(desk, AMINA, "MARK", extra="ODD")]).decode()
    deep = 200_000
    taken = {
        "a huge integer": whole.replace('"ODD"', "9" * 4_000),
        "a huge exponent": whole.replace('"ODD"', "1e999"),
        "NUL": whole.replace("MARK", "a\\u0000b"),
        "half a surrogate pair": whole.replace("MARK", "\\ud83d"),
        "two halves the wrong way round": whole.replace("MARK", "\\udc00\\ud83d"),
        "a key twice": whole.replace('"type": "text"', '"type": "image", "type": "text"'),
        "lists in lists": whole.replace('"ODD"', "[" * 900 + "]" * 900),
    }
    refused = {
        "deep lists": "[" * deep + "]" * deep,
        "deep objects": '{"a":' * deep + "1" + "}" * deep,
        "deep lists inside": whole.replace('"ODD"', "[" * deep + "]" * deep),
        "NaN": whole.replace('"ODD"', "NaN"),
        "Infinity": whole.replace('"ODD"', "-Infinity"),
        "a bare NUL": whole.replace("MARK", "\0"),
    }
    fresh = {name: raw.replace("wamid.", f"wamid.{place}") for place, (name, raw) in enumerate(taken.items())}
    answers = {name: post(front, raw.encode()).status_code for name, raw in (fresh | refused).items()}
    assert answers == dict.fromkeys(taken, 200) | dict.fromkeys(refused, 400)
    assert len(desk.messages()) == len(taken)


def test_an_integer_without_end_is_answered(front: Client, desk: Desk) -> None:
    whole = body([said(desk, AMINA, "Сәлем", extra="ODD")]).decode()
    assert post(front, whole.replace('"ODD"', "9" * 100_000).encode()).status_code in (200, 400)


def test_one_id_of_two_people_and_of_two_bots_is_two_messages(front: Client, desk: Desk) -> None:
    first, second = said(desk, AMINA, "Бірі"), said(desk, phone(2), "Екіншісі")
    second["id"] = first["id"]
    assert post(front, body([first, second])).status_code == 200
    assert len({item["contact_id"] for item in desk.messages()}) == 2

    raw = json.dumps(telegram(desk)).encode()
    for account in ("100000001", "100000002"):
        wiring.intake().store_all(parse(raw, account, desk.seconds))
    raw = json.dumps(telegram(desk, chat=43)).encode()
    wiring.intake().store_all(parse(raw, "100000001", desk.seconds))
    assert len({item["contact_id"] for item in desk.messages()}) == len(desk.of("ticket")) == 5

    # What has no time of its own is known by its provider's id alone.
    timeless = json.dumps(telegram(desk, message_id=8, date=None)).encode()
    for account in ("100000001", "100000002"):
        wiring.intake().store_all(parse(timeless, account, desk.seconds))
    assert len(desk.messages()) == 7
