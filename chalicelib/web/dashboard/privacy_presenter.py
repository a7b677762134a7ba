"""Words for requests about data: states, clocks, steps, what failed and what to do. No HTML here."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.clock import DAY
from chalicelib.core.ids import grouped
from chalicelib.core.working_days import day_start, working_days_between
from chalicelib.privacy.erasure_pause import Pause
from chalicelib.privacy.requests.kinds import (
    ENDINGS,
    OPT_OUT,
    OVER,
    RequestState,
    Step,
)
from chalicelib.privacy.requests.limits import missed
from chalicelib.privacy.requests.model import Proposal, Request
from chalicelib.privacy.requests.progress import (
    checked_by,
    letter_by,
    next_step,
    pauses_outreach,
    shown_state,
    stoppable,
)
from chalicelib.privacy.requests.waits import (
    BACKUP_DAYS,
    DELIVER_WITHIN,
    RETRY_AFTER,
    Wait,
)
from chalicelib.privacy.telling.statuses import MessageStatus
from chalicelib.profile.model import Deadline
from chalicelib.web.clause_words import clause_words
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.labels import desk_msg, label
from chalicelib.web.public.certificate_words import STORES

KINDS: Mapping[str, str] = {
    "withdrawal": desk_msg("Withdrawal of consent"),
    "deletion": desk_msg("Deletion of personal data"),
    "stop_processing": desk_msg("Stop of processing"),
    "opt_out": desk_msg("Opt-out of news and offers"),
}
STATES: Mapping[str, str] = {
    "received": desk_msg("Received"),
    "verifying": desk_msg("Waits for the person's confirmation"),
    "deciding": desk_msg("Needs your decision"),
    "telling": desk_msg("The person is being told"),
    "grace": desk_msg("Time to think again"),
    "destroying": desk_msg("Data is being destroyed"),
    "waiting_for_backups": desk_msg("Waits for backups"),
    "complete": desk_msg("Complete"),
    "answered": desk_msg("Answered"),
    "refused": desk_msg("Refused"),
    "cancelled": desk_msg("Cancelled by the person"),
    "escalated": desk_msg("Stopped by a failure"),
}
STATE_ICONS: Mapping[str, str] = {
    "received": "clock", "verifying": "key", "deciding": "edit", "telling": "clock", "grace": "clock",
    "destroying": "erase",
    "waiting_for_backups": "pause", "complete": "solved", "answered": "solved", "refused": "ban",
    "cancelled": "close", "escalated": "alert",
}  # fmt: skip
STATE_TONES: Mapping[str, str] = {"deciding": "soon", "escalated": "late", "waiting_for_backups": "on"}
SOURCES: Mapping[str, str] = {
    "bot": desk_msg("asked in the chat"),
    "message": desk_msg("a message in the chat, recognised by: {name}"),
    "staff": desk_msg("entered by: {name}"),
}
IDENTITIES: Mapping[str, str] = {
    "second_press": desk_msg("confirmed in the bound chat"),
    "staff": desk_msg("checked by: {name}"),
}
CHECKS: Mapping[str, str] = {
    "chat_code": desk_msg("a code sent to the bound chat and read back"),
    "signature": desk_msg("an electronic signature"),
    "in_person": desk_msg("in person: a document was seen"),
    "notary": desk_msg("a notarised application"),
}
GROUNDS: Mapping[str, str] = {
    "obligation": desk_msg("An obligation between the person and us is not performed yet"),
    "law": desk_msg("A law obliges us to keep the data"),
    "not_proved": desk_msg("It was not proved that the request came from the person"),
}
PROPOSED: Mapping[str, str] = {
    "erase": desk_msg("Destroy the data"),
    "refuse": desk_msg("Refuse with reasons"),
    "letter": desk_msg("The person was told by letter"),
    "cancel": desk_msg("The person has taken the request back"),
}
TOLD_BY: Mapping[str, str] = {
    "delivered": desk_msg("their application has the message"),
    "accepted": desk_msg("the provider took the message; it gives no receipts"),
    "letter": desk_msg("by letter, posted: {date}; according to: {colleagues}"),
}
ANSWERED: Mapping[str, str] = {
    "delivered": desk_msg("arrived"),
    "accepted": desk_msg("taken by the provider, which gives no receipts"),
    "not_arrived": desk_msg("did not arrive"),
}
MISSED: Mapping[str, str] = {
    "stopped": desk_msg("the processing was not stopped"),
    "answered": desk_msg("the person had no answer"),
}
_TITLES: tuple[tuple[str, str], ...] = (
    ("received", desk_msg("Received")),
    (Step.OUTREACH_PAUSED, desk_msg("Nothing unasked is sent")),
    (Step.VERIFIED, desk_msg("Identity proved")),
    (Step.TOLD, desk_msg("Person told")),
    (Step.COOLED_OFF, desk_msg("Time to think again")),
    (Step.WRITES_BLOCKED, desk_msg("Access closed")),
    (Step.INVENTORIED, desk_msg("Inventory written")),
    (Step.KEY_DESTROYED, desk_msg("Key destroyed")),
    (Step.ERASED, desk_msg("Stores erased")),
    (Step.ERASED_AGAIN, desk_msg("Swept again")),
    (Step.ABSENT, desk_msg("Absence proved")),
    (Step.CERTIFIED, desk_msg("Certificate signed")),
    (Step.MAILBOX_DESTROYED, desk_msg("Last answer sent, address destroyed")),
    (Step.BACKUPS_GONE, desk_msg("Backups expired")),
    (Step.COMPLETED, desk_msg("Final certificate")),
)
"""The steps as docs/privacy.md numbers them, each with the mark that says it is done."""
_OPT_OUT_TITLES: tuple[tuple[str, str], ...] = (
    ("received", desk_msg("Received")),
    (Step.OPTED_OUT, desk_msg("News and offers ended")),
    (Step.CERTIFIED, desk_msg("Certificate signed")),
    (Step.NOTIFIED, desk_msg("Answered")),
)
"""The steps of an opt-out, which destroys nothing."""
GATE = 7
"""Before this step stands the point of no return."""
_PART_OF: Mapping[str, int] = {Step.ANNOUNCED: 3, Step.WRITERS_DRAINED: 9, Step.NOTIFIED: 12, Step.BACKUPS_CHECKED: 13}
_HINTS: Mapping[str, str] = {
    Step.OUTREACH_PAUSED: desk_msg("Can be undone"),
    Step.TOLD: desk_msg("Before that nothing is destroyed"),
    Step.COOLED_OFF: desk_msg("The person may cancel"),
    Step.WRITES_BLOCKED: desk_msg("Tickets freeze, late messages are refused"),
    Step.ABSENT: desk_msg("By a separate program that can only read"),
    Step.COMPLETED: desk_msg("Only then “complete”"),
}
_ENDED: Mapping[str, str] = {
    Step.CANCELLED: desk_msg("Cancelled by the person"),
    Step.REFUSED: desk_msg("Refused"),
    Step.CLOSED_WITHOUT_ERASURE: desk_msg("Answer sent, nothing is destroyed"),
}
NOT_DONE = desk_msg("Not done. Check the fields and try again.")
PROBLEMS: Mapping[str, str] = {
    "over": desk_msg("This request is over. Nothing can be decided any more."),
    "already_decided": desk_msg("This request is decided already. Look at its new state."),
    "too_late": desk_msg("The data is being destroyed. That cannot be stopped any more."),
    "not_yet": desk_msg("This request is just being opened. Try again in a minute."),
    "check": desk_msg("Choose how the person's identity was checked."),
    "document": desk_msg(
        "Do not write down numbers of documents: the law forbids copies, art. 7(10). Say only what you saw."
    ),
    "ground": desk_msg("Choose a ground of the refusal."),
    "reason": desk_msg("A refusal needs a sentence: it is told to the person."),
    "posted_on": desk_msg("Enter the day on which the letter was posted: from the proof of identity to today."),
    "received_on": desk_msg(
        "Enter the day on which the notice was received, not after today: the terms count from it."
    ),
    "no_proposal": desk_msg("Nothing of this kind is proposed any more. Look at the request anew."),
    "same_person": desk_msg("Another privacy officer has to agree: you have proposed it."),
    "told_already": desk_msg("The person was told meanwhile. Look at the request anew."),
    "often_enough": desk_msg("It was sent five times. Tell the person by letter."),
}


@dataclass(frozen=True)
class Clock:
    """One of the four clocks of a case. `used` of `total` working days, when it has a bar."""

    title: str
    value: str
    note: str
    tone: str = ""
    used: int = 0
    total: int = 0


@dataclass(frozen=True)
class Line:
    """One step of a case: `mark` is done, now, later or stopped."""

    number: int
    title: str
    note: str
    mark: str


@dataclass(frozen=True)
class RequestWords:
    """What a request looks like in one language. `terms` are the profile's deadlines."""

    words: Words
    terms: Mapping[str, Deadline]

    def kind(self, one: Request) -> str:
        return label(self.words.say, KINDS, one.kind)

    def state(self, one: Request) -> str:
        shown = shown_state(one)
        if shown == RequestState.DESTROYING and one.done(Step.ABSENT):
            return self.words.say("Destroyed, the answer goes out")
        return label(self.words.say, STATES, shown)

    def icon(self, one: Request) -> str:
        return STATE_ICONS.get(shown_state(one), "clock")

    def tone(self, one: Request) -> str:
        return STATE_TONES.get(shown_state(one), "")

    def number(self, request_id: str) -> str:
        """An id as people read it aloud: in groups of five."""
        return grouped(request_id, 5, "-")

    def source(self, one: Request) -> str:
        return label(self.words.say, SOURCES, one.source, name=self.words.colleague(one.created_by))

    def identity(self, one: Request) -> str:
        return label(self.words.say, IDENTITIES, one.identity, name=self.words.colleague(checked_by(one)))

    def told(self, one: Request) -> str:
        """What proves that the person was told; empty while nothing does."""
        posted = self.words.date(day_start(one.posted_on)) if one.posted_on else ""
        names = ", ".join(map(self.words.colleague, letter_by(one)))
        by = label(self.words.say, TOLD_BY, one.told_by, date=posted, colleagues=names)
        return f"{self.moment(one.at(Step.TOLD))}: {by}" if one.done(Step.TOLD) else ""

    def announced(self, one: Request, message: MessageStatus) -> str:
        """One announcement: when it was sent and what became of it."""
        why = self.words.reason(one.channel, message.failure) if message.failure else ""
        return ". ".join(filter(None, [f"{self.moment(message.at)}: {self.words.status(message.status)}", why]))

    def proposed(self, one: Proposal) -> str:
        """What a colleague proposes, in one line."""
        what = label(self.words.say, PROPOSED, one.what)
        if one.what == "cancel":
            return what
        details = {
            "erase": label(self.words.say, CHECKS, one.check),
            "refuse": label(self.words.say, GROUNDS, one.ground),
            "letter": self.words.date(day_start(one.posted_on)) if one.posted_on else "",
        }[one.what]
        return f"{what}: {details}"

    def checked(self, one: Request) -> str:
        """How colleagues made sure who asked; empty when the person did."""
        return label(self.words.say, CHECKS, one.check) if one.check else ""

    def written(self, one: Request) -> str:
        """What the words of a colleague are: what was seen of the person's identity, or why the request is refused."""
        what = one.proposal.what if one.proposal else ""
        seen = what == "erase" or (what != "refuse" and one.check and not one.ground)
        return self.words.say("What was seen") if seen else self.words.say("Reason")

    def ground(self, one: Request) -> str:
        """The ground on which colleagues refused; empty when nobody did."""
        return label(self.words.say, GROUNDS, one.ground) if one.ground else ""

    def answer(self, one: Request) -> str:
        """What became of the last answer, once its address is destroyed."""
        return label(self.words.say, ANSWERED, one.answered) if one.answered else ""

    def default(self, one: Request) -> str:
        """What the person was told because nobody had decided before the limit, and what to do when it did not arrive;
        empty while that is not due."""
        if not one.done(Step.DEFAULTED):
            return ""
        arrived = desk_msg("arrived") if one.done(Step.DEFAULT_ARRIVED) else ""
        unproved = desk_msg("no proof yet that it arrived: tell the person in another way")
        return f"{self.moment(one.at(Step.DEFAULTED))}: {self.words.say(arrived or unproved)}"

    def breach(self, one: Request) -> str:
        """What the law's limit passed without; empty when nothing was missed."""
        found = [label(self.words.say, MISSED, each) for each in missed(one, self.words.now)]
        if not found:
            return ""
        told = self.words.say("The limit of art. 8(7) passed on {date}, and {missed}. This is a breach.")
        said = told.format(date=self.words.date(one.deadline_at), missed="; ".join(found))
        todo = self.words.say("Decide now, and tell the person in another way.")
        return f"{said} {todo}" if one.state == RequestState.DECIDING else said

    def store(self, store: str) -> str:
        return label(self.words.say, STORES, store)

    def moment(self, at: int) -> str:
        """Day and time; of today the time alone, so that it fits into a sentence."""
        short, time = self.words.short(at), self.words.time(at)
        return time if short == time else f"{short}, {time}"

    def _at(self, at: int) -> str:
        """Day and time, standing alone."""
        return f"{self.words.day(at)}, {self.words.time(at)}"

    def held(self, hold: Pause) -> str:
        """That destructions are held, since when and by whom."""
        since = self.moment(hold.at)
        if not hold.by:
            return self.words.say("Destructions are held since {time}, by on-call.").format(time=since)
        name = self.words.colleague(hold.by)
        return self.words.say("Destructions are held since {time}, by: {name}.").format(time=since, name=name)

    # -- clocks

    def left(self, one: Request) -> tuple[str, str]:
        """What the list says of the request's limit, and how urgent it is."""
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
        """The second line of the clock in the list."""
        if self._ended(one) or not one.done(Step.KEY_DESTROYED):
            return "" if self._ended(one) else self.words.date(one.deadline_at)
        return self.words.say("final {date}").format(date=self.words.date(self.final_at(one)))

    def _ended(self, one: Request) -> int:
        """When nothing was left to decide or to do but the last answer (ms); 0 while something is."""
        return one.over_at if one.state in OVER else max(one.at(step) for step in ENDINGS)

    def final_at(self, one: Request) -> int:
        """When the final certificate can be signed."""
        closed = one.at(Step.MAILBOX_DESTROYED) or (one.at(Step.ABSENT) or one.at(Step.KEY_DESTROYED)) + DELIVER_WITHIN
        return one.at(Step.COMPLETED) or closed + BACKUP_DAYS * DAY

    def clocks(self, one: Request) -> list[Clock]:
        """The four clocks: before the destruction what remains, after it what was kept."""
        say = self.words.say
        at = self.words.date(one.received_at) if one.received_on else self._at(one.received_at)
        received = Clock(say("Received"), at, self.source(one))
        if one.kind == OPT_OUT:
            return [received, *self._of_opt_out(one)]
        return [received, *(self._after(one) if one.done(Step.KEY_DESTROYED) else self._before(one))]

    def _of_opt_out(self, one: Request) -> list[Clock]:
        """When news and offers ended, when the person had the answer, and the law's limit for both."""
        say, term = self.words.say, self.terms["stop_processing"]
        ended, told = one.at(Step.OPTED_OUT), one.at(Step.NOTIFIED)
        law = say("Legal limit: {source}").format(source=clause_words(term.source, say))
        text, tone = ("", "") if one.state in OVER else self.left(one)
        used = min(term.term, working_days_between(one.received_at, one.over_at or self.words.now))
        nobody = say("nobody was left to be told") if one.state in OVER else say("not yet")
        return [
            Clock(say("News and offers ended"), self._at(ended) if ended else "–", say("support goes on")),
            Clock(say("Answered"), self._at(told) if told else "–", "" if told else nobody),
            Clock(law, self.words.date(one.deadline_at), text, tone, used, term.term),
        ]

    def _before(self, one: Request) -> list[Clock]:
        say, now, term = self.words.say, self.words.now, self.terms["stop_processing"]
        law = say("Legal limit: {source}").format(source=clause_words(term.source, say))
        if any(one.done(step) for step in ENDINGS):
            ended = one.over_at or max(one.at(step) for step in ENDINGS)
            used = working_days_between(one.received_at, ended)
            note = say("answered after working days: {used} of {total}").format(used=used, total=term.term)
            return [Clock(say("Ended"), self._at(ended), note, "", used, term.term)]
        verified = one.at(Step.VERIFIED)
        waits = self.words.left(one.due_at) if one.waits == Wait.IDENTITY else say("two privacy officers decide")
        identity = Clock(
            say("Identity"),
            self._at(verified) if verified else say("not proved yet"),
            self.identity(one) if verified else waits,
            "" if verified or one.state != RequestState.DECIDING else "soon",
        )
        own = say("working days after identity: {days}").format(days=self.terms["erasure_target"].term)
        late = bool(one.target_at) and now > one.target_at
        target = Clock(
            say("Our target"), self._at(one.target_at) if one.target_at else "–", own, "late" if late else ""
        )
        used = min(term.term, working_days_between(one.received_at, now))
        text, tone = self.left(one)
        return [identity, target, Clock(law, self.words.date(one.deadline_at), text, tone, used, term.term)]

    def _after(self, one: Request) -> list[Clock]:
        say, total = self.words.say, self.terms["stop_processing"].term
        destroyed, absent = one.at(Step.KEY_DESTROYED), one.at(Step.ABSENT)
        used = working_days_between(one.received_at, destroyed)
        tone = "late" if destroyed > one.deadline_at else ""
        note = say("working days after receipt: {used} of {total}").format(used=used, total=total)
        checked = say("zero left in {number} stores").format(number=len(one.counts)) if absent else say("not yet")
        final = say("Complete") if one.done(Step.COMPLETED) else say("when the last backup has expired")
        return [
            Clock(say("Destroyed"), self._at(destroyed), note, tone, min(used, total), total),
            Clock(say("Absence proved"), self._at(absent) if absent else "–", checked),
            Clock(say("Final certificate"), self.words.date(self.final_at(one)), final),
        ]

    # -- steps

    def steps(self, one: Request) -> list[Line]:
        """The way of a request: what is done, where it is, what follows."""
        say = self.words.say
        ended = [step for step in ENDINGS if one.done(step)]
        current = self._current(one)
        lines = []
        for number, (mark, title) in enumerate(_titles(one)):
            at = self._done_at(one, mark)
            if not at and (ended or (one.kind == OPT_OUT and one.state in OVER)):
                continue
            state = "done" if at else "now" if number == current else "later"
            state = "stopped" if state == "now" and one.state == RequestState.ESCALATED else state
            lines.append(Line(number, say(title), self._note(one, mark, at, state), state))
        number = len(lines)
        for step in ended:
            answer = self.answer(one) if step == Step.CLOSED_WITHOUT_ERASURE else ""
            note = ", ".join(filter(None, [self.moment(one.at(step)), answer]))
            lines.append(Line(number, say(_ENDED[step]), note, "done"))
            number += 1
        return lines

    def gate(self, one: Request) -> str:
        """What stands at the point of no return; empty when the request ended before it."""
        if one.kind == OPT_OUT or any(one.done(step) for step in ENDINGS):
            return ""
        at = one.at(Step.KEY_DESTROYED)
        if at:
            return self.words.say("Passed: {time}.").format(time=self.moment(at))
        if one.done(Step.WRITES_BLOCKED) or one.done(Step.COOLED_OFF):
            return self.words.say("The destruction has begun and cannot be stopped.")
        return self.words.say("Until step 4 everything can be undone.")

    def step_of(self, one: Request) -> str:
        """How far it is, for everybody: number and name of the last step that is done."""
        titles = _titles(one)
        last = len(titles) - 1
        number = last if self._done_at(one, titles[last][0]) else self._current(one) - 1
        title = self.words.say(titles[number][1])
        return self.words.say("{number} of {total}: {title}").format(number=number, total=last, title=title)

    def _current(self, one: Request) -> int:
        titles = _titles(one)
        return next((n for n, (mark, _) in enumerate(titles) if not self._done_at(one, mark)), len(titles) - 1)

    def _done_at(self, one: Request, mark: str) -> int:
        if mark == "received":
            return one.received_at
        if mark == Step.BACKUPS_GONE:  # seen by the task that signs the final certificate, at once before it
            return one.at(Step.COMPLETED)
        return one.at(mark)

    def _note(self, one: Request, mark: str, at: int, state: str) -> str:
        say, counts = self.words.say, one.counts.values()
        rows, gone = (sum(int(each.get(name, 0)) for each in counts) for name in ("found", "destroyed"))
        here = state in ("now", "stopped")
        fact = ""
        if mark == Step.INVENTORIED and at:
            fact = say("rows: {rows}, stores: {stores}").format(rows=rows, stores=len(one.counts))
        elif mark == Step.ERASED and one.counts and (at or here):
            fact = say("rows: {gone} of {rows}").format(gone=gone, rows=rows)
        elif mark == Step.VERIFIED and at:
            fact = ", ".join(filter(None, [self.identity(one), self.checked(one)]))
        elif mark == Step.TOLD and at:
            return self.told(one)
        elif mark == Step.MAILBOX_DESTROYED and at and one.answered:
            fact = self.answer(one)
        elif mark == Step.TOLD and here and one.done(Step.ANNOUNCED):
            fact = say("no proof yet that it arrived")
        elif here and one.waits == Wait.DECISION:
            fact = say("two privacy officers decide")
        elif here and one.waits and one.due_at > self.words.now:
            fact = say("waits until {time}").format(time=self.moment(one.due_at))
        if mark == Step.VERIFIED and here:
            fact = ", ".join(filter(None, [say("not proved yet"), fact]))
        if mark == Step.OUTREACH_PAUSED and at and one.state == RequestState.DECIDING and not pauses_outreach(one):
            fact = say("lifted: nobody confirmed in time")
        day = mark == "received" and one.received_on
        known = ", ".join(filter(None, [(self.words.date(at) if day else self.moment(at)) if at else "", fact]))
        # What could still happen is said of what is ahead, and that something can be undone while it can.
        ahead = not at or (mark == Step.OUTREACH_PAUSED and stoppable(one))
        hint = say(_HINTS[mark]) if mark in _HINTS and ahead and not fact else ""
        return ". ".join(filter(None, [known, hint]))

    # -- failures

    def failed_step(self, one: Request) -> str:
        """Name of the step that failed."""
        step, titles = one.failed_step or next_step(one), _titles(one)
        number = next((n for n, (mark, _) in enumerate(titles) if mark == step), _PART_OF.get(step, -1))
        return self.words.say(titles[number][1]) if number >= 0 else label(self.words.say, _ENDED, step)

    def next_run(self, one: Request) -> str:
        """When the next run begins by itself."""
        return self.moment(one.due_at or one.escalated_at + RETRY_AFTER)


def _titles(one: Request) -> tuple[tuple[str, str], ...]:
    return _OPT_OUT_TITLES if one.kind == OPT_OUT else _TITLES
