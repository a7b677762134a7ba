"""Declares pagers."""

import hmac
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.channels.contract import (
    AccountField,
    Accounts,
    AddressKind,
    Buttons,
    Channel,
    Rate,
    Setting,
    Webhook,
)
from chalicelib.core.addresses import Address
from chalicelib.core.texts import desk_msg, policy_msg

if TYPE_CHECKING:
    from chalicelib.channels.base import Errors, Sender, Typed
    from chalicelib.channels.parts import Part


def _verify(accounts: Accounts, _body: bytes, headers: Mapping[str, str]) -> Collection[str]:
    given = headers.get("x-pager-secret", "").encode()
    return [
        account
        for account, one in accounts.items()
        if hmac.compare_digest(one["pager_secret"].encode(), given) and one["pager_secret"]
    ]


def _parse(body: bytes, accounts: Collection[str], now: int) -> "list[Part]":
    from chalicelib.channels.pager.parse import parse

    (account,) = accounts
    return [parse(body, account, now)]


def _sender(settings: Mapping[str, str]) -> "Sender":
    from chalicelib.channels.pager.send import PagerSender

    return PagerSender(settings["PAGER_API"])


def _errors() -> "Errors":
    from chalicelib.channels.pager.errors import WORDS, meaning

    from chalicelib.channels.base import Errors

    return Errors(meaning, WORDS)


def show(number: str) -> str:
    """Return a pager's number as people write it."""
    return f"№ {number}"


def _find(typed: "Typed") -> Iterable[Address]:
    if typed.number:
        yield Address("capcode", typed.number)


PAGER = Channel(
    id="pager",
    name=desk_msg("Pager"),
    send_on=desk_msg("Send to the pager"),
    icon="form",
    policy_name=policy_msg("pager"),
    categories={"pager_number": policy_msg("Number of your pager")},
    address_kinds=(AddressKind("capcode", desk_msg("Number of the pager"), "number", show),),
    account_fields=(
        AccountField("pager_secret", "inbound", "The provider sends it in a header."),
        AccountField("pager_token", "outbound", "Token of the line."),
    ),
    settings=(Setting("PAGER_API", "https://pager.example", "Base address of the pagers.", stand_in="/pager"),),
    sends=frozenset({"text", "choice"}),
    text_limit=500,
    buttons=Buttons(most=3, title=20, id=100, text=500),
    rates=(Rate("person", 1, 2.0),),
    never=frozenset({"marketing"}),
    find=_find,
    webhook=Webhook(verify=_verify, parse=_parse, refused="The secret names no line of this deployment."),
    sender=_sender,
    errors=_errors,
)
