"""The one answer to a person who writes while their data is being destroyed. Intake loads it, so it imports little."""

from chalicelib.core.texts import bot_msg, bot_text
from chalicelib.messages.notices import in_languages
from chalicelib.profile.model import Profile

WRITE_AGAIN = 15
"""Minutes after which a person whose data is being destroyed may write again. The destruction takes seven, with both
erase passes."""
ERASING = bot_msg(
    "As you asked, we are destroying your data right now. Nothing of this message was kept."
    " Please write again in {minutes} min."
)


def erasing(profile: Profile, language: str) -> str:
    """Tell that nothing of the message was kept, and when to write again."""
    return in_languages(profile, language, lambda one: bot_text(one, ERASING, minutes=WRITE_AGAIN))
