"""Presents the clocks of a request about data: what remains until the limit, what was kept and what was missed."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.core.working_days import working_days_between
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.lateness import missed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import destroys
from chalicelib.privacy.requests.vocabulary import ENDINGS, OVER, RequestState, Step
from chalicelib.privacy.requests.waiting_times import DELIVER_WITHIN, Wait, backups_gone_at
from chalicelib.privacy.telling.statuses import MessageStatus
from chalicelib.profile.model import Deadline
from chalicelib.web.dashboard.request_presenter.facts import RequestFacts
from chalicelib.web.labels import clause_words


@dataclass(frozen=True)
class Clock:
    """One of the four clocks of a request. A clock with a bar has `used` of `total` working days.

    `tone` is soon or late, empty when nothing is urgent.
    """

    title: str
    value: str
    note: str
    tone: str = ""
    used: int = 0
    total: int = 0


@dataclass(frozen=True)
class RequestClocks(RequestFacts):
    """Says the times of a request in one language."""

    def left(self, one: Request) -> tuple[str, str]:
        """Return what the list says about the limit, and its tone: soon, late or empty."""
        say, now = self.words.say, self.words.now
        ended = self._ended(one)
        if ended:
            return self.words.date(ended), ""
        if one.done(Step.KEY_DESTROYED):
            in_time = one.at(Step.KEY_DESTROYED) <= one.deadline_at
            return (say("destroyed in time"), "") if in_time else (say("destroyed too late"), "late")
        if now > one.deadline_at:
            if not missed(one, now):
                return say("stopped and answered in time"), "soon"
            days = working_days_between(one.deadline_at, now)
            return say("over, working days: {days}").format(days=days), "late"
        days = working_days_between(now, one.deadline_at)
        return say("working days left: {days}").format(days=days), "soon" if now > one.alarm_at else ""

    def limit(self, one: Request) -> str:
        """Return the second line of the limit in the list: the limit's day, or that of the completion certificate."""
        if self._ended(one):
            return ""
        if not one.done(Step.KEY_DESTROYED):
            return self.words.date(one.deadline_at)
        return self.words.say("final {date}").format(date=self.words.date(self.final_at(one)))

    def _ended(self, one: Request) -> int:
        """Return when nothing was left to do but the last answer (ms); 0 while something is."""
        return one.over_at if one.state in OVER else max(one.at(step) for step in ENDINGS)

    def final_at(self, one: Request) -> int:
        """Return when the completion certificate was or can be signed (ms): when the last backup has expired."""
        closed = one.at(Step.MAILBOX_DESTROYED) or (one.at(Step.ABSENT) or one.at(Step.KEY_DESTROYED)) + DELIVER_WITHIN
        return one.at(Step.COMPLETED) or backups_gone_at(closed)

    def clocks(self, one: Request, sent: Sequence[MessageStatus] = ()) -> list[Clock]:
        """Return the four clocks. Before the destruction they say what remains, after it which limits were kept. `sent`
        is the message of the last answer, as long as that exists."""
        say = self.words.say
        at = self.words.date(one.received_at) if one.received_on else self.full_moment(one.received_at)
        received = Clock(say("Received"), at, self.source(one))
        if not destroys(one):
            return [received, *self._answered(one, sent)]
        return [received, *(self._after(one) if one.done(Step.KEY_DESTROYED) else self._before(one, sent))]

    def _answered(self, one: Request, sent: Sequence[MessageStatus]) -> list[Clock]:
        """Return when what the person asked for was done, when they had the answer, and the law's limit for both."""
        say, term, (title, goes_on) = self.words.say, self._limit(one), self.effect(one)
        ended, arrived = one.at(Step.OPTED_OUT), self.arrived(one, sent)
        text, tone = ("", "") if one.state in OVER else self.left(one)
        used = min(term.term, working_days_between(one.received_at, one.over_at or self.words.now))
        told = self.full_moment(one.at(Step.NOTIFIED)) if arrived else "–"
        return [
            *([Clock(title, self.full_moment(ended), goes_on)] if title else []),
            Clock(say("Answered"), told, "" if arrived else self.last_answer(one, sent)),
            Clock(self._law(one), self.words.date(one.deadline_at), text, tone, used, term.term),
        ]

    def _limit(self, one: Request) -> Deadline:
        """Return the law's limit for requests of this kind."""
        return self.terms[kind_of(one.kind).limit]

    def _law(self, one: Request) -> str:
        """Return the title of the law's limit, with the clause from which it comes."""
        say, term = self.words.say, self._limit(one)
        return say("Legal limit: {source}").format(source=clause_words(term.source, say))

    def _before(self, one: Request, sent: Sequence[MessageStatus]) -> list[Clock]:
        """Return the clocks of a request whose destruction has not come, or will not come."""
        say, now, term = self.words.say, self.words.now, self._limit(one)
        if self.ended(one):
            ended = one.over_at or max(one.at(step) for step in ENDINGS)
            used = working_days_between(one.received_at, ended)
            note = say("answered after working days: {used} of {total}").format(used=used, total=term.term)
            if not (one.done(Step.CANCELLED) or self.arrived(one, sent)):
                note = self.last_answer(one, sent)
            return [Clock(say("Ended"), self.full_moment(ended), note, "", used, term.term)]
        verified = one.at(Step.VERIFIED)
        waits = self.words.left(one.due_at) if one.waits == Wait.IDENTITY else say("two privacy officers decide")
        identity = Clock(
            say("Identity"),
            self.full_moment(verified) if verified else say("not proved yet"),
            self.identity(one) if verified else waits,
            "" if verified or one.state != RequestState.DECIDING else "soon",
        )
        own = say("working days after identity: {days}").format(days=self.terms[kind_of(one.kind).target].term)
        late = bool(one.target_at) and now > one.target_at
        target = Clock(
            say("Our target"), self.full_moment(one.target_at) if one.target_at else "–", own, "late" if late else ""
        )
        used = min(term.term, working_days_between(one.received_at, now))
        text, tone = self.left(one)
        return [identity, target, Clock(self._law(one), self.words.date(one.deadline_at), text, tone, used, term.term)]

    def _after(self, one: Request) -> list[Clock]:
        """Return the clocks of a request whose key is destroyed."""
        say, total = self.words.say, self._limit(one).term
        destroyed, absent = one.at(Step.KEY_DESTROYED), one.at(Step.ABSENT)
        used = working_days_between(one.received_at, destroyed)
        tone = "late" if destroyed > one.deadline_at else ""
        note = say("working days after receipt: {used} of {total}").format(used=used, total=total)
        checked = say("zero left in {number} stores").format(number=len(one.counts)) if absent else say("not yet")
        final = say("Complete") if one.done(Step.COMPLETED) else say("when the last backup has expired")
        return [
            Clock(say("Destroyed"), self.full_moment(destroyed), note, tone, min(used, total), total),
            Clock(say("Absence proved"), self.full_moment(absent) if absent else "–", checked),
            Clock(say("Final certificate"), self.words.date(self.final_at(one)), final),
        ]
