"""Presents the facts of a request about data: kind, state, who asked, who decided, what became of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.core.ids import grouped
from chalicelib.core.texts import catalogue, desk_msg
from chalicelib.core.working_days import day_start
from chalicelib.privacy.erasure_pause import Pause
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.lateness import missed
from chalicelib.privacy.requests.model import Proposal, Request
from chalicelib.privacy.requests.progress import checked_by, destroys, letter_by, shown_state
from chalicelib.privacy.requests.vocabulary import ENDINGS, NOT_ARRIVED, RequestState, Step, proof_of_telling
from chalicelib.privacy.telling.statuses import MessageStatus
from chalicelib.profile.model import Deadline
from chalicelib.profile.policy_words import CATEGORIES
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.dashboard.request_presenter.labels import (
    ANSWERED,
    CHECKS,
    IDENTITIES,
    MISSED,
    PROPOSED,
    REFUSAL_GROUNDS,
    SOURCES,
    STATE_ICONS,
    STATE_TONES,
    STATES,
    TOLD_BY,
)
from chalicelib.web.labels import RETAINED_ON, label
from chalicelib.web.public.certificate_words import STORE_NAMES


@dataclass(frozen=True)
class RequestFacts:
    """Says the facts of a request in one language. `terms` are the profile's deadlines by name."""

    words: Words
    terms: Mapping[str, Deadline]

    def kind(self, one: Request) -> str:
        """Return the name of the request's kind."""
        return self.words.say(kind_of(one.kind).name)

    def effect(self, one: Request) -> tuple[str, str]:
        """Return what was done by opening the request and what goes on all the same, of a kind that is answered at
        once; empty for the others."""
        done, goes_on = kind_of(one.kind).effect
        return (self.words.say(done), self.words.say(goes_on)) if done and one.done(Step.OPTED_OUT) else ("", "")

    def certificate(self, one: Request) -> str:
        """Return the heading of its certificate."""
        shown = kind_of(one.kind).certificate
        return self.words.say(shown.card) if shown else ""

    def destroys(self, one: Request) -> bool:
        """Whether it ends in the destruction of the person's data."""
        return destroys(one)

    def ended_consent(self, one: Request) -> bool:
        """Whether the person's own notice has ended their consent."""
        return kind_of(one.kind).ends_consent and one.source != "staff"

    def state(self, one: Request) -> str:
        """Return the name of its state."""
        shown = shown_state(one)
        if shown == RequestState.DESTROYING and one.done(Step.ABSENT):
            return self.words.say("Destroyed, the answer goes out")
        return label(self.words.say, STATES, shown)

    def icon(self, one: Request) -> str:
        """Return the name of the icon of its state (static/icons.svg)."""
        return STATE_ICONS.get(shown_state(one), "clock")

    def tone(self, one: Request) -> str:
        """Return the CSS class of its state: soon, late, on; empty for none."""
        return STATE_TONES.get(shown_state(one), "")

    def number(self, request_id: str) -> str:
        """Return an id in groups of five, as people read it aloud."""
        return grouped(request_id, 5, "-")

    def source(self, one: Request) -> str:
        """Return how the request came, with the staff member who entered it."""
        return label(self.words.say, SOURCES, one.source, name=self.words.staff_name(one.created_by))

    def identity(self, one: Request) -> str:
        """Return who made sure that the person asked."""
        return label(self.words.say, IDENTITIES, one.identity, name=self.words.staff_name(checked_by(one)))

    def told(self, one: Request) -> str:
        """Return when the person was told of the destruction, and what proves it; empty while nothing does."""
        posted = self.words.date(day_start(one.posted_on)) if one.posted_on else ""
        names = ", ".join(map(self.words.staff_name, letter_by(one)))
        by = label(self.words.say, TOLD_BY, one.told_by, date=posted, colleagues=names)
        return f"{self.moment(one.at(Step.TOLD))}: {by}" if one.done(Step.TOLD) else ""

    def announced(self, one: Request, message: MessageStatus) -> str:
        """Return when one announcement was sent and what became of it."""
        why = self.words.reason(one.channel, message.failure) if message.failure else ""
        return ". ".join(filter(None, [f"{self.moment(message.at)}: {self.words.status(message.status)}", why]))

    def proposed(self, one: Proposal) -> str:
        """Return in one line what a privacy officer proposes."""
        what = label(self.words.say, PROPOSED, one.what)
        if one.what in ("cancel", "open"):
            return what
        details = {
            "erase": label(self.words.say, CHECKS, one.check),
            "refuse": label(self.words.say, REFUSAL_GROUNDS, one.ground),
            "letter": self.words.date(day_start(one.posted_on)) if one.posted_on else "",
            "retain": self.retained(one.ground, one.until, one.categories) if one.until else "",
        }[one.what]
        return f"{what}: {details}"

    def retained(self, ground: str, until: str, categories: Sequence[str] = ()) -> str:
        """Return on which ground and until which day something is kept, and what of it the desk keeps."""
        day = self.words.say("until {date}").format(date=self.words.date(day_start(until)))
        said = f"{label(self.words.say, RETAINED_ON, ground)}, {day}"
        return f"{said}: {self.categories(categories)}" if categories else said

    def categories(self, categories: Sequence[str]) -> str:
        """Return the names of categories of data, as the policy has them."""
        name = catalogue("policy", self.words.language).gettext
        return ", ".join(name(CATEGORIES.get(one, one)) for one in categories)

    def checked(self, one: Request) -> str:
        """Return how staff checked the person's identity; empty when the person confirmed it in the chat."""
        return label(self.words.say, CHECKS, one.check) if one.check else ""

    def written(self, one: Request) -> str:
        """Return the heading of what an officer wrote: what was seen of the person's identity, or the reason."""
        what = one.proposal.what if one.proposal else ""
        seen = what == "erase" or (what != "refuse" and one.check and not one.ground)
        return self.words.say("What was seen") if seen else self.words.say("Reason")

    def ground(self, one: Request) -> str:
        """Return the ground of the refusal; empty when the request was not refused."""
        return label(self.words.say, REFUSAL_GROUNDS, one.ground) if one.ground else ""

    def answer(self, one: Request) -> str:
        """Return whether the last answer arrived; empty before the reply mailbox is destroyed."""
        return label(self.words.say, ANSWERED, one.answered) if one.answered else ""

    def ended(self, one: Request) -> bool:
        """Whether the request came to nothing: it was cancelled or refused."""
        return any(one.done(step) for step in ENDINGS)

    def arrived(self, one: Request, sent: Sequence[MessageStatus]) -> bool:
        """Whether something proves that the last answer arrived. `sent` is its message, as long as that exists."""
        if one.done(Step.MAILBOX_DESTROYED):
            return one.answered not in ("", NOT_ARRIVED)
        return bool(sent) and proof_of_telling(one.channel, sent[0].status) is not None

    def last_answer(self, one: Request, sent: Sequence[MessageStatus]) -> str:
        """Return what became of the last answer. A refusal that did not arrive has to be told in another way; whose
        data is destroyed was told before."""
        say = self.words.say
        if one.done(Step.REFUSED) and one.answered == NOT_ARRIVED:
            return say("did not arrive: tell the person in another way")
        if sent and not one.done(Step.MAILBOX_DESTROYED):
            return self.announced(one, sent[0])
        if one.done(Step.MAILBOX_DESTROYED) or one.done(Step.NOTIFIED):
            return self.answer(one) or say("it was not recorded whether it arrived")
        return say("nobody was left to be told") if one.over_at else say("not sent yet")

    def default(self, one: Request) -> str:
        """Return what became of the answer that goes out by itself when nobody has decided before the limit.

        Empty while it has not gone out. When nothing proves that it arrived, the text says what staff must do.
        """
        if not one.done(Step.DEFAULTED):
            return ""
        arrived = desk_msg("arrived") if one.done(Step.DEFAULT_ARRIVED) else ""
        unproved = desk_msg("no proof yet that it arrived: tell the person in another way")
        return f"{self.moment(one.at(Step.DEFAULTED))}: {self.words.say(arrived or unproved)}"

    def breach(self, one: Request) -> str:
        """Return what was not done when the law's limit passed (94-V, art. 8(7)); empty when nothing was missed."""
        found = [label(self.words.say, MISSED, each) for each in missed(one, self.words.now)]
        if not found:
            return ""
        told = self.words.say("The limit of art. 8(7) passed on {date}, and {missed}. This is a breach.")
        said = told.format(date=self.words.date(one.deadline_at), missed="; ".join(found))
        todo = self.words.say("Decide now, and tell the person in another way.")
        return f"{said} {todo}" if one.state == RequestState.DECIDING else said

    def store(self, store: str) -> str:
        """Return the name of a store of the certificate's counts."""
        return label(self.words.say, STORE_NAMES, store)

    def paused(self, hold: Pause) -> str:
        """Return since when destructions are paused, and by whom."""
        since = self.moment(hold.at)
        if not hold.by:
            return self.words.say("Destructions are held since {time}, by on-call.").format(time=since)
        name = self.words.staff_name(hold.by)
        return self.words.say("Destructions are held since {time}, by: {name}.").format(time=since, name=name)

    def moment(self, at: int) -> str:
        """Return day and time for use within a sentence; today's moments have the time alone."""
        short, time = self.words.short(at), self.words.time(at)
        return time if short == time else f"{short}, {time}"

    def full_moment(self, at: int) -> str:
        """Return day and time for use on their own."""
        return f"{self.words.day(at)}, {self.words.time(at)}"
