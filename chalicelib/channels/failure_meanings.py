"""Says what a provider's error code means, for sender, statuses, expiry stamper, pages and API alike.

A channel's list of errors is imported when it is first asked, because intake uses this module, too.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.channels import registry
from chalicelib.core.delivery_failures import GAVE_UP, OWN_CODES, UNKNOWN, UNLISTED, Act, Meaning


def meaning(channel: str, code: str) -> Meaning | None:
    """Return what a code of an answer or of a failed status means; None for a code in no list."""
    errors = registry.channel(channel).errors
    return OWN_CODES.get(code) or (errors().meaning(code) if errors else None)


def reason_of(channel: str, code: str) -> str:
    """Return the class of a code: UNLISTED for one in no list, UNKNOWN for an empty one."""
    found = meaning(channel, code)
    if found is not None:
        return found.reason
    return UNLISTED if code else UNKNOWN


def stops_channel(channel: str, code: str) -> bool:
    """Return whether a code says that nothing can be sent on this account until staff acts."""
    found = meaning(channel, code)
    return found is not None and found.act is Act.STOP


def shown_reason(channel: str, failure: Mapping[str, Any]) -> str:
    """Return the class of a stored failure. Its code decides, so that a failure that an older release stored gets
    today's class; only GAVE_UP is taken as it was stored."""
    return GAVE_UP if failure.get("reason") == GAVE_UP else reason_of(channel, str(failure.get("code", "")))
