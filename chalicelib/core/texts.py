"""Translated texts. chalicelib/locale/README.md says how to add one.

The catalogue `bot` holds automatic texts to customers, `desk` the pages, `policy` the sentences of the policy. English
texts are the message ids; a placeholder in braces is filled with `str.format` after translation.
"""

import datetime
import functools
import gettext
import os
from collections.abc import Sequence
from typing import Literal

from chalicelib.core.languages import LANGUAGES

Domain = Literal["bot", "desk", "policy"]
LANGUAGE_NAMES = {"kk": "Қаз", "ru": "Рус", "en": "Eng"}
"""Names of the languages on pages, the same in every interface language."""
OWN_NAMES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
"""Names of the languages in themselves."""
KAZAKHSTAN = datetime.timezone(datetime.timedelta(hours=5))
"""One time in the whole country since 1 March 2024 (resolution of the government of 19 January 2024, No. 21)."""
_LOCALE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")


def bot_msg(text: str) -> str:
    """Mark a text for the catalogue `bot`."""
    return text


def policy_msg(text: str) -> str:
    """Mark a text for extraction into the catalogue `policy`; it is translated later, when the page is made."""
    return text


def desk_msg(text: str) -> str:
    """Mark a text for the catalogue `desk` where it stands untranslated."""
    return text


ACCEPTED = bot_msg("Your request is accepted. Number: {number}. We will answer here.")
NEW_NUMBER = bot_msg("A new request is open. Number: {number}. We will answer here.")
RENEWED = bot_msg("Our policy on personal data has a new version: {version}.")
# Art. 8(4) of Law 94-V demands: who, for how long, to whom, across which border; the data is listed behind the link.
CONSENT = bot_msg(
    "The company {company} ({brand}) processes your personal data to answer you;"
    " by writing here you agree to it."
    " Term: {kept}, or until you withdraw your consent."
    " Delivery: {recipients}, also through servers outside Kazakhstan."
    " Which data, and how to withdraw: {url}"
)
OWN_PAGE = bot_msg("our own page")
AFTER_CLOSING = bot_msg("{term} after the request is closed")
AFTER_AGREEMENT = bot_msg("{term} after your agreement with us ends")
"""How long what a person writes is kept, by the event from which the profile counts."""
HOSTED = bot_msg("It is stored, encrypted, by: {hosts}.")
BIN = bot_msg("BIN {bin}")
TOO_BIG = bot_msg(
    "We did not receive the file: it is larger than {limit} MB. Please send a smaller one, or a link to it."
)
CHOOSE = bot_msg("Choose")
TERM_UNITS = {"days": bot_msg("{n} days"), "months": bot_msg("{n} months"), "years": bot_msg("{n} years")}
"""What a term of retention (core/kept_for) is called, by its unit."""
WELCOME = bot_msg(
    "Hello. This is {service}. Write your question, and we will answer here. How we handle personal data: {url}"
)


@functools.cache
def catalogue(domain: Domain, language: str) -> gettext.GNUTranslations:
    """Return the compiled catalogue of a language, read once per process; English for an unknown language."""
    known = language if language in LANGUAGES else "en"
    with open(os.path.join(_LOCALE, known, "LC_MESSAGES", f"{domain}.mo"), "rb") as file:
        return gettext.GNUTranslations(file)


def desk_text(language: str) -> gettext.GNUTranslations:
    """Return the catalogue of the pages, for Jinja2's i18n extension."""
    return catalogue("desk", language)


def bot_text(language: str, message: str, /, *, unknown: Sequence[str] = ("kk", "ru"), **places: object) -> str:
    """Return an automatic text in the person's language, with its placeholders filled from `places`.

    For an unknown language ("") the text is given in each language of `unknown` (the profile's first two), separated by
    a blank line.
    """
    return "\n\n".join(
        catalogue("bot", each).gettext(message).format(**places) for each in ([language] if language else unknown)
    )


def term_text(language: str, number: int, unit: str) -> str:
    """Return a term of retention as people say it; `unit` is that of core/kept_for."""
    return bot_text(language, TERM_UNITS[unit], n=number)


def show_date(language: str, date: datetime.date) -> str:
    """Format a date: `8 Dec 2026` (with no-break spaces) in English, else `08.12.2026`."""
    return f"{date.day}\u00a0{date:%b}\u00a0{date.year}" if language == "en" else f"{date:%d.%m.%Y}"
