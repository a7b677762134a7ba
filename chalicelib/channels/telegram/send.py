"""Sends over the Telegram Bot API with python-telegram-bot.

Only this module imports that library, because its 200 ms would slow intake down. Its client logs every URL, and a Bot
API URL contains the bot's token: so its loggers are quietened here, and none of its exceptions leaves this module.
"""

import asyncio
import datetime
import logging
import re
import threading
import time
import warnings
from collections.abc import Coroutine, Sequence
from typing import IO, Any, TypeVar, cast

import httpx
import telegram
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning

from chalicelib.channels.base import (
    ChangePart,
    DeletionPart,
    EditPart,
    FileBody,
    FilePart,
    OutboundMessage,
    ReactionPart,
    SendError,
    SendResult,
    Signal,
    scrub,
)
from chalicelib.channels.contract import Commands
from chalicelib.channels.parts import Button
from chalicelib.channels.reading import BAD_DATA
from chalicelib.channels.telegram import errors

CONNECT_TIMEOUT = 3.05
WRITE_TIMEOUT = 5.0
READ_TIMEOUT = 10.0
POOL_TIMEOUT = 1.0
UPLOAD_READ_TIMEOUT = 60.0
"""Seconds; the sender's own time limit is well above their sum. Telegram answers to a file when it has looked at all of
it; only the uploader, with its longer time limit, waits so long."""

T = TypeVar("T")

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)
logging.getLogger("telegram").setLevel(logging.CRITICAL)  # it logs whole answers, texts included
warnings.filterwarnings("ignore", category=PTBDeprecationWarning, message=".*retry_after.*")

_QUOTED = re.compile("""[\"“«][^\"”»]*[\"”»]?""")
"""Quoted text in a description may repeat the message."""
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Errors that prove that the request was not sent."""


class TelegramSender:
    """Sends over the Bot API at `api` (its address without "/bot"). A text goes out without markup, so that no text can
    fail as badly marked."""

    def __init__(self, api: str) -> None:
        self._api = api

    def send(self, message: OutboundMessage, token: str) -> SendResult:
        """Send a message and return its id ("<chat>:<message_id>") and time; or react to one, edit or delete one.
        Buttons stand under it, one in a row. Raises SendError."""
        outcome = _container.run(_send(message, self._api, token))
        if isinstance(outcome, SendError):
            raise outcome  # outside of any except block, so that the request is not attached as context
        return outcome

    def signal(self, signal: Signal, token: str) -> None:
        """Show that somebody types. Raises SendError."""
        outcome = _container.run(_typing(signal, self._api, token))
        if outcome is not None:
            raise outcome

    def set_commands(self, account: str, commands: Commands, token: str) -> None:
        """Set the bot's list of commands in each language; "" is for applications in any other one. Raises
        SendError."""
        outcome = _container.run(_set_commands(account, self._api, token, commands))
        if outcome is not None:
            raise outcome

    def confirm_press(self, account: str, press: str, token: str) -> None:
        """Confirm a pressed button, so that it stops turning. Raises SendError; the error for a query that is too old
        is permanent and harmless."""
        outcome = _container.run(_answer(account, self._api, token, press))
        if outcome is not None:
            raise outcome


def close() -> None:
    """Close the connections and the event loop of this process; the next call opens new ones."""
    _container.close()


class _Request(HTTPXRequest):
    """Keeps the HTTP status of the last answer, which the library's exceptions lack."""

    status = 0

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self.status = 0
        self.status, payload = await super().do_request(*args, **kwargs)
        return self.status, payload


def _request() -> _Request:
    return _Request(
        connection_pool_size=4,
        connect_timeout=CONNECT_TIMEOUT,
        write_timeout=WRITE_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        pool_timeout=POOL_TIMEOUT,
        httpx_kwargs={"trust_env": False},
    )


