"""The confidentiality undertaking that staff sign before their first access: its text in each language, and its hash.

The profile says the version, and of which kinds of liability the text warns. Who signed an earlier version, or before
versions were stored, is asked again at the next request. Pure.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from chalicelib.core.texts import desk_msg, desk_text
from chalicelib.profile.model import Profile
from chalicelib.staff.model import Staff

_OPENING = desk_msg("Before the first look at customers' data, every colleague undertakes:")
_PROMISES = (
    desk_msg("to use personal data of customers only to answer them and to do what the policy says"),
    desk_msg("to tell or send them to nobody who does not need them for this work"),
    desk_msg("to keep them secret also after leaving the company"),
    desk_msg("to report a loss or a leak to the privacy officer on the same day"),
)
_WARNING = desk_msg("Who breaks the law on personal data or this undertaking may be held liable. You are warned of:")
_LIABILITIES: Mapping[str, str] = {
    "disciplinary": desk_msg("disciplinary liability to the employer, up to dismissal"),
    "administrative": desk_msg("administrative liability: a fine"),
    "civil": desk_msg("civil liability: to make good the damage, moral damage included"),
    "criminal": desk_msg("criminal liability, up to imprisonment"),
}
_GIVEN = desk_msg("Given to the company {company}. Version of this text: {version}.")


class UndertakingText(NamedTuple):
    """What is read and signed. `warning` is "" and `liabilities` is empty where the profile warns of nothing."""

    version: str
    language: str
    opening: str
    promises: tuple[str, ...]
    warning: str
    liabilities: tuple[str, ...]
    given: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The whole text."""
        return (self.opening, *self.promises, *filter(None, (self.warning,)), *self.liabilities, self.given)

    @property
    def hash(self) -> str:
        """The SHA-256, in hex, of the lines, each ended by a line feed, in UTF-8."""
        return hashlib.sha256("".join(f"{line}\n" for line in self.lines).encode()).hexdigest()


def signed(staff: Staff, text: UndertakingText, now: int) -> Staff:
    """Return a member of staff who has signed this text now (ms), unless they have signed its version before."""
    if staff.has_signed(text.version):
        return staff
    return replace(
        staff,
        undertaking_at=now,
        undertaking_version=text.version,
        undertaking_language=text.language,
        undertaking_hash=text.hash,
    )


def undertaking_text(profile: Profile, language: str) -> UndertakingText:
    """Return the text of today's version in this language."""
    say, undertaking = desk_text(language).gettext, profile.undertaking
    return UndertakingText(
        version=undertaking.version,
        language=language,
        opening=say(_OPENING),
        promises=tuple(say(one) for one in _PROMISES),
        warning=say(_WARNING) if undertaking.liabilities else "",
        liabilities=tuple(say(_LIABILITIES[one]) for one in undertaking.liabilities),
        given=say(_GIVEN).format(company=profile.operator.company[language], version=undertaking.version),
    )
