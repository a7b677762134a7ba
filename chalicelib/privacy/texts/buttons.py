"""The buttons under messages about a request. Payloads are read by core/asks.py."""

from collections.abc import Sequence

from chalicelib.channels.parts import Button
from chalicelib.core.asks import ASK_PAYLOAD, NO_PAYLOAD
from chalicelib.core.texts import bot_msg
from chalicelib.privacy.kinds.registry import is_handled, kind_of
from chalicelib.privacy.texts.wording import button_title
from chalicelib.profile.model import Profile

YES_DELETE = bot_msg("Yes, delete")
NO_KEEP = bot_msg("No, keep")
CANCEL_DELETION = bot_msg("Cancel deletion")
# Short titles: two languages of them fit on one button.
YES = bot_msg("Yes")
NO = bot_msg("No")
CANCEL = bot_msg("Cancel")


def challenge_buttons(profile: Profile, language: str, request_id: str) -> tuple[Button, ...]:
    """Return the buttons under the question whether the request is the person's: yes and no."""
    return (
        Button(f"erase.confirm.{request_id}", button_title(profile, language, YES_DELETE, YES)),
        Button(f"erase.cancel.{request_id}", button_title(profile, language, NO_KEEP, NO)),
    )


def meant_buttons(profile: Profile, language: str, kinds: Sequence[str], at: int) -> tuple[Button, ...]:
    """Return the buttons under the question what a message meant: the kinds of request that the message of `at` (ms)
    may have asked for, and no."""
    offered = [kind_of(one) for one in kinds if is_handled(one)]
    return (
        *(Button(f"{ASK_PAYLOAD}.{one.id}.{at:013d}", button_title(profile, language, *one.button)) for one in offered),
        Button(NO_PAYLOAD, button_title(profile, language, NO, NO)),
    )


def cooling_off_buttons(profile: Profile, language: str, request_id: str) -> tuple[Button, ...]:
    """Return the button under the announcement, which cancels the request."""
    return (Button(f"erase.cancel.{request_id}", button_title(profile, language, CANCEL_DELETION, CANCEL)),)