class _Container:
    """The one event loop of this process and its bots, because an open connection belongs to its loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bots: dict[str, tuple[tuple[str, str], telegram.Bot, _Request]] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
            return self._loop.run_until_complete(work)

    async def bot(self, account: str, api: str, token: str) -> tuple[telegram.Bot, _Request]:
        known = self._bots.get(account)
        if known and known[0] != (api, token):  # a new token
            del self._bots[account]
            await known[2].shutdown()
            known = None
        if not known:
            # One request object for both: getUpdates is never called, and each object costs a TLS context.
            request, base = _request(), f"{api.rstrip('/')}/bot"
            bot = telegram.Bot(token, base_url=base, request=request, get_updates_request=request)
            known = self._bots[account] = ((api, token), bot, request)
        known[2].status = 0
        return known[1], known[2]

    def close(self) -> None:
        with self._lock:
            if self._loop is not None:
                for _, _, request in self._bots.values():
                    self._loop.run_until_complete(request.shutdown())
                self._loop.close()
            self._bots.clear()
            self._loop = None


_container = _Container()


async def _send(message: OutboundMessage, api: str, token: str) -> SendResult | SendError:
    if message.open_file is None:
        return await _sent(message, api, token, None)
    with message.open_file() as file:
        outcome = await _sent(message, api, token, file)
    return file.error or outcome


async def _sent(message: OutboundMessage, api: str, token: str, file: FileBody | None) -> SendResult | SendError:
    request = None
    try:
        bot, request = await _container.bot(message.account, api, token)
        if message.change:
            return await _change(bot, int(message.address.value), message.change)
        quote, keyboard = _number(message.quote), _keyboard(message.choice.buttons)
        reply = telegram.ReplyParameters(quote, allow_sending_without_reply=True) if quote else None
        more: dict[str, Any] = {"reply_parameters": reply, "reply_markup": keyboard}
        chat = int(message.address.value)
        if file is None or message.file is None:
            accepted = await bot.send_message(chat, message.text, **more)
        else:
            accepted = await _send_file(bot, chat, message.file, file, caption=message.text or None, **more)
        return SendResult(f"{accepted.chat.id}:{accepted.message_id}", int(accepted.date.timestamp()))
    except (TelegramError, *BAD_DATA) as error:
        named = message.file.name if message.file else ""
        said = message.change.text if isinstance(message.change, EditPart) else message.text
        secrets = (token, said, message.address.value, named)
        return _failure(error, request.status if request else 0, secrets)


async def _send_file(bot: telegram.Bot, chat: int, file: FilePart, body: FileBody, **more: Any) -> telegram.Message:
    """Send a file as its kind. One that goes as a document stays one, whatever Telegram would make of it."""
    given = telegram.InputFile(cast("IO[bytes]", body), filename=file.name or file.kind, read_file_handle=False)
    setattr(given, "mimetype", file.type)  # noqa: B010 the library guesses it by the name
    more["read_timeout"] = UPLOAD_READ_TIMEOUT
    match file.kind:
        case "image":
            return await bot.send_photo(chat, given, **more)
        case "video":
            return await bot.send_video(chat, given, **more)
        case "audio":
            return await bot.send_audio(chat, given, **more)
        case "voice":
            return await bot.send_voice(chat, given, **more)
        case _:
            return await bot.send_document(chat, given, disable_content_type_detection=True, **more)


async def _typing(signal: Signal, api: str, token: str) -> SendError | None:
    request = None
    try:
        bot, request = await _container.bot(signal.account, api, token)
        await bot.send_chat_action(int(signal.address.value), "typing")
    except (TelegramError, *BAD_DATA) as error:
        return _failure(error, request.status if request else 0, (token, signal.address.value))
    return None


async def _answer(account: str, api: str, token: str, callback_id: str) -> SendError | None:
    request = None
    try:
        bot, request = await _container.bot(account, api, token)
        await bot.answer_callback_query(callback_id)
    except (TelegramError, *BAD_DATA) as error:
        return _failure(error, request.status if request else 0)
    return None


async def _set_commands(account: str, api: str, token: str, commands: Commands) -> SendError | None:
    request = None
    try:
        bot, request = await _container.bot(account, api, token)
        for language, listed in commands.items():
            await bot.set_my_commands(listed, language_code=language or None)
    except TelegramError as error:
        return _failure(error, request.status if request else 0, (token,))
    return None


def _failure(error: Exception, status: int, secrets: Sequence[str] = ()) -> SendError:
    """Return our own error for the library's; `status` is 0 if no answer came. The library's text may contain the URL
    with the token, so it is used only where it is Telegram's description of a refusal, and without `secrets`."""
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, datetime.timedelta) else float(wait)
        return SendError("Telegram asks us to wait.", code="429", retry_after=seconds)
    if isinstance(error, Forbidden):
        return SendError("The person does not accept messages of this bot.", code=errors.BLOCKED, permanent=True)
    if isinstance(error, InvalidToken) or status in errors.TOKEN_STATUSES:
        return SendError("Telegram does not accept the bot's token.", code="token", stops_channel=True)
    if isinstance(error, ChatMigrated):
        return SendError("The chat has become another one.", code="migrated", permanent=True)
    if 200 <= status < 300:
        return SendError("Telegram accepted the message and gave no id.", code="no_id", ambiguous=True)
    if status:
        return _refusal(error, status, secrets)
    if not isinstance(error, TelegramError):
        return SendError("The address is not a Telegram chat.", code="bad_address", permanent=True)
    if isinstance(error.__cause__, _UNSENT):
        return SendError("No connection to Telegram could be made.", code="network")
    if isinstance(error.__cause__, httpx.TimeoutException):
        return SendError("Telegram did not answer in time.", code="timeout", ambiguous=True)
    return SendError("The connection to Telegram broke off.", code="network", ambiguous=True)


