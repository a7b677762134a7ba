"""Who wrote more than 24 hours ago is reached by a template, on the running desk: fetched, chosen, sent, paused."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.e2e.playing import Api, Play, eventually, new_phone, whatsapp_text

DAY = 86_400
VALUES = {"body.1": "Амина", "body.2": "479-340", "body.3": "шот дайын"}
SHOWN = "Сәлеметсіз бе, Амина! 479-340 өтінішіңізге жауап бар: шот дайын. Жалғастыру үшін бізге жазыңыз."
NAME = {"name": "answer_ready", "language": "kk"}


def wrote(play: Play, ago: int) -> tuple[str, dict[str, Any]]:
    """Somebody new who wrote so many seconds ago, and their ticket."""
    phone = new_phone()
    assert play.whatsapp(whatsapp_text(phone, "Сәлеметсіз бе", play.now() - ago)).status_code == 200
    return phone, play.sign_in().ticket_of(phone)


def send(api: Api, ticket_id: str, **changed: Any) -> requests.Response:
    body = {"template": NAME | {"values": VALUES} | changed, "client_id": secrets.token_hex(8)}
    return api.call("POST", f"tickets/{ticket_id}/replies", body)


@pytest.fixture
def api(play: Play) -> Api:
    """Somebody of the staff, once the templates are fetched."""
    made = play.sign_in()
    _, ticket = wrote(play, 1)
    eventually(lambda: made.get(f"templates?ticket_id={ticket['id']}")["items"])
    return made


@pytest.fixture
def paused(play: Play) -> Iterator[None]:
    play.phones("/phones/whatsapp/templates", {**NAME, "status": "PAUSED"})
    yield
    play.phones("/phones/whatsapp/templates", {**NAME, "status": "APPROVED"})


def test_24_hours_and_a_second_later_a_text_is_refused_without_a_call_and_a_template_arrives(
    play: Play, api: Api
) -> None:
    phone, ticket = wrote(play, DAY + 1)
    refused = api.reply(ticket["id"], "Кеш қалды")
    assert (refused.status_code, refused.json()["code"]) == (409, "window_closed")

    assert send(api, ticket["id"]).status_code == 201

    assert eventually(lambda: play.texts("whatsapp", phone)) == ["answer_ready"]
    (call,) = play.sent("whatsapp", phone)
    assert call["payload"]["template"]["components"][0]["parameters"][1] == {"type": "text", "text": "479-340"}
    eventually(lambda: api.delivery(ticket["id"], SHOWN) in ("delivered", "read"))
    chats = play.phones("/phones/conversations")["items"]
    (shown,) = [one for chat in chats if chat["person"]["phone"] == phone for one in chat["messages"]]
    assert (shown["text"], [one["label"] for one in shown["buttons"]]) == (SHOWN, ["Жалғастыру"])


@pytest.mark.parametrize("accepted", [True, False])
def test_a_race_that_meta_answers_with_131047_fails_with_its_reason_and_locks_the_window(
    play: Play, api: Api, accepted: bool
) -> None:
    phone, ticket = wrote(play, DAY - 600)
    eventually(lambda: play.texts("whatsapp", phone))
    play.phones("/faults", {"channel": "whatsapp", "error": 131047, "times": 1, "accept": accepted})
    assert api.reply(ticket["id"], "Дәл шегінде").status_code == 201

    eventually(lambda: api.delivery(ticket["id"], "Дәл шегінде") == "failed")
    failed = api.get(f"tickets/{ticket['id']}")["messages"][-1]
    assert (failed["failure"]["code"], failed["failure"]["reason"]) == ("131047", "window_closed")

    def locked() -> bool:
        return bool(api.reply(ticket["id"], "Тағы").json().get("code") == "window_closed")

    if accepted:  # the status is stored before the expiry stamper has locked the window
        eventually(lambda: api.get(f"tickets/{ticket['id']}")["undelivered"])
    assert locked()
    assert send(api, ticket["id"]).status_code == 201


def test_a_template_that_meta_does_not_know_fails_with_its_reason_after_one_call(play: Play, api: Api) -> None:
    phone, ticket = wrote(play, DAY + 1)
    play.phones("/faults", {"channel": "whatsapp", "error": 132001, "times": 1, "match": "answer_ready"})
    assert send(api, ticket["id"]).status_code == 201
    eventually(lambda: api.delivery(ticket["id"], SHOWN) == "failed")
    play.phones("/clock", {"advance_seconds": 130})
    assert play.sign_in().get(f"tickets/{ticket['id']}")["messages"][-1]["failure"]["code"] == "132001"
    assert [one["status"] == 200 for one in play.sent("whatsapp", phone)] == [False]


@pytest.mark.usefixtures("paused")
def test_a_paused_template_is_refused_at_once(play: Play, api: Api) -> None:
    _, ticket = wrote(play, DAY + 1)
    answer = send(api, ticket["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "template_refused")
    offered = api.get(f"templates?ticket_id={ticket['id']}")["items"]
    reasons = {(one["name"], one["language"]): one["reason"] for one in offered}
    assert reasons["answer_ready", "kk"] == "paused"
    assert reasons["answer_ready", "ru"] is None
    assert reasons["autumn_discount", "ru"] == "marketing"
    assert reasons["service_news", "kk"] == "becomes_marketing"
