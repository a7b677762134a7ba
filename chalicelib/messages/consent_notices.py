"""The question whether a person consents, where the operator asks before anybody reads what they wrote, and what
belongs to it. Pure."""

from chalicelib.channels import registry
from chalicelib.channels.parts import Button
from chalicelib.core.asks import CONSENT_ABROAD, CONSENT_NO, CONSENT_YES
from chalicelib.core.texts import HOSTED, bot_msg, bot_text
from chalicelib.core.transfer import BY_MESSAGE, EXPLICIT
from chalicelib.messages.notices import said
from chalicelib.profile.model import Profile

# Art. 8(4) of Law 94-V demands: who, for how long, to whom, across which border; the data is listed behind the link.
ASKED = bot_msg(
    "We have received what you wrote, and nobody has read it yet. To read it and to answer you, the company {company}"
    " ({brand}) needs your consent to the processing of your personal data."
    " Term: {kept}, or until you withdraw your consent."
    " Delivery: {recipients}, also through servers outside Kazakhstan."
    " Which data, and how to withdraw: {url}"
)
ASKED_AT_HOME = bot_msg(
    "We have received what you wrote, and nobody has read it yet. To read it and to answer you, the company {company}"
    " ({brand}) needs your consent to the processing of your personal data."
    " Term: {kept}, or until you withdraw your consent."
    " Delivery: {recipients}. Which data, and how to withdraw: {url}"
)
# Art. 16 of Law 94-V: an item of its own, with an answer of its own (B7.2, C10, E10.2).
TRANSFER = bot_msg(
    "Apart from that we ask about the transfer abroad. Messages on this channel pass companies outside Kazakhstan:"
    " {abroad}. Answers to what you ask come here in any case. May we also send you here what answers no question of"
    " yours? You can take this consent back, or give it later, at any time: /abroad"
)
ANSWER = bot_msg(
    "Do you agree? Press a button, or answer with one word: yes or no. If you say no, or do not answer by {date},"
    " what you wrote is destroyed unread, and we do not write to you about it again."
)
ANSWERS = bot_msg(
    "Press a button, or answer with one number:\n1 – yes to both\n2 – yes, without the transfer abroad\n3 – no\n"
    "If you say no, or do not answer by {date}, what you wrote is destroyed unread, and we do not write to you about it"
    " again."
)
BOTH = bot_msg("1. Yes to both")
AT_HOME = bot_msg("2. Yes, not abroad")
NEITHER = bot_msg("3. No")
TICKED = bot_msg(
    "I agree that the company {company} ({brand}) processes what I write here, in order to answer me."
    " Term: {kept}, or until I withdraw my consent. None of it is published."
    " Which data, and how to withdraw: {url}"
)
AGREEMENT = bot_msg("I accept the user agreement, of which this policy is a part: {agreement}")
YES = bot_msg("Yes")
NO = bot_msg("No")
FULL = bot_msg("We keep no more of your messages before you have answered. Please answer our question first.")
DESTROYED = bot_msg("You did not agree. What you wrote is destroyed, and nobody has read it.")
NOTHING_HELD = bot_msg("Nothing that you wrote is kept here any more. If you need us, please write again.")


def question(profile: Profile, language: str, channel: str, until: int) -> str:
    """Return the question whether the person consents, and, where that is an item of its own, to the transfer abroad;
    they can answer until `until` (seconds)."""
    rule = profile.transfer(channel)
    if rule == EXPLICIT:
        return said(profile, language, channel, [ASKED_AT_HOME, HOSTED, TRANSFER, ANSWERS], until)
    asked = ASKED if rule == BY_MESSAGE else ASKED_AT_HOME
    return said(profile, language, channel, [asked, HOSTED, ANSWER], until)


def ticked(profile: Profile, language: str, channel: str) -> str:
    """Return the text beside the box of a form: by ticking it the person consents."""
    agreement = profile.operator.agreement_url
    parts = [AGREEMENT] if agreement and profile.consent.mode == "agreement" else []
    return said(profile, language, channel, [*parts, TICKED, HOSTED], agreement=agreement)


def answers(profile: Profile, language: str, channel: str) -> tuple[Button, ...]:
    """Return the buttons under the question."""
    pairs = [(CONSENT_YES, YES), (CONSENT_NO, NO)]
    if profile.transfer(channel) == EXPLICIT:
        pairs = [(CONSENT_ABROAD, BOTH), (CONSENT_YES, AT_HOME), (CONSENT_NO, NEITHER)]
    languages = profile.spoken_to(language)
    titles = [" / ".join(bot_text(one, title) for one in languages) for _, title in pairs]
    limits = registry.channel(channel).buttons
    if limits and max(map(len, titles)) > limits.title:  # the text says what each number means
        titles = [str(number) for number in range(1, len(pairs) + 1)]
    return tuple(Button(payload, title) for (payload, _), title in zip(pairs, titles, strict=True))
