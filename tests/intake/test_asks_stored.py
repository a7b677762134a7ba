"""What people ask about their data is stored beside their messages, through the webhooks of both channels."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.core.addresses import Author
from chalicelib.core.asks import ASK_WAITS, Ask
from chalicelib.core.clock import DAY
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import ASK, ASKING
from chalicelib.entrypoints.stream_router import _wake_up
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.recognition.recognise_words import asks
from tests.support.intake.asks import pressed_telegram, pressed_template, pressed_whatsapp
from tests.support.intake.desk import Desk
from tests.support.intake.rows import change_ticket
from tests.support.intake.webhooks import PAYLOAD, REQUEST, confirm, envelope, post, text, update, value
from tests.support.intake.webhooks import front as front
from tests.support.people import AMINA_PHONE, DANIYAR_CHAT, from_amina, from_daniyar
from tests.support.storage.declared import undeclared

# -- the row


def rows_of(desk: Desk) -> list[dict[str, Any]]:
    return desk.of("ask#")


def test_words_leave_an_ask_beside_an_ordinary_message(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    asking = from_amina("Деректерімді жойыңыз!", sent_at=desk.seconds + 5)
    desk.now += 7_000
    assert desk.receive(asking) is Outcome.STORED

    (ask,) = rows_of(desk)
    (contact,) = desk.of("contact")
    (ticket,) = desk.of("ticket")
    message = desk.messages()[-1]
    assert ask["pk"] == f"contact#{contact['contact_id']}" and ask["contact_id"] == contact["contact_id"]
    assert ask["sk"] == f"ask#{desk.now}#{message['provider_hash']}"
    assert (ask["action"], ask["language"], ask["at"], "request_id" in ask) == ("withdraw", "kk", desk.now, False)
    assert ask["kinds"] == ["deletion"] and "meant_at" not in ask
    assert ask["message_ref"].endswith(message["provider_hash"])
    assert not {"expires_at", "gone_at"} & ask.keys(), "it lies there until it was dealt with"
    assert (ask["due"], ask["due_at"]) == (ASKING, desk.now + ASK_WAITS)
    assert ticket["unread"] == 2 and ticket["state"] == "open"
    assert undeclared("desk", desk.items()) == [] and ask.keys() <= {"pk", "sk", *ASK.plain}


def test_a_first_message_may_ask_and_a_solved_ticket_is_reopened_by_words(desk: Desk) -> None:
    desk.receive(from_daniyar("/delete", sent_at=desk.seconds, message_id=7))
    change_ticket(desk, state="solved", queue="solved#0", solved_at=desk.now)
    desk.receive(from_daniyar("Отмена", sent_at=desk.seconds + 1, message_id=8))

    assert sorted(row["action"] for row in rows_of(desk)) == ["cancel", "withdraw"]
    assert [ticket["state"] for ticket in desk.of("ticket")] == ["open"]
    assert len(desk.of("consent#")) == 1


def test_50_deliveries_of_an_ask_leave_one(desk: Desk) -> None:
    message = from_amina("Delete my data", sent_at=desk.seconds)
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(desk.receive, [message] * 50))
    desk.now += 3_600_000
    outcomes.append(desk.receive(message))

    assert outcomes.count(Outcome.STORED) == 1 and set(outcomes) == {Outcome.STORED, Outcome.DUPLICATE}
    assert len(rows_of(desk)) == len(desk.messages()) == 1


def test_an_ordinary_message_leaves_no_ask(desk: Desk) -> None:
    desk.receive(from_amina("Как удалить приложение?", sent_at=desk.seconds))
    desk.receive(from_amina("да", sent_at=desk.seconds + 1))
    assert rows_of(desk) == []


def test_words_that_may_mean_a_request_leave_an_ask_that_acts_on_nothing(desk: Desk) -> None:
    said = from_amina("Как удалить мои данные? Согласие тоже отзываю", sent_at=desk.seconds)
    assert [desk.receive(said), desk.receive(said)] == [Outcome.STORED, Outcome.DUPLICATE]
    (ask,), (ticket,) = rows_of(desk), desk.of("ticket")
    assert (ask["action"], ask["kinds"], ask["language"]) == ("maybe", ["deletion", "withdrawal"], "ru")
    assert ticket["state"] == "open" and ticket["unread"] == 1
    assert len(desk.of("consent#")) == 1 and "удалить" not in str(ask)
    assert undeclared("desk", desk.items()) == []


def test_words_tell_the_language_of_who_had_none_so_far(desk: Desk) -> None:
    desk.receive(from_amina("👍", sent_at=desk.seconds))
    assert [one.get("language", "") for one in desk.of("contact")] == [""]
    desk.receive(from_amina("Деректерімді жойыңыз", sent_at=desk.seconds + 1))
    desk.receive(
        from_amina(
            "Жоқ / Нет", sent_at=desk.seconds + 2, kind="button", details={"payload": f"ask.deletion.{desk.now}"}
        )
    )
    words, press = sorted(rows_of(desk), key=lambda one: "meant_at" in one)
    assert (words["language"], press.get("language", "")) == ("kk", "")
    assert (press["action"], press["kinds"], press["meant_at"]) == ("withdraw", ["deletion"], desk.now)


@pytest.mark.parametrize("press", [pressed_whatsapp, pressed_telegram, pressed_template])
def test_the_buttons_under_the_question_what_was_meant_are_understood(press: Any) -> None:
    for kind in registry.handled():
        asked = asks(press(f"ask.{kind}.1795000000000"))
        assert asked == Ask("withdraw", kinds=(kind,), meant_at=1_795_000_000_000) and asked.pressed
    assert asks(press("ask.no")) == Ask("no") and Ask("no").pressed


@pytest.mark.parametrize(
    "payload",
    [
        "ask.deletion",
        "ask.deletion.",
        "ask.deletion.17950000000",
        "ask.deletion.0795000000000",
        "ask.deletion.17950000000000",
        "ask.deletion.179500000000x",
        "ask.deletion.179500000000٣",
        "ask.access.1795000000000",
        "ask..1795000000000",
        "ask.deletion.x.1795000000000",
        "ASK.deletion.1795000000000",
        "ask.no.1795000000000",
        "ask.maybe.1795000000000",
        "ask.no ",
        "ask",
    ],
)
def test_no_other_payload_answers_that_question(payload: str) -> None:
    assert asks(pressed_telegram(payload)) is None


def test_a_press_under_that_question_opens_no_ticket_and_tells_nothing_of_who_is_unknown(desk: Desk) -> None:
    for number, data in enumerate(("ask.no", f"ask.deletion.{desk.now}")):
        details = {"callback_id": f"c{number}", "data": data}
        press = from_daniyar("Нет", sent_at=desk.seconds, message_id=90 + number, kind="callback", details=details)
        assert desk.receive(press) is Outcome.STALE
    assert desk.items() == []
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    change_ticket(desk, state="solved", queue="solved#0", solved_at=desk.now)
    desk.receive(press._replace(details={"callback_id": "c3", "data": "ask.no"}, provider_id="500000042:93"))
    assert [ticket["state"] for ticket in desk.of("ticket")] == ["solved"]
    assert [row["action"] for row in rows_of(desk)] == ["no"]


@pytest.mark.parametrize("state", ["open", "solved", "closed"])
def test_a_press_opens_and_reopens_nothing(desk: Desk, state: str) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    change_ticket(desk, state=state, queue=f"{state}#0", solved_at=desk.now)
    desk.now += 30 * DAY
    assert desk.receive(confirm(desk)) is Outcome.STORED
    assert desk.receive(confirm(desk)) is Outcome.DUPLICATE

    (ticket,) = desk.of("ticket")
    assert (ticket["state"], ticket["queue"]) == (state, f"{state}#0")
    (ask,) = rows_of(desk)
    assert (ask["action"], ask["request_id"], ask["language"]) == ("confirm", REQUEST, "ru")
    assert [item["action"] for item in desk.of("outbox#")].count("answer_callback") == 1


def test_a_press_of_somebody_who_never_wrote_leaves_the_ask_without_a_ticket(desk: Desk) -> None:
    from tests.support.intake.changes import welcomed_before

    welcomed_before(desk)
    assert desk.receive(confirm(desk)) is Outcome.STORED
    assert desk.of("ticket") == [] and len(rows_of(desk)) == 1


def test_an_old_button_pressed_by_somebody_unknown_stores_nothing(desk: Desk) -> None:
    assert desk.receive(confirm(desk)) is Outcome.STALE
    assert desk.items() == []


@pytest.mark.parametrize("kind", ["callback", "button"])
def test_a_press_that_lands_on_a_closed_ticket_is_dated_with_it(desk: Desk, kind: str) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    change_ticket(desk, state="closed", queue="closed#0")
    desk.receive(confirm(desk)._replace(kind=kind, details={"data": PAYLOAD, "payload": PAYLOAD}))
    (press,) = [item for item in desk.messages() if item["kind"] == kind]
    record = {"eventName": "INSERT", "eventID": "1", "dynamodb": {"NewImage": attribute_values(press)}}
    found = _wake_up(record)
    assert found is not None and found[0] == "dating" and found[1].body["row"] == press["sk"]


def test_another_button_says_nothing_of_who_is_unknown(desk: Desk) -> None:
    menu = {"callback_id": "1", "data": "menu.prices"}
    press = from_daniyar("Цены", sent_at=desk.seconds, message_id=9, kind="callback", details=menu)
    assert desk.receive(press) is Outcome.STALE
    assert desk.items() == desk.items("index") == []


# -- through the webhooks


def whatsapp_press(desk: Desk, payload: str) -> dict[str, Any]:
    reply = {"type": "button_reply", "button_reply": {"id": payload, "title": "Yes, delete"}}
    message = text(desk, type="interactive", interactive=reply, context={"from": "77000000000", "id": "wamid.HBgL"})
    return {name: one for name, one in message.items() if name != "text"}


def telegram_update(desk: Desk, **more: Any) -> Iterator[dict[str, Any]]:
    person = {"id": int(DANIYAR_CHAT), "is_bot": False, "first_name": "Данияр", "language_code": "ru"}
    chat = {"id": int(DANIYAR_CHAT), "type": "private"}
    yield {"update_id": 10, "message": {"message_id": 7, "date": desk.seconds, "chat": chat, "from": person,
                                        "text": "/delete@spoint_help_bot"}}  # fmt: skip
    asked = {"message_id": 8, "date": desk.seconds, "chat": chat, "text": "?", **more}
    yield {"update_id": 11, "callback_query": {"id": "4382bfdwdsb323b2d9", "from": person, "message": asked,
                                               "chat_instance": "-1", "data": f"erase.cancel.{REQUEST}"}}  # fmt: skip


def test_both_channels_bring_asks_through_their_webhooks_and_repeat_them(front: Client, desk: Desk) -> None:
    words, press = text(desk, "Удалите мои данные"), whatsapp_press(desk, f"erase.confirm.{REQUEST}")
    for message in (words, press, words, press):
        assert post(front, json.dumps(envelope(value(message))).encode()).status_code == 200
    for body in (*telegram_update(desk), *telegram_update(desk)):
        assert update(front, body).status_code == 200

    found = sorted((ask["action"], ask.get("request_id", "")) for ask in rows_of(desk))
    assert found == [("cancel", REQUEST), ("confirm", REQUEST), ("withdraw", ""), ("withdraw", "")]
    assert len(desk.of("ticket")) == 2
    kinds = sorted(item["kind"] for item in desk.messages())
    assert kinds == ["button", "callback", "text", "text"]
    assert AMINA_PHONE not in str(rows_of(desk))


def test_an_author_without_a_name_asks_as_well(desk: Desk) -> None:
    nameless = Author(from_amina(sent_at=1).author.addresses)
    desk.receive(from_amina("Delete my data", sent_at=desk.seconds, author=nameless))
    assert [row["action"] for row in rows_of(desk)] == ["withdraw"]
