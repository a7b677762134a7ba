"""Sending over Telegram: what goes out, and what each answer means."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.channels.base import (
    ChangePart,
    ChoicePart,
    DeletionPart,
    EditPart,
    OutboundMessage,
    ReactionPart,
    SendError,
    SendResult,
    TextPart,
)
from chalicelib.channels.parts import Button
from chalicelib.channels.render import Lacking, render
from chalicelib.channels.telegram import send as sending
from chalicelib.channels.telegram.channel import TELEGRAM
from chalicelib.channels.telegram.send import TelegramSender, close
from chalicelib.core.addresses import Address
from tests.support.channels.bodies import AMINA_CHAT, BOT, NOW
from tests.support.channels.provider import Call, Provider

# The module quietens this one itself; pytest undoes that for each test.
pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after.*")

TOKEN = "100000001:local-telegram-bot-token"
TEXT = "Сәлем, Amina! <b>_*&"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sending, "READ_TIMEOUT", 1.0)
    yield
    close()
    close()


@pytest.fixture
def telegram(provider: Provider) -> Provider:
    def accept(call: Call) -> Any:
        if call.path.endswith("/answerCallbackQuery"):
            return {"ok": True, "result": True}
        return accepted(len(provider.calls))

    provider.default = accept
    return provider


def accepted(number: int) -> dict[str, Any]:
    chat = {"id": AMINA_CHAT, "type": "private"}
    return {"ok": True, "result": {"message_id": number, "date": NOW + number, "chat": chat, "text": "x"}}


def outgoing(text: str = TEXT, buttons: tuple[Button, ...] = (), **fields: Any) -> OutboundMessage:
    given: dict[str, Any] = {"account": BOT, "address": Address("chat", str(AMINA_CHAT))}
    parts = (TextPart(text), *([ChoicePart(buttons)] if buttons else []))
    return OutboundMessage(**({"parts": parts} | given | fields))


def send(api: str, message: OutboundMessage | None = None, token: str = TOKEN) -> SendResult:
    return TelegramSender(api).send(message or outgoing(), token)


def send_all(api: str, message: OutboundMessage) -> list[SendResult]:
    """Send a text of any length as the sender does: in the messages that the channel's rules make of it."""
    return [send(api, replace(message, parts=parts)) for parts in render(TELEGRAM, message.parts)]


def refused(api: str, message: OutboundMessage | None = None, **more: str) -> SendError:
    """The error, after looking that nothing of the person or the token is in it."""
    with pytest.raises(SendError) as caught:
        send(api, message, **more)
    error = caught.value
    assert error.__cause__ is None and error.__context__ is None
    told = f"{error} {error!r} {error.message} {error.code} {error.args}"
    for secret in (TOKEN, "local-telegram-bot-token", TEXT, str(AMINA_CHAT)):
        assert secret not in told
    return error


def test_a_text_goes_out_plain(telegram: Provider) -> None:
    assert send(telegram.address + "/") == SendResult(f"{AMINA_CHAT}:1", NOW + 1)
    [call] = telegram.calls
    assert call.path == f"/bot{TOKEN}/sendMessage"
    assert call.payload == {"chat_id": str(AMINA_CHAT), "text": TEXT}


def test_a_quote_is_answered_even_if_it_is_gone(telegram: Provider) -> None:
    send(telegram.address, outgoing(quote=f"{AMINA_CHAT}:7"))
    assert '"message_id": 7' in telegram.calls[0].payload["reply_parameters"]
    assert "allow_sending_without_reply" in telegram.calls[0].payload["reply_parameters"]
    send(telegram.address, outgoing(quote="not ours"))
    assert "reply_parameters" not in telegram.calls[1].payload


def test_scenario_24_nine_thousand_characters_go_out_in_order(telegram: Provider) -> None:
    text = "Сәлеметсіз бе <&_*> 👍🏽 " * 375
    results = send_all(telegram.address, outgoing(text=text))
    assert results == [SendResult(f"{AMINA_CHAT}:{number}", NOW + number) for number in (1, 2, 3)]
    assert "".join(call.payload["text"] for call in telegram.calls) == text


def test_nothing_to_say_makes_no_call(telegram: Provider) -> None:
    assert send_all(telegram.address, outgoing(text=" \n")) == []
    assert not telegram.calls


def answer(code: int, description: str, **parameters: Any) -> dict[str, Any]:
    extra = {"parameters": parameters} if parameters else {}
    return {"ok": False, "error_code": code, "description": description} | extra


