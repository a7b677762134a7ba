"""The announcement, as a message or a letter: when the destruction begins, how to stop it, how to check it later."""

from chalicelib.core.ids import grouped
from chalicelib.core.texts import bot_msg, bot_text
from chalicelib.messages.notices import in_languages
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waiting_times import LETTER_DAYS
from chalicelib.privacy.texts.retained import Lines, nothing, retained_lines
from chalicelib.privacy.texts.wording import certificate_lines, local_date, local_time
from chalicelib.profile.model import Profile

ANNOUNCED = bot_msg(
    "Your request is confirmed. We begin to destroy your data when you have had {hours} h to think again after this"
    " message, not before: {date}, {time} (Kazakhstan time). Until then you can cancel the request."
)
PROOF = bot_msg("When it is done you can check it by this number and secret code; the code works from then on.")
LETTER = bot_msg("Received: {date}. We could not reach you where you wrote to us, so we write to you on paper.")
LETTER_BEGINS = bot_msg(
    "Your request is confirmed. We begin to destroy your data when {days} working days and {hours} h have passed since"
    " this letter was posted. Until then you can cancel the request: write to us where you wrote before, or to {mail}."
)
KEEP_LETTER = bot_msg("Only you have the secret code: please keep this letter.")


def announced(
    profile: Profile,
    language: str,
    begins: int,
    hours: int,
    certificate_id: str,
    secret: str,
    url: str,
    kept: Lines = nothing,
) -> str:
    """Tell that the destruction begins `hours` after this message arrives, not before `begins` (ms), how to stop it,
    what the company keeps all the same (`kept`), and by what it can be checked afterwards."""
    time = local_time(begins)

    def said(one: str) -> str:
        begin = bot_text(one, ANNOUNCED, hours=hours, date=local_date(one, begins), time=time)
        return "\n".join(
            (begin, *kept(one), "", bot_text(one, PROOF), *certificate_lines(one, certificate_id, secret, url))
        )

    return in_languages(profile, language, said)


def letter(profile: Profile, language: str, request: Request, hours: int, secret: str, url: str) -> str:
    """Return the announcement for paper, in one language: for a person whom no message reaches."""
    mail, date = profile.contact_point, local_date(language, request.received_at)
    asked = f"{bot_text(language, kind_of(request.kind).received)} {bot_text(language, LETTER, date=date)}"
    begins = bot_text(language, LETTER_BEGINS, days=LETTER_DAYS, hours=hours, mail=mail)
    proof = certificate_lines(language, grouped(request.certificate_id, 5, "-"), secret, url, KEEP_LETTER)
    kept = retained_lines(request, language)
    return "\n".join((asked, "", begins, *kept, "", bot_text(language, PROOF), *proof))
