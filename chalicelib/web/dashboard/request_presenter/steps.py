"""Presents the steps of a request about data: what is done, where it stands, what follows, where it failed."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.texts import desk_msg
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import destroys, next_step, pauses_outreach, steps_of, stoppable
from chalicelib.privacy.requests.vocabulary import ENDINGS, OVER, RequestState, Step
from chalicelib.privacy.requests.waiting_times import RETRY_AFTER, Wait
from chalicelib.web.dashboard.request_presenter.facts import RequestFacts
from chalicelib.web.labels import label

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
"""The steps of a destruction as docs/privacy.md numbers them: the mark that says it is done, and its title."""
_ANSWERED = desk_msg("Answered")
"""The last step of a request that destroys nothing."""
GATE = 7
"""Number of the step before which the point of no return is drawn."""
_PART_OF: Mapping[str, int] = {Step.ANNOUNCED: 3, Step.WRITERS_DRAINED: 9, Step.NOTIFIED: 12, Step.BACKUPS_CHECKED: 13}
"""Marks that pages do not show, and the number of the step to which each belongs."""
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


@dataclass(frozen=True)
class StepLine:
    """One line of the list of steps. `mark` is done, now, later or stopped."""

    number: int
    title: str
    note: str
    mark: str


@dataclass(frozen=True)
class RequestSteps(RequestFacts):
    """Says the steps of a request in one language."""

    def steps(self, one: Request) -> list[StepLine]:
        """Return the steps in order. Of a request that has ended, steps that were never made are left out."""
        say = self.words.say
        ended = [step for step in ENDINGS if one.done(step)]
        current = _current(one)
        lines = []
        for number, (mark, title) in enumerate(_titles(one)):
            at = _done_at(one, mark)
            if not at and (ended or (not destroys(one) and one.state in OVER)):
                continue
            state = "done" if at else "now" if number == current else "later"
            state = "stopped" if state == "now" and one.state == RequestState.ESCALATED else state
            lines.append(StepLine(number, say(title), self._note(one, mark, at, state), state))
        number = len(lines)
        for step in ended:
            answer = self.answer(one) if step == Step.CLOSED_WITHOUT_ERASURE else ""
            note = ", ".join(filter(None, [self.moment(one.at(step)), answer]))
            lines.append(StepLine(number, say(_ENDED[step]), note, "done"))
            number += 1
        return lines

    def gate(self, one: Request) -> str:
        """Return what is said at the point of no return; empty when the request ended before it."""
        if not destroys(one) or any(one.done(step) for step in ENDINGS):
            return ""
        at = one.at(Step.KEY_DESTROYED)
        if at:
            return self.words.say("Passed: {time}.").format(time=self.moment(at))
        if one.done(Step.WRITES_BLOCKED) or one.done(Step.COOLED_OFF):
            return self.words.say("The destruction has begun and cannot be stopped.")
        return self.words.say("Until step 4 everything can be undone.")

    def step_of(self, one: Request) -> str:
        """Return number and title of the last step that is done; any staff member may see this."""
        titles = _titles(one)
        last = len(titles) - 1
        number = last if _done_at(one, titles[last][0]) else _current(one) - 1
        title = self.words.say(titles[number][1])
        return self.words.say("{number} of {total}: {title}").format(number=number, total=last, title=title)

    def failed_step(self, one: Request) -> str:
        """Return the title of the step that failed."""
        step, titles = one.failed_step or next_step(one), _titles(one)
        number = next((n for n, (mark, _) in enumerate(titles) if mark == step), _PART_OF.get(step, -1))
        return self.words.say(titles[number][1]) if number >= 0 else label(self.words.say, _ENDED, step)

    def next_run(self, one: Request) -> str:
        """Return when the next run of the workflow begins by itself."""
        return self.moment(one.due_at or one.escalated_at + RETRY_AFTER)

    def _note(self, one: Request, mark: str, at: int, state: str) -> str:
        """Return the note of a step: when it was done, what is known of it, and what may still happen."""
        fact = self._fact(one, mark, at, state in ("now", "stopped"))
        if mark == Step.TOLD and at:
            return fact
        say = self.words.say
        day = mark == "received" and one.received_on
        known = ", ".join(filter(None, [(self.words.date(at) if day else self.moment(at)) if at else "", fact]))
        # A hint stands at a step that is still ahead; "Can be undone" also at one that is done, as long as it is true.
        ahead = not at or (mark == Step.OUTREACH_PAUSED and stoppable(one))
        hint = say(_HINTS[mark]) if mark in _HINTS and ahead and not fact else ""
        return ". ".join(filter(None, [known, hint]))

    def _fact(self, one: Request, mark: str, at: int, here: bool) -> str:
        """Return what is known of a step; empty when there is nothing to say. `here`: the request stands at it."""
        say, counts = self.words.say, one.counts.values()
        rows, gone = (sum(int(each.get(name, 0)) for each in counts) for name in ("found", "destroyed"))
        fact = ""
        if mark == Step.INVENTORIED and at:
            fact = say("rows: {rows}, stores: {stores}").format(rows=rows, stores=len(one.counts))
        elif mark == Step.ERASED and one.counts and (at or here):
            fact = say("rows: {gone} of {rows}").format(gone=gone, rows=rows)
        elif mark == Step.VERIFIED and at:
            fact = ", ".join(filter(None, [self.identity(one), self.checked(one)]))
        elif mark == Step.TOLD and at:
            fact = self.told(one)
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
        return fact


def _titles(one: Request) -> tuple[tuple[str, str], ...]:
    if destroys(one):
        return _TITLES
    kind, names = kind_of(one.kind), dict(_TITLES)
    names |= {Step.OPTED_OUT: kind.effect[0], Step.NOTIFIED: _ANSWERED}
    return _TITLES[0], *((step, names[step]) for step in steps_of(kind))


def _current(one: Request) -> int:
    """Return the number of the first step that is not done; of the last step when all are."""
    titles = _titles(one)
    return next((n for n, (mark, _) in enumerate(titles) if not _done_at(one, mark)), len(titles) - 1)


def _done_at(one: Request, mark: str) -> int:
    """Return when a step was done (ms), 0 while it is not."""
    if mark == "received":
        return one.received_at
    if mark == Step.BACKUPS_GONE:  # the task that signs the completion certificate checks this right before
        return one.at(Step.COMPLETED)
    return one.at(mark)
