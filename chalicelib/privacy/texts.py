"""What a person is told about their request to be deleted: the texts of each step and the buttons under them.

Texts lie in the catalogue `bot`; while the language is not known they are said in the profile's first two. Intake
uses `erasing`, so this imports no more than texts.py does.
"""

import datetime
from collections.abc import Callable, Sequence

from chalicelib.core.asks import ASK_PAYLOAD, NO_PAYLOAD
from chalicelib.core.ids import grouped
from chalicelib.core.texts import KAZAKHSTAN, bot_msg, bot_text, catalogue, show_date
from chalicelib.messages.model import Button
from chalicelib.privacy.clauses import law_text
from chalicelib.privacy.model import LETTER_DAYS, Request
from chalicelib.profile.model import Profile

TITLE_LIMIT = 20
"""Characters of a button's title that every channel takes (WhatsApp takes the fewest)."""
WRITE_AGAIN = 15
"""Minutes after which a person whose data is being destroyed may write again: that takes seven, with two sweeps."""

ASKED = {
    "deletion": bot_msg("We have received your request to delete your personal data."),
    "withdrawal": bot_msg("We have received your withdrawal of consent to the processing of personal data."),
    "stop_processing": bot_msg("We have received your demand to stop the processing of your personal data."),
}
CHALLENGE = bot_msg(
    "If you confirm, {brand} will destroy all that we keep about you here: your messages and requests,"
    " your name and your contact details. This cannot be undone."
    " If it was not you, or you have changed your mind, press “{no}”: everything stays as it is."
    " Without your answer within {hours} h a colleague decides."
)
STOPPED = bot_msg("From now on we send you nothing but answers about this and to your questions.")
ALREADY_OPEN = bot_msg(
    "Your request is already in work, there is no need to send it again."
    " Received: {date}. We will answer by: {deadline}."
)
TOO_OFTEN = bot_msg(
    "You have opened {number} requests within a day and cancelled them, so this message opens none. Nothing is deleted."
    " You can ask again here from: {date}, {time} (Kazakhstan time); or write to us: {mail}."
)
ANNOUNCED = bot_msg(
    "Your request is confirmed. We begin to destroy your data when you have had {hours} h to think again after this"
    " message, not before: {date}, {time} (Kazakhstan time). Until then you can cancel the request."
)
LETTER = bot_msg("Received: {date}. We could not reach you where you wrote to us, so we write to you on paper.")
LETTER_BEGINS = bot_msg(
    "Your request is confirmed. We begin to destroy your data when {days} working days and {hours} h have passed since"
    " this letter was posted. Until then you can cancel the request: write to us where you wrote before, or to {mail}."
)
PROOF = bot_msg("When it is done you can check it by this number and secret code; the code works from then on.")
DEFAULTED = bot_msg(
    "Your request, received {date}, is not decided yet. Nothing was destroyed. We send you nothing but answers about it"
    " and to your questions. To have your data destroyed, press “{yes}”; to take the request back, press “{no}”."
)
UNPROVED = bot_msg(
    "A request about your data, received {date}, was not confirmed by you, so nothing was changed or destroyed. If it"
    " was you, press “{yes}”; if not, press “{no}”."
)
CANCELLED = bot_msg("The request is cancelled. Nothing was deleted, and we go on answering you here.")
REFUSED = {
    "deletion": bot_msg("We cannot fulfil your request to delete your data; nothing was destroyed."),
    "withdrawal": bot_msg("We cannot fulfil your withdrawal of consent; nothing was destroyed."),
    "stop_processing": bot_msg("We cannot stop the processing of your data; nothing was destroyed."),
}
GROUND = bot_msg("Ground: {ground} ({clause})")
LAW = (
    bot_msg("Law 94-V, article {article}"),
    bot_msg("Law 94-V, article {article}, part {part}"),
    bot_msg("Law 94-V, article {article}, part {part}, point {point}"),
)
GROUNDS = {
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
PORTAL = "https://eotinish.kz"
"""Where complaints to the state bodies of Kazakhstan are taken."""
ERASING = bot_msg(
    "As you asked, we are destroying your data right now. Nothing of this message was kept."
    " Please write again in {minutes} min."
)
ERASED = {
    "deletion": bot_msg("Done: your personal data is destroyed."),
    "withdrawal": bot_msg("Done: your consent has ended, and your personal data is destroyed."),
    "stop_processing": bot_msg("Done: the processing of your personal data has stopped, and the data is destroyed."),
}
CODE_SENT = bot_msg("You have the secret code from our message, or letter, of {date}.")
OPTED_OUT = bot_msg(
    "Done: you will get no more news, offers and surveys from us. We go on answering what you write to us here."
)
CERTIFICATE = bot_msg("Certificate: {certificate_id}")
SECRET = bot_msg("Secret code: {secret}")
CHECK = bot_msg("Check it here: {url}")
KEEP = bot_msg("Only you have the secret code: please keep this message.")
KEEP_LETTER = bot_msg("Only you have the secret code: please keep this letter.")
BACKUPS = bot_msg("The last backup copies expire: {date}. The certificate then gets its final entry.")
NEW_CUSTOMER = bot_msg("If you write here again, you will be a new customer to us.")

MEANT = bot_msg(
    "Did you mean a request about your personal data? If so, press what you want; if not, press “{no}”."
    " Our colleagues see your message in any case."
)
MEANT_TITLES = {
    "withdrawal": (bot_msg("Withdraw consent"), bot_msg("Withdraw")),
    "deletion": (bot_msg("Delete my data"), bot_msg("Delete")),
    "stop_processing": (bot_msg("Stop processing"), bot_msg("Stop")),
    "opt_out": (bot_msg("Send no news"), bot_msg("Do not send")),
}
"""Titles of the buttons under that question, by the kind of request; the short ones while the language is unknown."""

YES_DELETE = bot_msg("Yes, delete")
NO_KEEP = bot_msg("No, keep")
CANCEL_DELETION = bot_msg("Cancel deletion")
# Short ones, of which two languages fit on one button.
YES = bot_msg("Yes")
NO = bot_msg("No")
CANCEL = bot_msg("Cancel")


def challenge(profile: Profile, language: str, kind: str, hours: int, *, bound: bool) -> str:
    """Ask the person whether it was they who asked, and tell what will be destroyed. `kind` is the request's; from the
    `bound` account it has taken effect already."""
    brand, no = profile.operator.brand, _title(profile, language, NO_KEEP, NO)

    def said(one: str) -> str:
        stopped = [bot_text(one, STOPPED)] if bound else []
        asked = bot_text(one, CHALLENGE, brand=brand, no=no, hours=hours)
        return " ".join([bot_text(one, ASKED[kind]), *stopped, asked])

    return _lines(profile, language, said)


def challenge_buttons(profile: Profile, language: str, request_id: str) -> tuple[Button, ...]:
    """The two answers to the challenge."""
    return (
        Button(f"erase.confirm.{request_id}", _title(profile, language, YES_DELETE, YES)),
        Button(f"erase.cancel.{request_id}", _title(profile, language, NO_KEEP, NO)),
    )


def already_open(profile: Profile, language: str, received_at: int, deadline_at: int) -> str:
    """Tell when the request came that is open already, and by when it is answered. Times in ms."""
    return _lines(
        profile,
        language,
        lambda one: bot_text(one, ALREADY_OPEN, date=_date(one, received_at), deadline=_date(one, deadline_at)),
    )


def too_often(profile: Profile, language: str, number: int, again_at: int) -> str:
    """Tell that no request is opened now, from when on (ms) one is, and the other way to ask."""
    time, mail = f"{_local(again_at):%H:%M}", profile.contact_mail

    def said(one: str) -> str:
        return bot_text(one, TOO_OFTEN, number=number, date=_date(one, again_at), time=time, mail=mail)

    return _lines(profile, language, said)


def announced(
    profile: Profile, language: str, begins: int, hours: int, certificate_id: str, secret: str, url: str
) -> str:
    """Tell that the destruction begins `hours` after this arrives, not before `begins` (ms), how to stop it, and by
    what it can be checked afterwards."""
    time = f"{_local(begins):%H:%M}"

    def said(one: str) -> str:
        begin = bot_text(one, ANNOUNCED, hours=hours, date=_date(one, begins), time=time)
        return "\n".join((begin, "", bot_text(one, PROOF), *_proof(one, certificate_id, secret, url)))

    return _lines(profile, language, said)


def letter(profile: Profile, language: str, request: Request, hours: int, secret: str, url: str) -> str:
    """Tell the same on paper, in one language, where nothing else reaches the person."""
    mail, date = profile.contact_mail, _date(language, request.received_at)
    asked = f"{bot_text(language, ASKED[request.kind])} {bot_text(language, LETTER, date=date)}"
    begins = bot_text(language, LETTER_BEGINS, days=LETTER_DAYS, hours=hours, mail=mail)
    proof = _proof(language, grouped(request.certificate_id, 5, "-"), secret, url, KEEP_LETTER)
    return "\n".join((asked, "", begins, "", bot_text(language, PROOF), *proof))


def defaulted(profile: Profile, language: str, received_at: int, *, bound: bool) -> str:
    """Tell, before the law's limit, how a request stands that nobody has decided: what came from the `bound` account
    holds, anything else has changed nothing. Time in ms."""
    yes, no = _title(profile, language, YES_DELETE, YES), _title(profile, language, NO_KEEP, NO)
    text = DEFAULTED if bound else UNPROVED
    return _lines(profile, language, lambda one: bot_text(one, text, date=_date(one, received_at), yes=yes, no=no))


def meant(profile: Profile, language: str) -> str:
    """Ask whether a message was a request about the person's data."""
    no = _title(profile, language, NO, NO)
    return _lines(profile, language, lambda one: bot_text(one, MEANT, no=no))


def meant_buttons(profile: Profile, language: str, kinds: Sequence[str], at: int) -> tuple[Button, ...]:
    """The answers to that: the kinds of request that the message of `at` (ms) may have asked for, and no."""
    offered = [one for one in kinds if one in MEANT_TITLES]
    return (
        *(Button(f"{ASK_PAYLOAD}.{one}.{at:013d}", _title(profile, language, *MEANT_TITLES[one])) for one in offered),
        Button(NO_PAYLOAD, _title(profile, language, NO, NO)),
    )


def grace_buttons(profile: Profile, language: str, request_id: str) -> tuple[Button, ...]:
    """The way back, while there is one."""
    return (Button(f"erase.cancel.{request_id}", _title(profile, language, CANCEL_DELETION, CANCEL)),)


def question(profile: Profile, language: str, pressed: str, hours: int) -> str:
    """Return what stood above a button that was `pressed`, by its title; what differs from request to request is left
    out. For colleagues, who see the press and not the desk's own message."""
    ways_back = {bot_text(one, title) for one in profile.languages for title in (CANCEL_DELETION, CANCEL)}
    if ways_back & {part.strip() for part in pressed.split(" / ")}:
        return _lines(profile, language, lambda one: bot_text(one, ANNOUNCED, hours="…", date="…", time="…"))
    brand, no = profile.operator.brand, _title(profile, language, NO_KEEP, NO)
    return _lines(profile, language, lambda one: bot_text(one, CHALLENGE, brand=brand, no=no, hours=hours))


def cancelled(profile: Profile, language: str) -> str:
    """Tell that nothing is deleted, as the person wished."""
    return _lines(profile, language, lambda one: bot_text(one, CANCELLED))


def refused(profile: Profile, language: str, kind: str, ground: str = "", reason: str = "") -> str:
    """Tell that nothing is destroyed, on which of the profile's grounds, why, what ends all the same, and what the
    person can do about it. `reason` is in a colleague's words."""

    def said(one: str) -> str:
        row = profile.refusals.get(ground)
        title = bot_text(one, GROUNDS[ground]) if row else ""
        why = [bot_text(one, GROUND, ground=title, clause=_clause(one, row.clause))] if row else []
        why += [bot_text(one, REASON, reason=reason)] if reason else []
        appeal = bot_text(one, APPEAL, mail=profile.contact_mail, portal=PORTAL)
        return "\n".join([bot_text(one, REFUSED[kind]), *why, bot_text(one, NO_NEWS), appeal])

    return _lines(profile, language, said)


def _clause(language: str, clause: str) -> str:
    """Return where a ground of the profile comes from in the language's own way; what is no article of the law stands
    as it is."""
    return law_text(clause, LAW, lambda text: catalogue("bot", language).gettext(text)) or clause


def erasing(profile: Profile, language: str) -> str:
    """The one answer to what a person writes while their data is being destroyed."""
    return _lines(profile, language, lambda one: bot_text(one, ERASING, minutes=WRITE_AGAIN))


def erased(
    profile: Profile,
    language: str,
    kind: str,
    certificate_id: str,
    secret: str,
    url: str,
    backups_until: int,
    told: int,
) -> str:
    """Tell that it is done, how anybody who has the secret can check it, and what still comes by `backups_until` (ms).
    `secret` is empty when the person was `told` it before (ms)."""

    def said(one: str) -> str:
        proof = _proof(one, certificate_id, secret, url)
        proof += () if secret else (bot_text(one, CODE_SENT, date=_date(one, told)),)
        after = (bot_text(one, BACKUPS, date=_date(one, backups_until)), bot_text(one, NEW_CUSTOMER))
        return "\n".join((bot_text(one, ERASED[kind]), "", *proof, "", *after))

    return _lines(profile, language, said)


def opted_out(profile: Profile, language: str, certificate_id: str, secret: str, url: str) -> str:
    """Tell that news and offers have ended, and how anybody who has this message can check it."""

    def said(one: str) -> str:
        return "\n".join((bot_text(one, OPTED_OUT), "", *_proof(one, certificate_id, secret, url)))

    return _lines(profile, language, said)


def _proof(language: str, certificate_id: str, secret: str, url: str, kept: str = KEEP) -> tuple[str, ...]:
    """By what a certificate is checked; without its secret, where."""
    code = (bot_text(language, SECRET, secret=show_secret(secret)),) if secret else ()
    keep = (bot_text(language, kept),) if secret else ()
    number = bot_text(language, CERTIFICATE, certificate_id=certificate_id)
    return (number, *code, bot_text(language, CHECK, url=url), *keep)


def show_secret(secret: str) -> str:
    """Return a certificate's secret in groups, as a person reads it from one screen and types it on another."""
    return grouped(secret, 4, "-")


def _languages(profile: Profile, language: str) -> tuple[str, ...]:
    return (language,) if language else profile.languages[:2]


def _lines(profile: Profile, language: str, said: Callable[[str], str]) -> str:
    return "\n\n".join(said(one) for one in _languages(profile, language))


def _title(profile: Profile, language: str, title: str, short: str) -> str:
    """A button's title; while the language is not known, the short form in each language."""
    if language:
        return bot_text(language, title)
    return " / ".join(bot_text(one, short) for one in _languages(profile, language))


def _local(at: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(at / 1000, KAZAKHSTAN)


def _date(language: str, at: int) -> str:
    return show_date(language, _local(at).date())
