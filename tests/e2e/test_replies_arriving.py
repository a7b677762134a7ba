"""What becomes of replies, whatever their provider answers and in whatever order it tells, on the running desk."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.e2e.customers import Dashboard, TelegramCustomer, WhatsAppCustomer, body
from tests.support.e2e.playing import Play, eventually


@pytest.fixture
def amina(play: Play) -> WhatsAppCustomer:
    """Amina, who wrote and has had her notice."""
    customer = WhatsAppCustomer(play)
    customer.writes("Сұрақ")
    eventually(lambda: play.texts("whatsapp", customer.phone))
    return customer


@pytest.fixture
def silent(play: Play) -> Iterator[None]:
    """Phones confirm nothing by themselves."""
    play.phones("/confirmations", {"enabled": False})
    yield
    play.phones("/confirmations", {"enabled": True})


def reply(amina: WhatsAppCustomer, text: str) -> str:
    """Answer Amina; return the provider's id once the reply is sent."""
    api, ticket_id = amina.play.sign_in(), amina.ticket()["id"]
    assert api.reply(ticket_id, text).ok
    eventually(lambda: api.delivery(ticket_id, text) == "sent")
    return str(amina.play.sent("whatsapp", amina.phone)[-1]["answer"])


def tell(amina: WhatsAppCustomer, message_id: str, state: str, **fields: Any) -> None:
    status = amina.status(message_id, state, **fields)
    assert amina.play.whatsapp(body(amina.value(statuses=(status,)))).status_code == 200


def shown(amina: WhatsAppCustomer, text: str) -> dict[str, Any]:
    return next(one for one in amina.ticket()["messages"] if one["text"] == text)


@pytest.mark.usefixtures("silent")
def test_statuses_in_any_order_end_at_the_highest_and_a_failure_is_cleared_by_delivered(
    amina: WhatsAppCustomer,
) -> None:
    first, second = (reply(amina, text) for text in ("Бірінші", "Екінші"))
    for state in ("read", "delivered", "sent"):
        tell(amina, first, state)
        assert shown(amina, "Бірінші")["status"] == "read"
    error = {"code": 131026, "title": "Message undeliverable", "message": "Message undeliverable"}
    tell(amina, second, "sent")
    tell(amina, second, "failed", errors=[error])
    failed = shown(amina, "Екінші")
    assert (failed["status"], failed["failure"]["code"]) == ("failed", "131026")
    assert failed["failure"]["reason"] and "undeliverable" in failed["failure"]["said"]
    tell(amina, second, "delivered")
    after = shown(amina, "Екінші")
    assert (after["status"], after["failure"]) == ("delivered", None)


@pytest.mark.usefixtures("silent")
def test_a_status_that_comes_before_metas_answer_counts(play: Play, amina: WhatsAppCustomer) -> None:
    """Meta holds back the answer with its id, so the desk cannot know whose the status is."""
    play.phones("/faults", {"channel": "whatsapp", "timeout": 6, "match": "Ерте"})
    api, ticket_id = play.sign_in(), amina.ticket()["id"]
    assert api.reply(ticket_id, "Ерте").ok

    def on_the_phone() -> str:
        chats = play.phones("/phones/conversations")["items"]
        mine = [one for chat in chats if chat["person"]["phone"] == amina.phone for one in chat["messages"]]
        return next((str(one["id"]) for one in mine if one["text"] == "Ерте"), "")

    tell(amina, eventually(on_the_phone), "delivered")
    assert [one["status"] for one in play.sent("whatsapp", amina.phone)[1:]] == [0], "the call has no answer yet"
    eventually(lambda: api.delivery(ticket_id, "Ерте") == "delivered")
    assert play.texts("whatsapp", amina.phone).count("Ерте") == 1


@pytest.mark.parametrize("error", [131056, 130429])
def test_what_may_work_later_is_tried_again_in_order_and_delivered_once(
    play: Play, amina: WhatsAppCustomer, error: int
) -> None:
    play.phones("/faults", {"channel": "whatsapp", "error": error, "times": 1, "match": "Бірінші"})
    api, ticket_id = play.sign_in(), amina.ticket()["id"]
    for text in ("Бірінші", "Екінші"):
        assert api.reply(ticket_id, text).ok
    refused = lambda: any(one["status"] not in (0, 200) for one in play.sent("whatsapp", amina.phone))  # noqa: E731
    eventually(refused)
    play.phones("/clock", {"advance_seconds": 60})
    eventually(lambda: play.texts("whatsapp", amina.phone)[2:])
    assert play.texts("whatsapp", amina.phone)[1:] == ["Бірінші", "Екінші"]
    assert [one["status"] == 200 for one in play.sent("whatsapp", amina.phone)[1:]] == [False, True, True]


def test_telegram_is_left_alone_for_as_long_as_it_says(play: Play) -> None:
    daniyar = TelegramCustomer(play)
    daniyar.sends(text="Вопрос")
    eventually(lambda: play.texts("telegram", daniyar.q))
    play.phones("/faults", {"channel": "telegram", "retry_after": 7, "times": 1, "match": "Первый"})
    api, ticket_id = play.sign_in(), daniyar.ticket()["id"]
    for text in ("Первый", "Второй"):
        assert api.reply(ticket_id, text).ok
    eventually(lambda: any(one["status"] == 429 for one in play.sent("telegram", daniyar.q)))
    play.phones("/clock", {"advance_seconds": 8})
    eventually(lambda: play.texts("telegram", daniyar.q)[2:])
    assert play.texts("telegram", daniyar.q)[1:] == ["Первый", "Второй"]
    refused, taken, _ = play.sent("telegram", daniyar.q)[1:]
    assert datetime.fromisoformat(taken["at"]) - datetime.fromisoformat(refused["at"]) >= timedelta(seconds=7)


def test_what_meta_refuses_for_good_is_called_once_and_again_only_by_hand(play: Play, amina: WhatsAppCustomer) -> None:
    play.phones("/faults", {"channel": "whatsapp", "error": 131026, "times": 1, "match": "Жетпейді"})
    api, ticket_id = play.sign_in(), amina.ticket()["id"]
    assert api.reply(ticket_id, "Жетпейді").ok
    eventually(lambda: api.delivery(ticket_id, "Жетпейді") == "failed")
    play.phones("/clock", {"advance_seconds": 130})
    assert [one["status"] == 200 for one in play.sent("whatsapp", amina.phone)[1:]] == [False]

    failed = shown(amina, "Жетпейді")
    browser = Dashboard(play)
    browser.get(f"tickets/{ticket_id}")
    for _ in range(2):
        browser.post(f"tickets/{ticket_id}/retry", message=failed["id"])
    eventually(lambda: "Жетпейді" in play.texts("whatsapp", amina.phone))
    assert [one["status"] == 200 for one in play.sent("whatsapp", amina.phone)[1:]] == [False, True]
    assert shown(amina, "Жетпейді")["resent_as"]
