"""Why a message was not sent: error codes of our own, what the sender does about each, and scrubbing of error texts.

The codes of a provider stand in the folder of its channel; `channels/failure_meanings.py` looks in both. Pages show the
reason in the language of the reader.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.core.texts import desk_msg


class Act(StrEnum):
    """What the sender does after an error: try again, give up, stop the channel, or decide by the HTTP status."""

    AGAIN = "again"
    NEVER = "never"
    STOP = "stop"
    BY_STATUS = "by_status"


@dataclass(frozen=True)
class Meaning:
    """What one code means. `reason` is a class of failures; web/labels.failure_text has its sentences."""

    act: Act
    reason: str


UNLISTED, UNKNOWN, GAVE_UP = "unlisted", "unknown", "gave_up"
"""Reasons without a code: a code that is in no list, no code at all, and giving up after a day of attempts."""

OWN_CODES: Mapping[str, Meaning] = {
    code: Meaning(act, reason)
    for act, reason, codes in (
        (Act.NEVER, "window_closed", "window_closed"),
        (Act.NEVER, "blocked", "blocked"),
        (Act.NEVER, "came_back", "came_back"),
        (Act.NEVER, "complained", "complained"),
        (Act.NEVER, "no_address", "no_address bad_address"),
        (Act.NEVER, "not_allowed", "not_allowed"),
        (Act.NEVER, "suppressed", "suppressed"),
        (Act.NEVER, "abroad", "abroad"),
        (Act.NEVER, "opted_out", "opted_out"),
        (Act.NEVER, "unsubscribed", "unsubscribed"),
        (Act.NEVER, "erased", "erased"),
        (Act.NEVER, "empty", "empty"),
        (Act.NEVER, "template_refused", "template_refused"),
        (Act.NEVER, "not_approved", "not_approved"),
        (Act.NEVER, "text_returned", "text_returned"),
        (Act.NEVER, "invalid", "buttons"),
        (Act.NEVER, "unsupported_type", "unsupported_part"),
        (Act.NEVER, "file", "file_too_big file_type"),
        (Act.NEVER, "file_gone", "file_gone"),
        (Act.NEVER, "unreadable", "cannot_open"),
        (Act.STOP, "channel_stopped", "token no_token http_401"),
        (Act.AGAIN, "trouble", "network timeout no_id file_not_read"),
    )
    for code in codes.split()
}
"""Error codes that the desk itself sets, on every channel."""

_MOST_READ = 500
_OWN_CODE = re.compile(r"^\(#\d{1,9}\)\s*")
_NAMES = re.compile(
    r"wamid\.\S+"
    r"|[A-Z]{2}\.[0-9A-Za-z]{8,}"  # a business-scoped id
    r"|[^\s@]{1,100}@\S+|(?<!\w)@\w{3,}"  # an address, a username
    r"|\+?\d(?:[\s().\u2010-\u2015-]{0,3}\d){4,}"  # a number, however it is grouped
)
"""Parts of a provider's error text that could identify a person."""


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Remove from a provider's error text all that could identify a person; return 200 characters at most.

    Removed are `secrets` (what we sent), long numbers, addresses, usernames, provider ids and Meta's leading "(#code)".
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    return _NAMES.sub("…", _OWN_CODE.sub("", text[:_MOST_READ]))[:200].strip()


def failure_record(code: str, said: str, at: int) -> dict[str, Any]:
    """Return a failure as it is stored: the provider's code, its scrubbed text `said` and the time `at` (s)."""
    return {"code": code, "at": at} | ({"text": said} if said else {})


@dataclass(frozen=True)
class FailureText:
    """Why a message was not delivered, in up to three sentences: what happened, why, what to do.

    {code} stands for the provider's code.
    """

    reason: str
    way: str = ""
    fact: str = desk_msg("Not delivered.")


ANOTHER_CHANNEL = desk_msg("Use another channel.")
ADMINISTRATOR = desk_msg("An administrator must act; then send it again.")
"""What to do about a failure, where several channels say the same."""
