"""The question whether a person consents, where the operator asks before anybody reads what they wrote, and what
belongs to it. Pure."""

from chalicelib.channels.parts import Button
from chalicelib.core.asks import CONSENT_NO, CONSENT_YES
from chalicelib.core.texts import HOSTED, bot_msg, bot_text
from chalicelib.messages.notices import said
from chalicelib.profile.model import Profile

# Art. 8(4) of Law 94-V demands: who, for how long, to whom, across which border; the data is listed behind the link.
ASKED = bot_msg(
    "We have received what you wrote, and nobody has read it yet. To read it and to answer you, the company {company}"
    " ({brand}) needs your consent to the processing of your personal data."
    " Term: {term} after the request is closed, or until you withdraw your consent."
    " Delivery: {recipients}, also through servers outside Kazakhstan."
    " Which data, and how to withdraw: {url}"
)
ANSWER = bot_msg(
    "Do you agree? Press a button, or answer with one word: yes or no. If you say no, or do not answer by {date},"
    " what you wrote is destroyed unread, and we do not write to you about it again."
)
YES = bot_msg("Yes")
NO = bot_msg("No")
FULL = bot_msg(
    "We keep no more of your messages before you have answered. Please answer our question first: yes or no."
)
DESTROYED = bot_msg("You did not agree. What you wrote is destroyed, and nobody has read it.")
NOTHING_HELD = bot_msg("Nothing that you wrote is kept here any more. If you need us, please write again.")


def question(profile: Profile, language: str, channel: str, until: int) -> str:
    """Return the question whether the person consents; they can answer until `until` (seconds)."""
    return said(profile, language, channel, [ASKED, HOSTED, ANSWER], until)


def answers(profile: Profile, language: str) -> tuple[Button, ...]:
    """Return the buttons under the question."""
    languages = (language,) if language else profile.languages[:2]
    titles = (" / ".join(bot_text(one, title) for one in languages) for title in (YES, NO))
    return tuple(Button(payload, title) for payload, title in zip((CONSENT_YES, CONSENT_NO), titles, strict=True))


def in_languages(profile: Profile, language: str, message: str) -> str:
    """Return one of these texts in the person's language, or in two while theirs is unknown."""
    return bot_text(language, message, unknown=profile.languages[:2])
