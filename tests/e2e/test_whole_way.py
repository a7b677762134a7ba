"""A message becomes a ticket, an operator answers, the answer arrives: on the running desk, over HTTP."""

import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.e2e.customers import Dashboard
from tests.support.e2e.playing import PHONE_NUMBER_ID, Play, eventually, new_phone
from tests.support.people import wamid

SAMPLES = Path(__file__).parent.parent / "payloads" / "whatsapp"


def test_a_kazakh_text_on_whatsapp_and_its_answer(play: Play) -> None:
    phone = new_phone()
    play.phones("/phones/whatsapp/messages", {"phone": phone, "name": "Амина", "text": "Сәлеметсіз бе"})
    api = play.sign_in()
    ticket = api.ticket_of(phone)
    assert (ticket["state"], ticket["channel"], ticket["contact"]["language"]) == ("open", "whatsapp", "kk")

    (notice,) = eventually(lambda: play.texts("whatsapp", phone))
    assert ticket["number"] in notice and "https://spoint.kz/policy" in notice and "өтініш" in notice.lower()

    answer = api.reply(ticket["id"], "Сәлеметсіз бе, Амина! Тексеріп жатырмыз.")
    assert answer.status_code in (200, 201, 202), answer.text
    eventually(lambda: api.delivery(ticket["id"], "Сәлеметсіз бе, Амина! Тексеріп жатырмыз.") == "read")
    assert play.texts("whatsapp", phone)[1:] == ["Сәлеметсіз бе, Амина! Тексеріп жатырмыз."]
    assert api.ticket_of(phone)["state"] == "pending"