def _refusal(error: Exception, status: int, secrets: Sequence[str]) -> SendError:
    if status in (408, 425, 429) or not 400 <= status < 500:
        # After a gateway's time-out the request may have been accepted.
        return SendError(f"Telegram answered {status}.", code=f"http_{status}", ambiguous=status == 504)
    code = errors.refusal_code(str(error)) if status == 400 else f"http_{status}"
    said = scrub(_QUOTED.sub("…", str(error)), secrets) if status == 400 else ""
    return SendError(f"Telegram refused the message: {code}.", code=code, permanent=True, said=said)


async def _change(bot: telegram.Bot, chat: int, change: ChangePart) -> SendResult:
    """React, edit or delete. What is as it shall be already counts as done, so that a call may be repeated."""
    try:
        match change:
            case ReactionPart(target, emoji):
                await bot.set_message_reaction(chat, _number(target) or 0, emoji or None)
            case EditPart(target, text, buttons):
                number, keyboard = _number(target), _keyboard(buttons)
                await bot.edit_message_text(text, chat, number, reply_markup=keyboard)
            case DeletionPart(targets):
                for target in targets:
                    await _delete(bot, chat, _number(target) or 0)
    except BadRequest as error:
        if errors.refusal_code(str(error)) != errors.UNCHANGED:
            raise
    return SendResult("", int(time.time()))


async def _delete(bot: telegram.Bot, chat: int, number: int) -> None:
    try:
        await bot.delete_message(chat, number)
    except BadRequest as error:
        if errors.refusal_code(str(error)) != errors.MISSING:
            raise


def _number(provider_id: str) -> int | None:
    number = provider_id.rpartition(":")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 17 else None


def _keyboard(buttons: Sequence[Button]) -> telegram.InlineKeyboardMarkup | None:
    rows = [[telegram.InlineKeyboardButton(one.title, callback_data=one.id)] for one in buttons]
    return telegram.InlineKeyboardMarkup(rows) if rows else None