REFUSALS = [
    # HTTP status, body, code, permanent, stops the channel, ambiguous, seconds to wait
    (429, answer(429, "Too Many Requests: retry after 7", retry_after=7), "429", False, False, False, 7.0),
    (429, {"ok": False}, "http_429", False, False, False, None),
    (403, answer(403, "Forbidden: bot was blocked by the user"), "blocked", True, False, False, None),
    (403, answer(403, "Forbidden: user is deactivated"), "blocked", True, False, False, None),
    (400, answer(400, "Bad Request: chat not found"), "chat_not_found", True, False, False, None),
    (400, answer(400, f"Bad Request: odd {TEXT} {AMINA_CHAT}"), "bad_request", True, False, False, None),
    (
        400,
        answer(400, "Bad Request: upgraded", migrate_to_chat_id=-100123),
        "migrated",
        True,
        False,
        False,
        None,
    ),
    (401, answer(401, "Unauthorized"), "token", False, True, False, None),
    (404, answer(404, "Not Found"), "token", False, True, False, None),
    (404, b"<html>", "token", False, True, False, None),
    (409, answer(409, "Conflict"), "http_409", True, False, False, None),
    (413, b"too large", "http_413", True, False, False, None),
    (500, answer(500, "Internal Server Error"), "http_500", False, False, False, None),
    (502, b"<html>", "http_502", False, False, False, None),
    (504, b"", "http_504", False, False, True, None),
    (200, b"<html>", "no_id", False, False, True, None),
    (200, {"ok": True, "result": True}, "no_id", False, False, True, None),
    (200, {"ok": True, "result": {"message_id": "x"}}, "no_id", False, False, True, None),
]


@pytest.mark.parametrize(("http", "body", "code", "permanent", "stops", "ambiguous", "wait"), REFUSALS)
def test_what_telegrams_answer_means(
    telegram: Provider,
    caplog: pytest.LogCaptureFixture,
    http: int,
    body: Any,
    code: str,
    permanent: bool,
    stops: bool,
    ambiguous: bool,
    wait: float | None,
) -> None:
    telegram.fail(http, body)
    error = refused(telegram.address)
    assert (error.code, error.permanent, error.stops_channel) == (code, permanent, stops)
    assert (error.ambiguous, error.retry_after) == (ambiguous, wait)
    assert "local-telegram-bot-token" not in caplog.text


def test_a_time_out_after_acceptance_is_ambiguous(telegram: Provider) -> None:
    telegram.answers = [None]
    error = refused(telegram.address)
    assert (error.code, error.ambiguous, error.permanent) == ("timeout", True, False)
    assert len(telegram.calls) == 1


def test_a_connection_lost_after_the_request_is_ambiguous(telegram: Provider) -> None:
    telegram.answers = ["drop"]
    error = refused(telegram.address)
    assert (error.code, error.ambiguous, error.permanent) == ("network", True, False)
    assert len(telegram.calls) == 1


def test_a_connection_that_is_refused_is_not_ambiguous(nobody: str) -> None:
    error = refused(nobody)
    assert (error.code, error.ambiguous, error.permanent) == ("network", False, False)


def test_an_address_of_another_channel_is_permanent(telegram: Provider) -> None:
    send(telegram.address)
    error = refused(telegram.address, outgoing(address=Address("phone", "not a chat")))
    assert (error.code, error.permanent) == ("bad_address", True)
    assert len(telegram.calls) == 1


def test_no_token_stops_the_channel(telegram: Provider) -> None:
    assert refused(telegram.address, token="").stops_channel


def test_a_new_token_is_used_at_once_and_the_old_one_again(telegram: Provider) -> None:
    for token in (TOKEN, TOKEN, "100000001:new", TOKEN):
        send(telegram.address, token=token)
    refused(telegram.address, token="")
    send(telegram.address)
    paths = [call.path.split("/")[1] for call in telegram.calls]
    assert paths == [f"bot{TOKEN}", f"bot{TOKEN}", "bot100000001:new", f"bot{TOKEN}", f"bot{TOKEN}"]


def test_a_pressed_button_is_answered(telegram: Provider) -> None:
    TelegramSender(telegram.address).confirm_press(BOT, "3006478412", TOKEN)
    [call] = telegram.calls
    assert call.path.endswith("/answerCallbackQuery")
    assert call.payload == {"callback_query_id": "3006478412"}


def test_a_press_too_long_ago_is_permanent(telegram: Provider) -> None:
    telegram.fail(400, answer(400, "Bad Request: query is too old and response timeout expired"))
    with pytest.raises(SendError) as caught:
        TelegramSender(telegram.address).confirm_press(BOT, "3006478412", TOKEN)
    assert (caught.value.code, caught.value.permanent) == ("query_too_old", True)


def test_the_list_of_commands_is_set_in_each_language(telegram: Provider) -> None:
    TelegramSender(telegram.address).set_commands(BOT, {"": [("menu", "Menu")], "kk": [("menu", "Мәзір")]}, TOKEN)
    first, second = telegram.calls
    assert first.path.endswith("/setMyCommands") and "language_code" not in first.payload
    assert json.loads(first.payload["commands"]) == [{"command": "menu", "description": "Menu"}]
    assert second.payload["language_code"] == "kk" and "Мәзір" in json.loads(second.payload["commands"])[0].values()


def test_a_list_of_commands_that_is_refused_is_an_error(telegram: Provider) -> None:
    telegram.fail(400, answer(400, "Bad Request: BOT_COMMAND_INVALID"))
    with pytest.raises(SendError) as caught:
        TelegramSender(telegram.address).set_commands(BOT, {"": [("menu", "Menu")]}, TOKEN)
    assert caught.value.permanent


