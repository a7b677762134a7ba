"""Declares e-mail (Amazon SES): what the desk may expect of it. Sources: docs/channels.md."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.channels.contract import (
    AccountField,
    Accounts,
    AddressKind,
    Buttons,
    Channel,
    FileLimit,
    Rate,
    RawMails,
    Setting,
)
from chalicelib.channels.parts import StatusUpdate
from chalicelib.core.addresses import Address
from chalicelib.core.texts import desk_msg, policy_msg

if TYPE_CHECKING:
    from chalicelib.channels.base import Errors, Sender, Typed
    from chalicelib.channels.fetching import Fetcher
    from chalicelib.channels.letters import Envelope, Letter

_MB = 1024 * 1024


def _read(raw: bytes, envelope: "Envelope", accounts: Accounts, published: Collection[str], now: int) -> "Letter":
    from chalicelib.channels.email.read_letter import read_letter

    return read_letter(raw, envelope, accounts, published, now)


def _brief(event: Mapping[str, Any]) -> dict[str, str]:
    from chalicelib.channels.email.told import brief

    return brief(event)


def _status(said: Mapping[str, str], account: str, now: int) -> StatusUpdate | None:
    from chalicelib.channels.email.told import status

    return status(said, account, now)


def _sender(given: Mapping[str, Any]) -> "Sender":
    from chalicelib.channels.email.send import MailSender

    return MailSender(given["sesv2"], given["MAIL_FROM"], given["MAIL_EVENTS"])


def _fetcher(given: Mapping[str, Any]) -> "Fetcher":
    from chalicelib.channels.laid_files import LaidFileFetcher

    return LaidFileFetcher(given["s3"])


def _errors() -> "Errors":
    from chalicelib.channels.base import Errors
    from chalicelib.channels.email.errors import WORDS, meaning

    return Errors(meaning, WORDS)


def _find(typed: "Typed") -> Iterable[Address]:
    """Yield the address in a text, however it was copied: with a name, in brackets, as a link, in full-width signs."""
    said = dict.fromkeys((typed.words, unicodedata.normalize("NFKC", typed.words)))
    for one in (one for one in said if "@" in one):
        from chalicelib.channels.email.mailboxes import first

        if plain := first([one.encode("utf-8", "replace")]).address:
            yield Address("mail", plain)


EMAIL = Channel(
    id="email",
    name=desk_msg("E-mail"),
    send_on=desk_msg("Send by e-mail"),
    icon="mail",
    policy_name=policy_msg("e-mail"),
    categories={"email": policy_msg("E-mail address")},
    address_kinds=(AddressKind("mail", desk_msg("E-mail"), category="email"),),
    account_fields=(
        AccountField("reply_key", "inbound", "It signs the address to which people answer; the same as for sending."),
        AccountField("reply_key", "outbound", "It signs the address to which people answer."),
    ),
    settings=(
        Setting("MAIL_FROM", "", "Whom mails are from: a name and an address whose domain SES has verified."),
        Setting("MAIL_EVENTS", "", "SES's configuration set, by which it tells what becomes of mails.", made=True),
    ),
    sends=frozenset({"text", "choice", "file"}),
    text_limit=20_000,
    buttons=Buttons(most=12, title=200, id=200, text=20_000),
    threads=True,
    quotes=True,
    files=(FileLimit("document", ("*/*",), 25 * _MB),),
    caption=20_000,
    statuses=frozenset({"delayed", "delivered", "failed"}),
    echoes=True,
    rates=(Rate("account", 14, 1.0),),
    never=frozenset(),
    mailings=True,
    find=_find,
    mail_in=RawMails(read=_read, brief=_brief, status=_status),
    aws=("sesv2", "s3"),
    sender=_sender,
    fetcher=_fetcher,
    hands_out=40 * _MB,
    errors=_errors,
)
