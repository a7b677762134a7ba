"""The pagers' refusals as data."""

from collections.abc import Mapping

from chalicelib.core.delivery_failures import ANOTHER_CHANNEL, Act, FailureText, Meaning
from chalicelib.core.texts import desk_msg

MEANINGS: Mapping[str, Meaning] = {
    "lost": Meaning(Act.NEVER, "lost"),
    "unpaid": Meaning(Act.STOP, "channel_stopped"),
    "busy": Meaning(Act.AGAIN, "too_fast"),
}
WORDS: Mapping[str, FailureText] = {
    "lost": FailureText(desk_msg("This pager is reported as lost ({code})."), ANOTHER_CHANNEL),
}


def meaning(code: str) -> Meaning | None:
    """Return what a code means, or None when it is in no list."""
    return MEANINGS.get(code)
