"""The stand-in for the Telegram Bot API, spoken to by plain HTTP and by python-telegram-bot itself."""

import asyncio
from hashlib import sha256
from typing import Any

import pytest
import telegram

from tests.support.phones.phones import SECRETS, Phones, until
from tests.support.pictures import png

DANIYAR = {"user_id": "500000042", "name": "Данияр", "username": "daniyar_osp", "language_code": "ru"}
CHAT = 500000042


def daniyar_writes(phones: Phones, text: str = "Ошибка 0x81", **more: Any) -> dict[str, Any]:
    return phones.post("/phones/telegram/messages", **DANIYAR, text=text, **more)


def inline(button: dict[str, str]) -> dict[str, Any]:
    """A keyboard under a message, with one button."""
    return {"inline_keyboard": [[button]]}


def updates(phones: Phones, kind: str) -> list[dict[str, Any]]:
    return [hook.json[kind] for hook in phones.desk.got if kind in hook.json]


def test_a_customers_message_reaches_the_desk_with_the_secret_of_the_bot(phones: Phones) -> None:
    daniyar_writes(phones)
    daniyar_writes(phones, "И ещё", bot="100000002")

    first, second = phones.desk.got
    assert first.path == "/webhooks/telegram"
    assert first.headers["x-telegram-bot-api-secret-token"] == "local-telegram-webhook-secret"
    assert second.headers["x-telegram-bot-api-secret-token"] == "local-telegram-webhook-secret-2"
    message = first.json["message"]
    assert message["text"] == "Ошибка 0x81"
    assert message["message_id"] == 1
    assert message["chat"] == {
        "id": CHAT, "first_name": "Данияр", "type": "private", "username": "daniyar_osp",
    }  # fmt: skip
    assert message["from"]["language_code"] == "ru"


def test_update_ids_grow_and_message_ids_follow_each_other_in_a_chat(phones: Phones) -> None:
    daniyar_writes(phones)
    assert phones.bot("sendMessage", chat_id=CHAT, text="Принято").json()["result"]["message_id"] == 2
    assert daniyar_writes(phones)["message_id"] == 3

    ids = [hook.json["update_id"] for hook in phones.desk.got]
    assert ids[1] == ids[0] + 1


def test_python_telegram_bot_works_against_it(phones: Phones) -> None:
    daniyar_writes(phones)
    photo = png() + b"\r\n--x\r\n\xff"

    async def talk() -> tuple[telegram.User, telegram.Message, telegram.Message, bool]:
        bot = telegram.Bot(SECRETS.bots[0].token, base_url=f"{phones.url}/bot", base_file_url=f"{phones.url}/file/bot")
        async with bot:
            key = telegram.InlineKeyboardButton("Мои данные", callback_data="mine")
            markup = telegram.InlineKeyboardMarkup([[key]])
            sent = await bot.send_message(CHAT, "Здравствуйте <&_*", reply_markup=markup)
            picture = await bot.send_photo(CHAT, telegram.InputFile(photo, "a.png"), caption="Фото")
            return bot.bot, sent, picture, await bot.answer_callback_query("1")

    me, sent, picture, answered = asyncio.run(talk())

    assert me.username == "desk_help_bot"
    assert sent.text == "Здравствуйте <&_*"
    assert picture.caption == "Фото"
    assert answered
    shown = phones.messages("Данияр")
    assert shown[1]["buttons"] == [{"key": "mine", "label": "Мои данные", "url": ""}]
    call = next(item for item in phones.sent("telegram") if item["method"] == "sendPhoto")
    assert call["payload"]["chat_id"] == CHAT
    assert call["payload"]["photo"] == {
        "name": "a.png", "type": "image/png", "size": len(photo), "sha256": sha256(photo).hexdigest(),
    }  # fmt: skip
    assert "local-telegram-bot-token" not in str(phones.sent())


def test_a_pressed_button_comes_as_a_callback_query(phones: Phones) -> None:
    phones.post("/phones/telegram/start", **DANIYAR, payload="promo_42")
    markup = {"inline_keyboard": [[{"text": "Язык", "callback_data": "language"}]]}
    sent = phones.bot("sendMessage", chat_id=CHAT, text="Здравствуйте", reply_markup=markup).json()["result"]

    phones.post("/phones/telegram/press", user_id=str(CHAT), message_id=sent["message_id"], key="language")

    assert updates(phones, "message")[0]["text"] == "/start promo_42"
    assert updates(phones, "message")[0]["entities"][0]["type"] == "bot_command"
    query = updates(phones, "callback_query")[0]
    assert query["data"] == "language"
    assert query["message"]["message_id"] == sent["message_id"]
    assert phones.bot("answerCallbackQuery", callback_query_id=query["id"]).json() == {
        "ok": True,
        "result": True,
    }


