"""The one place that is asked what a code means, whoever asks: sender, statuses, dater, page, API.

It needs the standard library and the domain only, because intake asks, too.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.channels.telegram import errors as telegram
from chalicelib.channels.whatsapp import errors as whatsapp
from chalicelib.core.failures import GAVE_UP, OWN_CODES, UNKNOWN, UNLISTED, Act, Meaning

_BY_CHANNEL = {"whatsapp": whatsapp.meaning, "telegram": telegram.meaning}


def meaning(channel: str, code: str) -> Meaning | None:
    """Return what a code means, of an answer or of a failed status; None for a code in no list."""
    listed = _BY_CHANNEL.get(channel)
    return OWN_CODES.get(code) or (listed(code) if listed else None)


def reason_of(channel: str, code: str) -> str:
    """Return the class of a code: UNLISTED for one in no list, UNKNOWN for none."""
    found = meaning(channel, code)
    if found is not None:
        return found.reason
    return UNLISTED if code else UNKNOWN


def stops_channel(channel: str, code: str) -> bool:
    """Return whether a code says that nothing of ours can go out on this account until a person acts."""
    found = meaning(channel, code)
    return found is not None and found.act is Act.STOP


def shown_reason(channel: str, failure: Mapping[str, Any]) -> str:
    """Return the class of a stored failure. The code decides, so that what an older release stored under it is shown
    as today's; only the sender knows that it gave up."""
    return GAVE_UP if failure.get("reason") == GAVE_UP else reason_of(channel, str(failure.get("code", "")))
