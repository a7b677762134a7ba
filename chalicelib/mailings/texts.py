"""What people are asked, and what mails say, about news and offers. Pure."""

from chalicelib.channels.base import PageLink
from chalicelib.core.purposes import MARKETING, NEWS
from chalicelib.core.texts import HOSTED, bot_msg, bot_text
from chalicelib.core.transfer import EXPLICIT
from chalicelib.messages.notices import said
from chalicelib.profile.model import Profile

NAMES = {NEWS: bot_msg("news"), MARKETING: bot_msg("offers")}
"""What mailings of a purpose bring."""
# Art. 8(4) of Law 94-V: who, what for, for how long, to whom, across which border; the data is listed behind the link.
_ASKED = bot_msg(
    "I want to get by e-mail from the company {company} ({brand}): {what}. For this it keeps my address and this"
    " choice, until I end it by the link under every mail. Delivery: {recipients}. None of it is published."
    " Which data, and how to withdraw: {url}"
)
_PROCESSING = bot_msg(
    "I agree that the company {company} ({brand}) processes my address and what I write to it, in order to send me what"
    " I choose here and to answer me. Term: {kept}, or until I withdraw my consent. None of it is published."
    " Which data, and how to withdraw: {url}"
)
_TRANSFER = bot_msg(
    "I agree that it passes companies outside Kazakhstan on its way to me: {abroad}. I can take this back at any time."
)
_CONFIRM = bot_msg(
    "Somebody has asked that the company {company} ({brand}) sends mails to this address. It was asked for: {what}.\n\n"
    "If it was you, open the page below and press the button there, within two days. If it was not you, do nothing: you"
    " get no mail from us, and your address is destroyed."
)
_SUBJECT = bot_msg("Please confirm: mails from {brand}")
_CONFIRM_HERE = bot_msg("Confirm here")
_WHY = bot_msg("You get this mail because you asked {company} ({brand}) for it: {what}.")
_END_HERE = bot_msg("End the subscription")


def asked(profile: Profile, language: str, purpose: str, channel: str) -> str:
    """Return the text beside the box by which a person asks for mailings of a purpose."""
    return said(profile, language, channel, [_ASKED, HOSTED], what=name(language, purpose))


def processing(profile: Profile, language: str, channel: str) -> str:
    """Return the text of the box without which nothing of a person may be kept; "" where a message is the consent."""
    return said(profile, language, channel, [_PROCESSING, HOSTED]) if profile.consent.mode == "explicit" else ""


def transfer(profile: Profile, language: str, channel: str) -> str:
    """Return the text of the box for the transfer abroad; "" where that is no item of its own."""
    return said(profile, language, channel, [_TRANSFER]) if profile.transfer(channel) == EXPLICIT else ""


def confirmation(
    profile: Profile, language: str, purposes: list[str], channel: str, url: str
) -> tuple[str, str, PageLink]:
    """Return subject, text and link of the mail that asks an address to confirm."""
    what = ", ".join(name(language, one) for one in purposes)
    text = said(profile, language, channel, [_CONFIRM], what=what)
    subject = bot_text(language, _SUBJECT, brand=profile.operator.brand[language])
    return subject, text, PageLink(bot_text(language, _CONFIRM_HERE), url)


def below(profile: Profile, language: str, purpose: str, channel: str) -> str:
    """Return what stands under the text of every mailing: why a person gets it."""
    return said(profile, language, channel, [_WHY], what=name(language, purpose))


def ending(language: str, url: str) -> PageLink:
    """Return the link by which a person ends a subscription."""
    return PageLink(bot_text(language, _END_HERE), url, ends=True)


def name(language: str, purpose: str) -> str:
    """Return what mailings of a purpose bring, in words."""
    return bot_text(language, NAMES[purpose])