def test_who_blocked_the_bot_gets_nothing_and_the_desk_is_told(phones: Phones) -> None:
    daniyar_writes(phones)
    phones.post("/phones/telegram/block", user_id=str(CHAT))

    refused = phones.bot("sendMessage", chat_id=CHAT, text="Вы здесь?")
    assert refused.status_code == 403
    assert refused.json() == {
        "ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user",
    }  # fmt: skip
    assert updates(phones, "my_chat_member")[0]["new_chat_member"]["status"] == "kicked"
    assert phones.http.post("/phones/telegram/messages", json={"user_id": str(CHAT), "text": "x"}).status_code == 409
    assert phones.bot("sendMessage", bot=1, chat_id=CHAT, text="Другой бот").is_success

    phones.post("/phones/telegram/unblock", user_id=str(CHAT))
    assert updates(phones, "my_chat_member")[1]["new_chat_member"]["status"] == "member"
    assert phones.bot("sendMessage", chat_id=CHAT, text="Снова").is_success


@pytest.mark.parametrize(
    ("method", "fields", "words"),
    [
        ("sendMessage", {"chat_id": CHAT, "text": ""}, "message text is empty"),
        ("sendMessage", {"chat_id": CHAT, "text": "я" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": CHAT, "text": "😀" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": CHAT, "text": "\u200b\u2060\ufeff\u00ad"}, "message text is empty"),
        ("sendMessage", {"chat_id": CHAT, "text": "<b>\u3164</b>", "parse_mode": "HTML"}, "message text is empty"),
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "somebody", "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": CHAT, "text": "a <b", "parse_mode": "HTML"}, None),
        ("sendMessage", {"chat_id": CHAT, "text": "<x>a</x>", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {"chat_id": CHAT, "text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendPhoto", {"chat_id": CHAT}, "there is no photo in the request"),
        ("sendPhoto", {"chat_id": CHAT, "photo": "http://x/a.jpg"}, "wrong file identifier"),
        ("editMessageReplyMarkup", {"chat_id": CHAT, "message_id": 99}, "message to edit not found"),
        ("getFile", {"file_id": "1"}, "wrong file_id"),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "x", "reply_markup": "keys"},
            "object expected as reply markup",
        ),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "x", "reply_markup": inline({"text": "Да", "callback_data": "я" * 33})},
            "BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "x", "reply_markup": inline({"text": "Да"})},
            "Text buttons are unallowed in the inline keyboard",
        ),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "x", "reply_markup": inline({"text": "", "callback_data": "a"})},
            "inline keyboard button text is empty",
        ),
        ("sendMediaGroup", {"chat_id": CHAT, "media": [1, 2]}, "can't parse the request"),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "x", "reply_markup": inline({"text": "\u200b", "callback_data": "a"})},
            "inline keyboard button text is empty",
        ),
        (
            "sendMessage",
            {
                "chat_id": CHAT,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": f"{n}", "callback_data": f"{n}"}] for n in range(101)]},
            },
            "reply markup is too long",
        ),
    ],
)
def test_what_telegram_would_refuse_is_refused(
    phones: Phones, method: str, fields: dict[str, Any], words: str | None
) -> None:
    answer = phones.bot(method, **fields)

    if words is None:
        assert answer.is_success
        return
    assert answer.status_code == 400
    assert answer.json()["description"].startswith(f"Bad Request: {words}")
    assert phones.messages("Данияр") == []


def test_markup_does_not_count_towards_the_limit(phones: Phones) -> None:
    assert phones.bot("sendMessage", chat_id=CHAT, text=f"<b>{'я' * 4096}</b>", parse_mode="HTML").is_success


def test_a_wrong_token_is_401_and_an_unknown_method_404(phones: Phones) -> None:
    wrong = phones.http.post("/bot100000001:stolen/getMe")
    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
    unknown = phones.bot("sendDice", chat_id=CHAT)
    assert (unknown.status_code, unknown.json()["ok"]) == (404, False)
    assert phones.bot("GETME").json()["result"]["id"] == 100000001


