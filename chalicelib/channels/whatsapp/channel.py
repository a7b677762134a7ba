"""Declares WhatsApp (Meta's Cloud API): what the desk may expect of it. Sources: docs/channels.md."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.channels.contract import (
    AccountField,
    Accounts,
    AddressKind,
    Buttons,
    Channel,
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
    from chalicelib.channels.templates import TemplateSource

_BUSINESS_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{2,128}")
_MB = 1024 * 1024
_OFFICE = (
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)


def _verify(accounts: Accounts, body: bytes, headers: Mapping[str, str]) -> Collection[str]:
    from chalicelib.channels.whatsapp.verify import signature_ok

    secrets = [one["app_secret"] for one in accounts.values()]
    return accounts.keys() if signature_ok(secrets, body, headers.get("x-hub-signature-256", "")) else ()


def _challenge(accounts: Accounts, query: Mapping[str, str]) -> str | None:
    from chalicelib.channels.whatsapp.verify import challenge

    return challenge(query, [one["verify_token"] for one in accounts.values()])


def _parse(body: bytes, accounts: Collection[str], now: int) -> "list[Part]":
    from chalicelib.channels.whatsapp.parse import parse

    return parse(body, accounts, now)


def _sender(settings: Mapping[str, str]) -> "Sender":
    from chalicelib.channels.whatsapp.send import WhatsAppSender

    return WhatsAppSender(settings["WHATSAPP_API"], settings["WHATSAPP_RECIPIENT_FIELD"])


def _fetcher(settings: Mapping[str, str]) -> "Fetcher":
    from chalicelib.channels.whatsapp.fetch import WhatsAppFetcher

    return WhatsAppFetcher(settings["WHATSAPP_API"])


def _templates(settings: Mapping[str, str]) -> "TemplateSource":
    from chalicelib.channels.whatsapp.templates import WhatsAppTemplates

    return WhatsAppTemplates(settings["WHATSAPP_API"])


def _errors() -> "Errors":
    from chalicelib.channels.base import Errors
    from chalicelib.channels.whatsapp.errors import WORDS, meaning

    return Errors(meaning, WORDS)


def show_phone(phone: str) -> str:
    """Return a phone number as people write it: with +, those of +7 in groups."""
    if not phone.isdecimal():
        return phone
    if len(phone) == 11 and phone[0] == "7":
        return f"+7\u00a0{phone[1:4]}\u00a0{phone[4:7]}\u00a0{phone[7:9]}\u00a0{phone[9:]}"
    return f"+{phone}"


def _find(typed: "Typed") -> Iterable[Address]:
    if _BUSINESS_ID.fullmatch(typed.words):
        yield Address("user", typed.words)
    for phone in dict.fromkeys(filter(None, [typed.phone, typed.number])):
        yield Address("phone", phone)


WHATSAPP = Channel(
    id="whatsapp",
    name=desk_msg("WhatsApp"),
    send_on=desk_msg("Send on WhatsApp"),
    icon="whatsapp",
    policy_name=policy_msg("WhatsApp"),
    categories={
        "phone": policy_msg("Phone number, that of WhatsApp included"),
        "whatsapp_name": policy_msg("Name of the WhatsApp profile, if WhatsApp passes it on"),
        "whatsapp_id": policy_msg("WhatsApp user identifier and username, given in place of a phone number"),
    },
    names={"name": "whatsapp_name", "username": "whatsapp_id"},
    # A phone before a business-scoped id, which not every message may use.
    address_kinds=(
        AddressKind("phone", desk_msg("Phone"), "phone", show_phone, "phone"),
        AddressKind("user", desk_msg("User id"), category="whatsapp_id"),
    ),
    account_fields=(
        AccountField("app_secret", "inbound", "Meta signs webhooks with it."),
        AccountField("verify_token", "inbound", "Meta shows it when it verifies the webhook's address."),
        AccountField("access_token", "outbound", "Token of the system user that sends."),
        AccountField("business_account", "outbound", "Id of the WhatsApp Business account whose templates are sent.",
                     needed=False),
    ),
    settings=(
        Setting("WHATSAPP_API", "https://graph.facebook.com/v23.0", "Base address of the WhatsApp Cloud API.",
                stand_in="/v23.0"),
        Setting("WHATSAPP_RECIPIENT_FIELD", "recipient",
                "Field that holds a business-scoped id in an outgoing call; Meta's sources disagree.",
                allowed=("recipient", "to")),
    ),
    sends=frozenset({"text", "choice", "file", "template", "reaction"}),
    text_limit=4096,
    buttons=Buttons(most=3, title=20, id=256, text=1024),
    lists=Buttons(most=10, title=24, id=200, text=1024),
    quotes=True,
    reads=True,
    typing_every=20,
    reactions=Reactions(("👍", "❤️", "😂", "😮", "😢", "🙏"), within=30 * DAY),
    files=(
        FileLimit("image", ("image/jpeg", "image/png"), 5 * _MB),
        FileLimit("video", ("video/mp4", "video/3gpp"), 16 * _MB),
        FileLimit("audio", ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MB, caption=False),
        FileLimit("document", ("application/pdf", "text/plain", *_OFFICE), 100 * _MB),
    ),
    caption=1024,
    window=DAY,
    statuses=frozenset({"sent", "delivered", "read", "failed"}),
    echoes=True,
    rates=(Rate("person", 1, 6.0), Rate("account", 80, 1.0)),
    never=frozenset({"marketing", "news"}),
    find=_find,
    webhook=Webhook(
        verify=_verify,
        parse=_parse,
        refused="The signature does not match the body. Sign the raw bytes with the app secret.",
        challenge=_challenge,
        unverified="The mode or verify token is wrong. Enter the token of this deployment at Meta.",
    ),
    sender=_sender,
    fetcher=_fetcher,
    failed_fetches=20,
    hands_out=100 * _MB,
    templates=_templates,
    templates_of="business_account",
    errors=_errors,
)  # fmt: skip
