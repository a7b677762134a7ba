"""What the menu answers. Pure; moments are in ms."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from chalicelib.contacts.change_transfer import TransferAnswer
from chalicelib.core.asks import ABROAD
from chalicelib.core.clock import SECOND
from chalicelib.core.ids import speak
from chalicelib.core.kept_for import WHILE_IT_LASTS
from chalicelib.core.texts import bot_msg, bot_text, catalogue, term_text
from chalicelib.core.transfer import BY_MESSAGE, GIVEN
from chalicelib.messages.notices import in_languages
from chalicelib.privacy.menu.buttons import TITLES
from chalicelib.privacy.texts.wording import local_date, local_time
from chalicelib.profile.model import Profile
from chalicelib.profile.policy_words import CATEGORIES
from chalicelib.tickets.model import State

CHOOSE_ITEM = bot_msg("Choose what you want to know or do. You can also simply write your question here.")
YOUR_REQUESTS = bot_msg("Your requests:")
NO_REQUESTS = bot_msg("You have no requests with us.")
EARLIER = bot_msg("Earlier ones are not listed here.")
OURS = bot_msg("No. {number}, opened {date}. We owe you an answer; your question came {since}.")
THEIRS = bot_msg("No. {number}, opened {date}. We have answered and wait for you.")
NOBODYS = bot_msg("No. {number}, opened {date}. No question of yours is without an answer.")
SOLVED = bot_msg("No. {number}, solved {date}.")
CLOSED = bot_msg("No. {number}, closed {date}.")
ABOUT_DATA = bot_msg("A request about your data is in work. Received: {date}. We will answer by: {deadline}.")
PERSON_TOLD = bot_msg(
    "Our colleagues see that you would like to speak to a person, and answer you here. Next working day: {date}."
)
CLOSED_NOW = bot_msg(
    "Your request is closed, as you wished. Number: {number}. If you write here within {days} days, it is open again."
)
NONE_OPEN = bot_msg("You have no open request.")
WHICH_LANGUAGE = bot_msg("In which language shall we write to you?")
LANGUAGE_CHOSEN = bot_msg("From now on we write to you in English.")
KEPT_OF_YOU = bot_msg("We keep about you:")
HOW_MUCH = bot_msg("Requests: {tickets}. Messages: {messages}.")
HELD_TOO = bot_msg("Messages that wait unread for your consent: {number}.")
TICKET_UNTIL = bot_msg("No. {number}: until {date}.")
TICKET_OPEN = bot_msg("No. {number}: while it is not closed, and {term} more. The day cannot be told yet.")
CONTACT_UNTIL = bot_msg("Your name and address: until {date}.")
CONTACT_OPEN = bot_msg("Your name and address: {term} after your last request is closed. The day cannot be told yet.")
TICKET_BY_AGREEMENT = bot_msg(
    "No. {number}: as long as your agreement with us, and {term} more. The day cannot be told yet."
)
CONTACT_BY_AGREEMENT = bot_msg(
    "Your name and address: as long as your agreement with us, and {term} more. The day cannot be told yet."
)
CONSENTED = bot_msg(
    "Your consent: {date}, version {version} of our policy. The record of it is kept for {term} after its end."
)
NO_CONSENT = bot_msg("No consent of yours is recorded.")
WHO_IS_ABROAD = bot_msg("Messages on this channel pass companies outside Kazakhstan: {abroad}.")
NOBODY_ABROAD = bot_msg("No company outside Kazakhstan carries the messages of this channel.")
# Art. 24(1)(5) of Law 94-V: a consent may be taken back in part.
WHAT_IT_IS = bot_msg(
    "Answers to what you ask come here in any case. By this consent we may also send you here what answers no question"
    " of yours. You can take it back, or give it later, at any time; it holds at once."
)
AGREED = bot_msg("You have agreed to this transfer: {date}.")
AGREED_BY_WRITING = bot_msg("You have agreed to this transfer by writing here. You can take this consent back.")
NOT_AGREED = bot_msg("You do not agree to this transfer: {date}. Only answers to what you ask come here.")
NEVER_ASKED = bot_msg("You have not agreed to this transfer. Only answers to what you ask come here.")
ANSWER_FIRST = bot_msg("Please answer first whether you agree that we process your data.")
NO_COPY_YET = bot_msg(
    "This menu cannot give you a copy of it yet: write here that you want one, and a colleague sees to it."
    " What we keep and why: {url}"
)
WRITE_WHAT_IS_WRONG = bot_msg("Write here what is wrong and what is right. We correct it by: {date}.")
NOTHING_KEPT = bot_msg("We keep nothing about you: you have not written to us here.")
PROVE_IT = bot_msg(
    "If you wrote to us from another address or in another application, ask for this from there: that shows that it"
    " was you. What else you can do: {url}"
)


class Kept(NamedTuple):
    """What is kept of a person. `tickets` are the newest, `more`: there are earlier ones; `messages` may be a number
    and "+". `categories` are ids of the profile's. `contact_until` is 0 while it cannot be told; `consent` is version
    of the policy and time, empty without one. `held` are messages that wait for a consent. `transfer` is what holds
    about the transfer abroad, `rule` how people consent to it on the channel, "" where there is none."""

    tickets: "Sequence[OwnTicket]"
    more: bool
    messages: str
    contact_until: int
    consent: tuple[str, int]
    categories: tuple[str, ...]
    held: int = 0
    transfer: TransferAnswer = TransferAnswer()
    rule: str = ""


class OwnTicket(NamedTuple):
    """A ticket as its customer is told of it. `question_at` is when their question came that has no answer yet, 0 for
    none; `expires_at` is the date of its destruction, 0 while it is not closed."""

    id: str
    number: str
    state: str
    created_at: int
    solved_at: int = 0
    closed_at: int = 0
    question_at: int = 0
    expires_at: int = 0

    @property
    def active(self) -> bool:
        """Whether it is neither solved nor closed."""
        return self.state not in (State.SOLVED, State.CLOSED)


def simple(profile: Profile, language: str, message: str, **places: Any) -> str:
    """Return one of these texts."""
    return in_languages(profile, language, lambda one: bot_text(one, message, **places))


def status(
    profile: Profile, language: str, tickets: Sequence[OwnTicket], about_data: tuple[int, int] | None, *, more: bool
) -> str:
    """Tell how the person's tickets stand, newest first, and when a request about their data was received and is
    answered. `more`: there are earlier ones."""

    def said(one: str) -> str:
        lines = [bot_text(one, YOUR_REQUESTS if tickets else NO_REQUESTS)]
        lines += [_ticket(one, ticket) for ticket in tickets]
        if more:
            lines.append(bot_text(one, EARLIER))
        if about_data:
            received, deadline = (local_date(one, at) for at in about_data)
            lines.append(bot_text(one, ABOUT_DATA, date=received, deadline=deadline))
        return "\n".join(lines)

    return in_languages(profile, language, said)


def _ticket(language: str, ticket: OwnTicket) -> str:
    number = speak(ticket.number)
    if ticket.state == State.CLOSED:
        return bot_text(language, CLOSED, number=number, date=local_date(language, ticket.closed_at))
    if ticket.state == State.SOLVED:
        return bot_text(language, SOLVED, number=number, date=local_date(language, ticket.solved_at))
    if ticket.question_at:
        since = f"{local_date(language, ticket.question_at)}, {local_time(ticket.question_at)}"
        return bot_text(language, OURS, number=number, date=local_date(language, ticket.created_at), since=since)
    words = THEIRS if ticket.state == State.PENDING else NOBODYS
    return bot_text(language, words, number=number, date=local_date(language, ticket.created_at))


def person_told(profile: Profile, language: str, working_day: int) -> str:
    """Tell that colleagues know that the person wants to speak to one, and when the next working day is."""
    return in_languages(profile, language, lambda one: bot_text(one, PERSON_TOLD, date=local_date(one, working_day)))


def data(profile: Profile, language: str, kept: Kept) -> str:
    """Tell what is kept of the person, how much, until when, and since which consent."""
    return in_languages(profile, language, lambda one: "\n".join(_data(profile, one, kept)))


def _data(profile: Profile, language: str, kept: Kept) -> Iterator[str]:
    name = catalogue("policy", language).gettext
    yield bot_text(language, KEPT_OF_YOU)
    yield from (f"– {name(CATEGORIES[one])}" for one in kept.categories)
    tickets = f"{len(kept.tickets)}{'+' if kept.more else ''}"
    yield bot_text(language, HOW_MUCH, tickets=tickets, messages=kept.messages)
    if kept.held:
        yield bot_text(language, HELD_TOO, number=kept.held)
    for ticket in kept.tickets:
        number = speak(ticket.number)
        if _known(ticket.expires_at):
            yield bot_text(language, TICKET_UNTIL, number=number, date=local_date(language, ticket.expires_at))
        else:
            words = TICKET_BY_AGREEMENT if profile.retention["ticket"].kept.agreement else TICKET_OPEN
            yield bot_text(language, words, number=number, term=_term(profile, language, "ticket"))
    if _known(kept.contact_until):
        yield bot_text(language, CONTACT_UNTIL, date=local_date(language, kept.contact_until))
    else:
        words = CONTACT_BY_AGREEMENT if profile.retention["contact"].kept.agreement else CONTACT_OPEN
        yield bot_text(language, words, term=_term(profile, language, "contact"))
    version, at = kept.consent
    if version:
        term = _term(profile, language, "consent")
        yield bot_text(language, CONSENTED, date=local_date(language, at), version=version, term=term)
        if kept.rule:
            yield f"{bot_text(language, TITLES[ABROAD])}: {_agreed(language, kept.rule, kept.transfer)}"
    else:
        yield bot_text(language, NO_CONSENT)
    yield bot_text(language, NO_COPY_YET, url=profile.policy.url)


def who_is_abroad(profile: Profile, language: str, channel: str) -> str:
    """Say who abroad carries the messages of a channel and what a consent to that means: the question, as a record of
    the answer keeps it."""
    names = ", ".join(f"{row.name} ({row.country})" for row in profile.abroad(channel))
    return in_languages(
        profile, language, lambda one: f"{bot_text(one, WHO_IS_ABROAD, abroad=names)} {bot_text(one, WHAT_IT_IS)}"
    )


def transfer(profile: Profile, language: str, channel: str, held: TransferAnswer) -> str:
    """Tell a person about the transfer abroad, and what holds for them."""
    rule = profile.transfer(channel)
    told = in_languages(profile, language, lambda one: _agreed(one, rule, held))
    return f"{told}\n\n{who_is_abroad(profile, language, channel)}"


def _agreed(language: str, rule: str, held: TransferAnswer) -> str:
    if not held.answer:
        return bot_text(language, AGREED_BY_WRITING if rule == BY_MESSAGE else NEVER_ASKED)
    date = local_date(language, held.at) if held.at else "–"
    return bot_text(language, AGREED if held.answer == GIVEN else NOT_AGREED, date=date)


def _known(until: int) -> bool:
    """Whether a date (ms) can be told."""
    return 0 < until < WHILE_IT_LASTS * SECOND


def _term(profile: Profile, language: str, retention: str) -> str:
    return term_text(language, profile.retention[retention].term, profile.retention[retention].unit)
