"""Declares Telegram (Bot API): what the desk may expect of it. Sources: docs/channels.md."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.channels.contract import (
    AccountField,
    Accounts,
    AddressKind,
    Buttons,
    Channel,
    Commands,
    FileLimit,
    Rate,
    Reactions,
    Setting,
    Webhook,
)
from chalicelib.core.addresses import Address
from chalicelib.core.clock import DAY
from chalicelib.core.texts import desk_msg, policy_msg

if TYPE_CHECKING:
    from chalicelib.channels.base import Errors, Sender, Typed
    from chalicelib.channels.fetching import Fetcher
    from chalicelib.channels.parts import Part

_MB = 1024 * 1024
_REACTIONS = frozenset(
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 🌚 🌭 💯 🤣 ⚡"
    " 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿"
    " 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷 😡".split()
)
"""The only emoji that a bot may react with; left out are three that sources spell differently. Source:
ReactionTypeEmoji in the Bot API."""


def _verify(accounts: Accounts, _body: bytes, headers: Mapping[str, str]) -> Collection[str]:
    from chalicelib.channels.telegram.verify import account_of

    secrets = {account: one["secret"] for account, one in accounts.items()}
    found = account_of(secrets, headers.get("x-telegram-bot-api-secret-token", ""))
    return () if found is None else (found,)


def _parse(body: bytes, accounts: Collection[str], now: int) -> "list[Part]":
    from chalicelib.channels.telegram.parse import parse

    (account,) = accounts
    return parse(body, account, now)


def _sender(settings: Mapping[str, str]) -> "Sender":
    from chalicelib.channels.telegram.send import TelegramSender

    return TelegramSender(settings["TELEGRAM_API"])


def _fetcher(settings: Mapping[str, str]) -> "Fetcher":
    from chalicelib.channels.telegram.fetch import TelegramFetcher

    return TelegramFetcher(settings["TELEGRAM_API"])


def _set_commands(settings: Mapping[str, str], account: str, token: str, commands: Commands) -> None:
    from chalicelib.channels.telegram.send import TelegramSender

    TelegramSender(settings["TELEGRAM_API"]).set_commands(account, commands, token)


def _errors() -> "Errors":
    from chalicelib.channels.base import Errors
    from chalicelib.channels.telegram.errors import WORDS, meaning

    return Errors(meaning, WORDS)


def _find(typed: "Typed") -> Iterable[Address]:
    if typed.number and typed.text.isdecimal():
        yield Address("chat", typed.text)


TELEGRAM = Channel(
    id="telegram",
    name=desk_msg("Telegram"),
    send_on=desk_msg("Send on Telegram"),
    icon="telegram",
    policy_name=policy_msg("Telegram"),
    categories={
        "telegram_id": policy_msg("Telegram user ID"),
        "telegram_name": policy_msg("Name and username of the Telegram profile, if given"),
    },
    names={"name": "telegram_name", "username": "telegram_name"},
    address_kinds=(AddressKind("chat", desk_msg("Telegram id"), "number", category="telegram_id"),),
    account_fields=(
        AccountField("secret", "inbound", "Telegram sends it in a header of each webhook."),
        AccountField("token", "outbound", "Token of the bot."),
    ),
    settings=(
        Setting("TELEGRAM_API", "https://api.telegram.org", "Base address of the Telegram Bot API.", stand_in=""),
    ),
    sends=frozenset({"text", "choice", "file", "reaction", "edit", "revoke"}),
    text_limit=4096,
    buttons=Buttons(most=100, title=4096, id=64, text=4096),
    quotes=True,
    typing_every=5,
    reactions=Reactions(("👍", "❤", "😁", "🎉", "😢", "🙏"), _REACTIONS),
    delete_within=2 * DAY,
    files=(
        FileLimit("image", ("image/jpeg", "image/png", "image/webp"), 10 * _MB),
        FileLimit("video", ("video/mp4",), 50 * _MB),
        FileLimit("audio", ("audio/mpeg", "audio/mp4"), 50 * _MB),
        FileLimit("voice", ("audio/ogg",), _MB),
        FileLimit("document", ("*/*",), 50 * _MB),
    ),
    caption=1024,
    tells_blocking=True,
    confirms_presses=True,
    rates=(Rate("person", 1, 1.0), Rate("account", 30, 1.0)),
    never=frozenset({"marketing", "news"}),
    find=_find,
    profile_links=("t.me/", "telegram.me/"),
    webhook=Webhook(verify=_verify, parse=_parse, refused="The secret token names no bot of this deployment."),
    sender=_sender,
    fetcher=_fetcher,
    hands_out=20 * _MB,
    set_commands=_set_commands,
    errors=_errors,
)
