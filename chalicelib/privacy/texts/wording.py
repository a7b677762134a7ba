"""How texts to a person are put together: dates, titles, and the lines about a certificate."""

import datetime

from chalicelib.core.ids import grouped
from chalicelib.core.texts import KAZAKHSTAN, bot_msg, bot_text, show_date
from chalicelib.profile.model import Profile

CERTIFICATE = bot_msg("Certificate: {certificate_id}")
SECRET = bot_msg("Secret code: {secret}")
CHECK = bot_msg("Check it here: {url}")
KEEP = bot_msg("Only you have the secret code: please keep this message.")


def certificate_lines(language: str, certificate_id: str, secret: str, url: str, kept: str = KEEP) -> tuple[str, ...]:
    """Return the lines that say how a certificate is checked: number, secret code, page. Without a `secret`: number and
    page. `kept` is the text that asks the person to keep the message or the letter."""
    code = (bot_text(language, SECRET, secret=show_secret(secret)),) if secret else ()
    keep = (bot_text(language, kept),) if secret else ()
    number = bot_text(language, CERTIFICATE, certificate_id=certificate_id)
    return (number, *code, bot_text(language, CHECK, url=url), *keep)


def show_secret(secret: str) -> str:
    """Return a certificate's secret in groups, as a person reads it from one screen and types it on another."""
    return grouped(secret, 4, "-")


def button_title(profile: Profile, language: str, title: str, short: str) -> str:
    """Return a button's title; while the language is unknown, its `short` form in each of two languages."""
    if language:
        return bot_text(language, title)
    return " / ".join(bot_text(one, short) for one in profile.spoken_to(language))


def _local(at: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(at / 1000, KAZAKHSTAN)


def local_date(language: str, at: int) -> str:
    """Return the date in Kazakhstan of a moment (ms), as the language writes it."""
    return show_date(language, _local(at).date())


def local_time(at: int) -> str:
    """Return the time in Kazakhstan of a moment (ms), as HH:MM."""
    return f"{_local(at):%H:%M}"
