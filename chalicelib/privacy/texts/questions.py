"""The questions that a person is asked about a request."""

from chalicelib.core.texts import bot_msg, bot_text
from chalicelib.messages.notices import in_languages
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.texts.announcement import ANNOUNCED
from chalicelib.privacy.texts.buttons import CANCEL, CANCEL_DELETION, NO, NO_KEEP
from chalicelib.privacy.texts.wording import button_title
from chalicelib.profile.model import Profile

CHALLENGE = bot_msg(
    "If you confirm, {brand} will destroy all that we keep about you here: your messages and requests,"
    " your name and your contact details. This cannot be undone."
    " If it was not you, or you have changed your mind, press “{no}”: everything stays as it is."
    " Without your answer within {hours} h a colleague decides."
)
STOPPED = bot_msg("From now on we send you nothing but answers about this and to your questions.")
MEANT = bot_msg(
    "Did you mean a request about your personal data? If so, press what you want; if not, press “{no}”."
    " Our colleagues see your message in any case."
)


def challenge(profile: Profile, language: str, kind: Kind, hours: int, *, bound: bool) -> str:
    """Ask the person whether the request is theirs, and tell what will be destroyed. `kind` is the request's; `bound`
    says that it came from the bound account, so that outreach has stopped already."""
    no = button_title(profile, language, NO_KEEP, NO)

    def said(one: str) -> str:
        stopped = [bot_text(one, STOPPED)] if bound else []
        asked = bot_text(one, CHALLENGE, brand=profile.operator.brand[one], no=no, hours=hours)
        return " ".join([bot_text(one, kind.received), *stopped, asked])

    return in_languages(profile, language, said)


def meant(profile: Profile, language: str) -> str:
    """Ask whether a message was a request about the person's data."""
    no = button_title(profile, language, NO, NO)
    return in_languages(profile, language, lambda one: bot_text(one, MEANT, no=no))


def question(profile: Profile, language: str, pressed: str, hours: int) -> str:
    """Return the text of the question whose button has the title `pressed`, leaving out what differs by request.

    Staff read it beside the press, because they do not see the desk's own message.
    """
    ways_back = {bot_text(one, title) for one in profile.languages for title in (CANCEL_DELETION, CANCEL)}
    if ways_back & {part.strip() for part in pressed.split(" / ")}:
        return in_languages(profile, language, lambda one: bot_text(one, ANNOUNCED, hours="…", date="…", time="…"))
    brand, no = profile.operator.brand, button_title(profile, language, NO_KEEP, NO)
    return in_languages(profile, language, lambda one: bot_text(one, CHALLENGE, brand=brand[one], no=no, hours=hours))
