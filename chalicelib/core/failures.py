"""Why a message did not go out: classes of reasons, what our own codes mean, and a provider's words without names.

What a provider's codes mean stands in the folder of its channel; `channels/refusals.py` asks both. Pages say the class
in the operator's language (labels.py).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Act(StrEnum):
    """What a sender does about a refusal: try again, give up, stop the channel, or go by the HTTP status."""

    AGAIN = "again"
    NEVER = "never"
    STOP = "stop"
    BY_STATUS = "by_status"


@dataclass(frozen=True)
class Meaning:
    """What one code means. `reason` is a key of labels.FAILURES."""

    act: Act
    reason: str


UNLISTED, UNKNOWN, GAVE_UP = "unlisted", "unknown", "gave_up"
"""Reasons without a code of their own: a code in no list, no code at all, and a day of tries in vain."""

OWN: Mapping[str, Meaning] = {
    code: Meaning(act, reason)
    for act, reason, codes in (
        (Act.NEVER, "window_closed", "window_closed"),
        (Act.NEVER, "blocked", "blocked"),
        (Act.NEVER, "no_address", "no_address bad_address"),
        (Act.NEVER, "not_allowed", "not_allowed"),
        (Act.NEVER, "suppressed", "suppressed"),
        (Act.NEVER, "opted_out", "opted_out"),
        (Act.NEVER, "erased", "erased"),
        (Act.NEVER, "empty", "empty"),
        (Act.NEVER, "invalid", "buttons"),
        (Act.NEVER, "unreadable", "cannot_open"),
        (Act.STOP, "channel_stopped", "token no_token http_401"),
        (Act.AGAIN, "trouble", "network timeout no_id"),
    )
    for code in codes.split()
}
"""Codes that the desk gives itself, on every channel."""

_MOST_READ = 500
_OWN_CODE = re.compile(r"^\(#\d{1,9}\)\s*")
_NAMES = re.compile(
    r"wamid\.\S+"
    r"|[A-Z]{2}\.[0-9A-Za-z]{8,}"  # a business-scoped id
    r"|[^\s@]{1,100}@\S+|(?<!\w)@\w{3,}"  # an address, a username
    r"|\+?\d(?:[\s().\u2010-\u2015-]{0,3}\d){4,}"  # a number, however it is grouped
)
"""What could name a person in a provider's words."""


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a provider's explanation without anything that could name a person: at most 200 characters,
    without `secrets` (what we sent), long numbers, addresses and provider ids; Meta's "(#code)" before it goes, too."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    return _NAMES.sub("…", _OWN_CODE.sub("", text[:_MOST_READ]))[:200].strip()


def failed(code: str, said: str, at: int) -> dict[str, Any]:
    """Return a failure that a provider reports, as rows keep it: its code and its words, scrubbed, at `at` (s)."""
    return {"code": code, "at": at} | ({"text": said} if said else {})