def test_a_telegram_text_with_language_code_ru_and_its_answer(play: Play) -> None:
    user = str(500_000_000 + secrets.randbelow(10**8))
    person = {"user_id": user, "name": "Данияр", "username": f"daniyar_{user}", "language_code": "ru"}
    play.phones("/phones/telegram/messages", {**person, "text": "Hello"})
    api = play.sign_in()
    (item,) = eventually(lambda: api.get(f"tickets?q={user}")["items"])
    (notice,) = eventually(lambda: play.texts("telegram", user))
    assert item["number"] in notice and "обращение" in notice.lower()

    long = "Длинный ответ. <&_*" + "абв 🙏 " * 1500
    assert api.reply(item["id"], long).ok
    pieces = eventually(lambda: play.texts("telegram", user)[3:] and play.texts("telegram", user)[1:])
    assert all(len(piece.encode("utf-16-le")) // 2 <= 4096 for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(long.split())
    eventually(lambda: api.delivery(item["id"], long) == "sent")


def bodies() -> list[Any]:
    return [
        pytest.param(body, id=f"{file.stem}-{name}")
        for file in sorted(SAMPLES.glob("*.json"))
        for name, body in json.loads(file.read_text()).items()
    ]


@pytest.mark.parametrize("body", bodies())
def test_every_real_body_of_meta_is_acknowledged_and_shown(play: Play, body: dict[str, Any]) -> None:
    """Who is not known and says nothing (a system message, a reaction, a press under our message) is not shown."""
    phone, shown = new_phone(), 0
    for change in (change for entry in body["entry"] for change in entry["changes"]):
        value = change["value"]
        if "metadata" in value:
            value["metadata"]["phone_number_id"] = PHONE_NUMBER_ID
        for contact in value.get("contacts", ()):
            contact |= {"wa_id": phone, "user_id": f"KZ.{phone}"}
        for message in value.get("messages", ()):
            message |= {"from": phone, "id": wamid(phone), "timestamp": str(play.now())}
            presses = message.get("interactive", {}).get("type") in ("button_reply", "list_reply")
            shown += message["type"] not in ("system", "reaction") and not presses
    assert play.whatsapp(body).status_code == 200
    if shown:
        ticket = play.sign_in().ticket_of(phone)
        assert ticket["unread"] == shown
        assert len([m for m in ticket["messages"] if m["direction"] == "in"]) == shown
    else:
        assert play.sign_in().get(f"tickets?q=%2B{phone}")["items"] == []


def test_200_parallel_deliveries_of_20_messages_of_one_new_customer(play: Play) -> None:
    phone = new_phone()
    texts = [f"Хабарлама {n}" for n in range(20)]
    left = [play.text(phone, text) for text in texts] * 10
    deadline = time.monotonic() + 100
    with ThreadPoolExecutor(8) as pool:
        while left and time.monotonic() < deadline:
            answers = list(pool.map(lambda body: play.whatsapp(body).status_code, left))
            left = [body for body, status in zip(left, answers, strict=True) if status >= 500]
    assert not left

    api = play.sign_in()
    (item,) = api.get(f"tickets?q=%2B{phone}")["items"]
    messages = api.get(f"tickets/{item['id']}")["messages"]
    assert sorted(m["text"] for m in messages if m["direction"] == "in") == sorted(texts)
    assert item["unread"] == 20
    assert len(eventually(lambda: play.texts("whatsapp", phone))) == 1


def test_a_changed_number_finds_the_same_ticket(play: Play) -> None:
    old, new = new_phone(), new_phone()
    play.whatsapp(play.text(old, "Сұрақ"))
    api = play.sign_in()
    ticket = api.ticket_of(old)
    body = play.text(old, "")
    value = body["entry"][0]["changes"][0]["value"]
    moved = {"body": f"User A changed from {old} to {new}", "wa_id": new, "type": "user_changed_number"}
    value["messages"][0] = {
        "from": old, "id": wamid(old), "timestamp": str(play.now()), "type": "system", "system": moved,
    }  # fmt: skip
    assert play.whatsapp(body).status_code == 200
    assert api.ticket_of(new)["id"] == ticket["id"]
    assert play.whatsapp(play.text(new, "Бұл менің жаңа нөмірім")).status_code == 200
    texts = [one["text"] for one in api.ticket_of(new)["messages"] if one["direction"] == "in"]
    assert texts == ["Сұрақ", "Бұл менің жаңа нөмірім"]
    assert "The customer&#39;s number changed" in Dashboard(play).get(f"tickets/{ticket['id']}")


def test_the_same_reply_twice_with_one_client_id_is_sent_once(play: Play) -> None:
    phone = new_phone()
    play.whatsapp(play.text(phone, "Сұрақ"))
    api = play.sign_in()
    ticket = api.ticket_of(phone)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: api.reply(ticket["id"], "Жауап", "one-client-id"), range(4)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    api.reply(ticket["id"], "Соңы")
    eventually(lambda: "Соңы" in play.texts("whatsapp", phone))
    assert play.texts("whatsapp", phone)[1:] == ["Жауап", "Соңы"]


def test_who_starts_is_not_known_and_the_menu_answers_under_its_roles(play: Play) -> None:
    user = str(500_000_000 + secrets.randbelow(10**8))
    person = {"user_id": user, "name": "Данияр", "language_code": "ru"}

    def heard(words: str) -> str:
        return eventually(lambda: next((one for one in play.texts("telegram", user) if words in one), ""))

    play.phones("/phones/telegram/start", person)
    assert heard("Здравствуйте")
    play.phones("/phones/telegram/command", person | {"command": "/data"})
    assert heard("Мы ничего о вас не храним")
    api = play.sign_in()
    assert api.get(f"tickets?q={user}")["items"] == []
    play.phones("/phones/telegram/messages", person | {"text": "Не открывается"})
    (ticket,) = eventually(lambda: api.get(f"tickets?q={user}")["items"])
    for command, words in (("status", ticket["number"]), ("language", "На каком языке"), ("correct", "Исправим до"),
                           ("person", "Ближайший рабочий день"), ("close", "Обращение закрыто")):  # fmt: skip
        play.phones("/phones/telegram/command", person | {"command": f"/{command}"})
        assert heard(words)
    now = api.get(f"tickets/{ticket['id']}")
    assert (now["state"], now["person_asked"], len([m for m in now["messages"] if m["direction"] == "in"])) == (
        "solved", False, 1,
    )  # fmt: skip
    assert api.get(f"contacts/{ticket['contact']['id']}")["correction"]


def test_after_24_hours_free_text_is_refused_here_and_nothing_is_sent(play: Play) -> None:
    phone = new_phone()
    play.phones("/phones/whatsapp/messages", {"phone": phone, "name": "Амина", "text": "Сұрақ"})
    api = play.sign_in()
    ticket = api.ticket_of(phone)
    eventually(lambda: play.texts("whatsapp", phone))
    play.phones("/clock", {"advance_seconds": 24 * 60 * 60 + 1, "steps": 2})
    calls = len(play.sent("whatsapp", phone))

    api = play.sign_in()
    refused = api.reply(ticket["id"], "Кеш қалдық")
    assert refused.status_code == 409 and refused.json()["code"] == "window_closed"
    assert len(play.sent("whatsapp", phone)) == calls
