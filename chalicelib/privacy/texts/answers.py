"""The answers that a person gets about a request: that it is open, undecided, cancelled, refused or done."""

from chalicelib.core.law_citation import cite
from chalicelib.core.texts import bot_msg, bot_text, catalogue
from chalicelib.messages.notices import in_languages
from chalicelib.privacy.kinds.contract import Default, Kind
from chalicelib.privacy.texts.buttons import NO, NO_KEEP, YES, YES_DELETE
from chalicelib.privacy.texts.retained import Lines, nothing
from chalicelib.privacy.texts.wording import button_title, certificate_lines, local_date, local_time
from chalicelib.profile.model import Profile

ALREADY_OPEN = bot_msg(
    "Your request is already in work, there is no need to send it again."
    " Received: {date}. We will answer by: {deadline}."
)
TOO_OFTEN = bot_msg(
    "You have opened {number} requests within a day and cancelled them, so this message opens none. Nothing is deleted."
    " You can ask again here from: {date}, {time} (Kazakhstan time); or write to us: {mail}."
)
CANCELLED = bot_msg("The request is cancelled. Nothing was deleted, and we go on answering you here.")
GROUND = bot_msg("Ground: {ground} ({clause})")
REFUSAL_GROUNDS = {
    "obligation": bot_msg("an obligation between you and us is not performed yet"),
    "law": bot_msg("a law obliges us to keep the data"),
    "not_proved": bot_msg("it was not proved that the request came from you"),
}
REASON = bot_msg("Reason: {reason}")
NO_NEWS = bot_msg("You will get no news and offers from us all the same.")
APPEAL = bot_msg(
    "If you do not agree, write to us: {mail}. You may also complain to the authorised body for the protection of"
    " personal data, through the portal {portal}, or to a court."
)
CODE_SENT = bot_msg("You have the secret code from our message, or letter, of {date}.")
BACKUPS = bot_msg("The last backup copies expire: {date}. The certificate then gets its final entry.")
NEW_CUSTOMER = bot_msg("If you write here again, you will be a new customer to us.")


def already_open(profile: Profile, language: str, received_at: int, deadline_at: int) -> str:
    """Tell that a request is open already: when it was received and by when it is answered (ms)."""
    return in_languages(
        profile,
        language,
        lambda one: bot_text(
            one, ALREADY_OPEN, date=local_date(one, received_at), deadline=local_date(one, deadline_at)
        ),
    )


def too_often(profile: Profile, language: str, number: int, again_at: int) -> str:
    """Tell that no request is opened now, from when on (ms) the person can open one, and how else they can ask."""
    time, mail = local_time(again_at), profile.contact_point

    def said(one: str) -> str:
        return bot_text(one, TOO_OFTEN, number=number, date=local_date(one, again_at), time=time, mail=mail)

    return in_languages(profile, language, said)


def defaulted(profile: Profile, language: str, default: Default, received_at: int, *, bound: bool) -> str:
    """Tell near the law's limit that nobody has decided yet. A request from the `bound` account has stopped outreach;
    another one has changed nothing. Time in ms."""
    yes, no = button_title(profile, language, YES_DELETE, YES), button_title(profile, language, NO_KEEP, NO)
    text = default.bound if bound else default.unproved
    return in_languages(
        profile, language, lambda one: bot_text(one, text, date=local_date(one, received_at), yes=yes, no=no)
    )


def cancelled(profile: Profile, language: str) -> str:
    """Tell that the request is cancelled and nothing was deleted."""
    return in_languages(profile, language, lambda one: bot_text(one, CANCELLED))


def refused(profile: Profile, language: str, kind: Kind, ground: str = "", reason: str = "") -> str:
    """Tell that nothing is destroyed, on which of the profile's grounds, why, that news end all the same, and how to
    appeal. `reason` is in the words of staff."""

    def said(one: str) -> str:
        row = profile.refusals.get(ground)
        why = [_ground(one, ground, row.clause)] if row else []
        why += [bot_text(one, REASON, reason=reason)] if reason else []
        appeal = bot_text(one, APPEAL, mail=profile.contact_point, portal=profile.authority.url)
        return "\n".join([bot_text(one, kind.refused), *why, bot_text(one, NO_NEWS), appeal])

    return in_languages(profile, language, said)


def _ground(language: str, ground: str, clause: str) -> str:
    cited = cite(clause, catalogue("bot", language).gettext)
    return bot_text(language, GROUND, ground=bot_text(language, REFUSAL_GROUNDS[ground]), clause=cited)


def erased(
    profile: Profile,
    language: str,
    kind: Kind,
    certificate_id: str,
    secret: str,
    url: str,
    backups_until: int,
    told: int,
    kept: Lines = nothing,
) -> str:
    """Tell that the data is destroyed, how to check that, and until when backups last (`backups_until`, ms).

    `secret` is empty when the person was `told` it before (ms); `kept` returns what the company keeps all the same.
    """

    def said(one: str) -> str:
        proof = certificate_lines(one, certificate_id, secret, url)
        proof += () if secret else (bot_text(one, CODE_SENT, date=local_date(one, told)),)
        after = (bot_text(one, BACKUPS, date=local_date(one, backups_until)), bot_text(one, NEW_CUSTOMER))
        return "\n".join((bot_text(one, kind.done), *kept(one), "", *proof, "", *after))

    return in_languages(profile, language, said)


def answered(profile: Profile, language: str, kind: Kind, certificate_id: str, secret: str, url: str) -> str:
    """Tell the answer of a kind that destroys nothing, and how to check it if it has a certificate."""

    def said(one: str) -> str:
        proof = ("", *certificate_lines(one, certificate_id, secret, url)) if kind.certificate else ()
        return "\n".join((bot_text(one, kind.done), *proof))

    return in_languages(profile, language, said)