def test_nothing_of_the_person_or_the_token_is_logged(telegram: Provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    telegram.answers = [(200, accepted(1), {}), (200, TEXT.encode(), {}), None]
    send(telegram.address)
    refused(telegram.address)
    refused(telegram.address)
    for secret in ("local-telegram-bot-token", TEXT, str(AMINA_CHAT)):
        assert secret not in caplog.text


def test_parsing_imports_neither_library() -> None:
    """Intake's cold start: the standard library and the domain, nothing else."""
    program = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import chalicelib.channels.whatsapp.parse, chalicelib.channels.whatsapp.verify\n"
        "import chalicelib.channels.telegram.parse, chalicelib.channels.telegram.verify\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'chalicelib'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


BUTTONS = (Button("erase.confirm.r1", "Да, удалить"), Button("erase.cancel.r1", "Нет, оставить"))


def test_buttons_stand_under_the_last_piece_one_in_a_row(telegram: Provider) -> None:
    send_all(telegram.address, outgoing(text="слово " * 1000 + "конец", buttons=BUTTONS))

    first, last = [call.payload for call in telegram.calls]
    assert "reply_markup" not in first
    assert json.loads(last["reply_markup"]) == {
        "inline_keyboard": [
            [{"text": "Да, удалить", "callback_data": "erase.confirm.r1"}],
            [{"text": "Нет, оставить", "callback_data": "erase.cancel.r1"}],
        ]
    }


@pytest.mark.parametrize("button", [Button("", "Да"), Button("я" * 33, "Да"), Button("a", "")])
def test_buttons_that_telegram_would_refuse_are_not_sent(button: Button) -> None:
    with pytest.raises(Lacking, match="capability: buttons") as refused:
        render(TELEGRAM, outgoing(buttons=(button,)).parts)
    assert (refused.value.code, refused.value.permanent) == ("buttons", True)


def test_a_reaction_an_edit_and_a_deletion_name_their_message(telegram: Provider) -> None:
    telegram.default = lambda call: {"ok": True, "result": True}
    chat, target = str(AMINA_CHAT), f"{AMINA_CHAT}:7"
    for part in (ReactionPart(target, "👍"), ReactionPart(target, ""), EditPart(target, TEXT, BUTTONS)):
        assert send(telegram.address, outgoing(parts=(part,))).provider_id == ""
    send(telegram.address, outgoing(parts=(DeletionPart((target, f"{AMINA_CHAT}:8")),)))
    named = [
        (call.path.rpartition("/")[2], call.payload["chat_id"], call.payload["message_id"]) for call in telegram.calls
    ]
    assert named == [
        ("setMessageReaction", chat, "7"),
        ("setMessageReaction", chat, "7"),
        ("editMessageText", chat, "7"),
        ("deleteMessage", chat, "7"),
        ("deleteMessage", chat, "8"),
    ]
    assert json.loads(telegram.calls[0].payload["reaction"]) == [{"type": "emoji", "emoji": "👍"}]
    assert "reaction" not in telegram.calls[1].payload
    assert telegram.calls[2].payload["text"] == TEXT
    assert BUTTONS[0].id in telegram.calls[2].payload["reply_markup"]


@pytest.mark.parametrize(
    ("part", "description", "code"),
    [
        (ReactionPart("1:7", "👍"), "Bad Request: REACTION_INVALID", "reaction_invalid"),
        (ReactionPart("1:7", "👍"), "Bad Request: message to react not found", "message_gone"),
        (EditPart("1:7", TEXT), "Bad Request: message can't be edited", "cannot_edit"),
        (EditPart("1:7", TEXT), "Bad Request: message to edit not found", "message_gone"),
        (EditPart("1:7", TEXT), f"Bad Request: odd {TEXT} {AMINA_CHAT}", "bad_request"),
        (DeletionPart(("1:7",)), "Bad Request: message can't be deleted for everyone", "cannot_delete"),
    ],
)
def test_a_refused_change_says_why(telegram: Provider, part: ChangePart, description: str, code: str) -> None:
    telegram.fail(400, answer(400, description))
    error = refused(telegram.address, outgoing(parts=(part,)))
    assert (error.code, error.permanent) == (code, True)
    assert TEXT not in error.said


@pytest.mark.parametrize(
    ("part", "description"),
    [
        (EditPart("1:7", TEXT), "Bad Request: message is not modified: specified new message content is the same"),
        (DeletionPart(("1:7",)), "Bad Request: message to delete not found"),
    ],
)
def test_what_is_so_already_is_done(telegram: Provider, part: ChangePart, description: str) -> None:
    telegram.fail(400, answer(400, description))
    assert send(telegram.address, outgoing(parts=(part,))).provider_id == ""


def test_the_reactions_of_a_bot_are_those_that_telegram_lists() -> None:
    from telegram.constants import ReactionEmoji

    spelled_in_one_way = {one.value for one in ReactionEmoji if "\ufe0f" not in one.value}
    assert TELEGRAM.reactions.taken == spelled_in_one_way
