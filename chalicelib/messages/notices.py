"""Builds the automatic texts that answer a first message and Start. Pure."""

import datetime
from collections.abc import Callable
from typing import Any

from chalicelib.channels import registry
from chalicelib.core.ids import speak
from chalicelib.core.texts import (
    ACCEPTED,
    AFTER_AGREEMENT,
    AFTER_CLOSING,
    BIN,
    CONSENT,
    HOSTED,
    KAZAKHSTAN,
    NEW_NUMBER,
    OWN_PAGE,
    RENEWED,
    TOO_BIG,
    WELCOME,
    bot_msg,
    bot_text,
    show_date,
    term_text,
)
from chalicelib.core.transfer import GIVEN, REFUSED
from chalicelib.profile.model import Profile

WITH_TRANSFER = bot_msg("You have also agreed to the transfer abroad. To take that back: /abroad")
WITHOUT_TRANSFER = bot_msg(
    "You have not agreed to the transfer abroad: only answers to what you ask come here. To agree to it: /abroad"
)


def accepted_notice(
    profile: Profile, language: str, channel: str, number: str, *, first: bool, consents: bool = False
) -> str:
    """Return the notice that a ticket of this number is open.

    `first` says that the person writes for the first time, `consents` that they consent by it, or to a new version:
    then the text also says what they agree to by writing (policy A5.4, art. 8(4) of Law 94-V). `number` is the stored
    one; the text shows it as people say it.
    """
    parts = [ACCEPTED] if first else [NEW_NUMBER]
    if consents:
        parts += [CONSENT, HOSTED]
    return said(profile, language, channel, parts, number=speak(number))


def released_notice(profile: Profile, language: str, channel: str, number: str, abroad: str = "") -> str:
    """Return the notice that a ticket of this number is open, to a person who was asked whether they consent; it says
    what they answered about the transfer abroad, "" where they were not asked (core/transfer.py)."""
    answer = {GIVEN: [WITH_TRANSFER], REFUSED: [WITHOUT_TRANSFER]}.get(abroad, [])
    return said(profile, language, channel, [ACCEPTED, *answer], number=speak(number))


def renewed_notice(profile: Profile, language: str, channel: str) -> str:
    """Return the notice that the policy has a new version, to which a person agrees by writing on (A8.2)."""
    return said(profile, language, channel, [RENEWED, CONSENT, HOSTED], version=profile.policy.version)


def in_languages(profile: Profile, language: str, text: Callable[[str], str]) -> str:
    """Return the text that `text` makes of a language: in the person's own, or in two while theirs is unknown."""
    return "\n\n".join(map(text, profile.spoken_to(language)))


def said(profile: Profile, language: str, channel: str, parts: list[str], until: int = 0, **places: Any) -> str:
    """Return texts one below the other, in the person's language; HOSTED where somebody stores the data. `until`
    (seconds) is the day that they name."""
    hosts = ", ".join(f"{row.name} ({row.country})" for row in profile.recipients.values() if row.role == "hosting")
    parts = [one for one in parts if hosts or one != HOSTED]
    places |= {
        "hosts": hosts,
        "abroad": ", ".join(f"{row.name} ({row.country})" for row in profile.abroad(channel)),
        "url": profile.policy.url,
    }
    texts, row = [], profile.retention["ticket"]
    counted = AFTER_AGREEMENT if row.kept.agreement else AFTER_CLOSING
    for each in profile.spoken_to(language):
        places |= {
            "kept": bot_text(each, counted, term=term_text(each, row.term, row.unit)),
            "company": _company(profile, each),
            "brand": profile.operator.brand[each],
            "recipients": ", ".join(row.name for row in profile.carriers(channel)) or bot_text(each, OWN_PAGE),
            "date": show_date(each, datetime.datetime.fromtimestamp(until, KAZAKHSTAN).date()),
        }
        texts.append("\n".join(bot_text(each, part, **places) for part in parts))
    return "\n\n".join(texts)


def _company(profile: Profile, language: str) -> str:
    """Return the company's name, with its BIN if it is stated."""
    company, number = profile.operator.company[language], profile.operator.bin
    return f"{company}, {bot_text(language, BIN, bin=number)}" if number else company


def too_big_notice(profile: Profile, language: str, channel: str) -> str:
    """Return the notice that a file was not received, because it is larger than its channel hands out."""
    most = registry.channel(channel).hands_out // (1024 * 1024)
    return in_languages(profile, language, lambda one: bot_text(one, TOO_BIG, limit=most))


def welcome(profile: Profile, language: str) -> str:
    """Return the greeting to a person who opened the chat."""
    service, url = profile.operator.service, profile.policy.url
    return in_languages(profile, language, lambda one: bot_text(one, WELCOME, service=service[one], url=url))