def test_the_keyboard_of_a_message_can_be_taken_away(phones: Phones) -> None:
    markup = {"inline_keyboard": [[{"text": "Хорошо", "callback_data": "good"}]]}
    sent = phones.bot("sendMessage", chat_id=CHAT, text="Оцените", reply_markup=markup).json()["result"]
    edit = {"chat_id": CHAT, "message_id": sent["message_id"]}

    assert phones.bot("editMessageReplyMarkup", **edit).is_success
    assert phones.messages("Данияр")[0]["buttons"] == []
    assert "not modified" in phones.bot("editMessageReplyMarkup", **edit).json()["description"]


def test_a_file_of_a_customer_can_be_had_but_not_one_over_20_mb(phones: Phones) -> None:
    daniyar_writes(phones, "Договор", file={"name": "a.pdf", "type": "application/pdf", "data": "JVBERi0="})
    daniyar_writes(phones, file={"name": "b.zip", "type": "application/zip", "size": 25_000_000})
    small, large = (message["document"] for message in updates(phones, "message"))

    found = phones.bot("getFile", file_id=small["file_id"]).json()["result"]
    path = f"/file/bot{SECRETS.bots[0].token}/{found['file_path']}"
    assert phones.http.get(path).content == b"%PDF-"
    phones.post("/clock", advance_seconds=3601)
    assert phones.http.get(path).status_code == 404, "a path lives an hour"
    assert large["file_size"] == 25_000_000
    assert phones.bot("getFile", file_id=large["file_id"]).json()["description"] == "Bad Request: file is too big"


def test_edits_and_reactions_of_a_customer_are_updates_of_their_own(phones: Phones) -> None:
    number = daniyar_writes(phones)["message_id"]
    phones.post("/phones/telegram/edit", user_id=str(CHAT), message_id=number, text="Ошибка 0x82")
    phones.post("/phones/telegram/reactions", user_id=str(CHAT), message_id=number, emoji="👍")

    edited = updates(phones, "edited_message")[0]
    assert (edited["message_id"], edited["text"]) == (number, "Ошибка 0x82")
    assert edited["edit_date"] >= edited["date"]
    assert updates(phones, "message_reaction")[0]["new_reaction"] == [{"type": "emoji", "emoji": "👍"}]


def test_a_webhook_that_was_set_decides_address_secret_and_kinds(phones: Phones) -> None:
    url = f"{phones.desk.url}/webhooks/elsewhere"
    assert phones.bot("setWebhook", url=url, secret_token="new", allowed_updates=["message"]).is_success

    daniyar_writes(phones)
    phones.post("/phones/telegram/block", user_id=str(CHAT))

    assert [hook.path for hook in phones.desk.got] == ["/webhooks/elsewhere"]
    assert phones.desk.got[0].headers["x-telegram-bot-api-secret-token"] == "new"
    assert phones.bot("getWebhookInfo").json()["result"]["allowed_updates"] == ["message"]


def test_the_bots_commands_are_shown_in_the_persons_language_and_can_be_chosen(phones: Phones) -> None:
    for language, says in (("", "Menu"), ("ru", "Меню")):
        listed = [{"command": "menu", "description": says}]
        more = {"language_code": language} if language else {}
        assert phones.bot("setMyCommands", commands=listed, **more).is_success
    assert phones.bot("getMyCommands", language_code="ru").json()["result"][0]["description"] == "Меню"
    assert not phones.bot("setMyCommands", commands=[{"command": "Menu", "description": "x"}]).is_success
    assert "Меню" in phones.http.get("/").text
    phones.post("/phones/telegram/command", user_id=str(CHAT), command="/menu")
    (message,) = updates(phones, "message")
    assert (message["text"], message["entities"][0]["type"]) == ("/menu", "bot_command")


def test_an_update_that_the_desk_refuses_comes_again(phones: Phones) -> None:
    phones.desk.answers = [503]
    daniyar_writes(phones)

    until(lambda: phones.messages("Данияр")[0]["state"] == "sent")
    assert len({hook.json["update_id"] for hook in phones.desk.got}) == 1
    assert len(phones.desk.got) == 2


def test_strangers_are_refused_when_that_is_switched_on(phones: Phones) -> None:
    phones.post("/strangers", strangers="refused")
    unknown = phones.bot("sendMessage", chat_id=999, text="x")
    assert (unknown.status_code, unknown.json()["description"]) == (400, "Bad Request: chat not found")
    silent = phones.bot("sendMessage", chat_id=CHAT, text="x")
    assert silent.status_code == 403 and "can't initiate conversation" in silent.json()["description"]
    daniyar_writes(phones)
    assert phones.bot("sendMessage", chat_id=CHAT, text="x").is_success
