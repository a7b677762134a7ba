"""Resumes the workflow of a request: answers the run that waits when its waiting has ended, and starts the next run
after one that has died.

A person's act, a decision of staff, a task that begins to wait and the monitor all lead here, in any order and at the
same time. The request's row decides what happens, and every change is a conditional write.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from chalicelib.core.observability import count, log
from chalicelib.privacy.erasure_pause import check_not_paused
from chalicelib.privacy.executions import RunStatus
from chalicelib.privacy.kinds.registry import is_handled
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import state_by_steps
from chalicelib.privacy.requests.vocabulary import OVER, RequestState, Step
from chalicelib.privacy.requests.waiting_times import MONITOR_AFTER, Wait, outcome

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.executions import Executions
    from chalicelib.privacy.requests.store import RequestStore


class RunAnswer(Enum):
    """The request still WAITS; its run was TOLD the outcome; or NOBODY waits with its token any more."""

    WAITS = "waits"
    TOLD = "told"
    NOBODY = "nobody"


@dataclass(frozen=True)
class AnswerWaitingRun:
    """Answers the waiting run of a request with its outcome. `told` first writes down that the person was told, if a
    proof has come."""

    store: "RequestStore"
    executions: "Executions"
    told: Callable[[Request], Request]
    clock: Callable[[], int]

    def __call__(self, request: Request) -> RunAnswer:
        """Answer the token of `request` when its waiting is over. Raises Unavailable."""
        return self.with_outcome(request)[0]

    def with_outcome(self, request: Request) -> tuple[RunAnswer, str]:
        """Answer the token of `request` when its waiting is over; return also the outcome, "" while it goes on.

        That cooling off is over is written down before the answer, on condition that nobody stopped the request: from
        then on nobody can, however late the answer arrives. While erasures are paused cooling off does not end.
        """
        request = self.told(request)
        word = self._outcome(request)
        if not word or not request.token:
            return RunAnswer.WAITS, ""
        told = self.executions.answer(request.token, word)
        if told:
            log("request_woken", request_id=request.id, action=request.waits, outcome=word)
            self.forget(request)
        return RunAnswer.TOLD if told else RunAnswer.NOBODY, word

    def forget(self, request: Request) -> None:
        """Remove an answered token from the request, unless the next task has written its own meanwhile."""
        new = {
            **dict.fromkeys(("token", "waits")),
            "due_at": self.clock() + MONITOR_AFTER,
        }
        as_read = {"token": request.token, "due_at": request.due_at}
        self.store.run(self.store.change(request.id, new, while_open=True, as_read=as_read))

    def _outcome(self, request: Request) -> str:
        now = self.clock()
        word = outcome(request, now)
        if word != "due" or request.waits not in (Wait.COOLING_OFF, Wait.DRAIN):
            return word
        if request.waits == Wait.DRAIN:
            if not request.done(Step.WRITERS_DRAINED):
                mark, step = {f"steps.{Step.WRITERS_DRAINED}": now}, Step.WRITERS_DRAINED
                this_pass = {f"steps.{Step.ERASED}": request.at(Step.ERASED)}  # not the step of an earlier one
                once = self.store.change(request.id, mark, unless=step, after=(Step.ERASED,), as_read=this_pass)
                self.store.run(once)
            return word
        if request.done(Step.COOLED_OFF):
            return word
        ended = (Step.COOLED_OFF, Step.CANCELLED, Step.REFUSED)

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            mark = self.store.change(request.id, {f"steps.{Step.COOLED_OFF}": now}, unless=ended)
            return None if refused else [mark, check_not_paused(self.store.tables)]

        if self.store.run_until_written(build):
            return word
        fresh = self.store.get(request.id)
        if fresh is None or not any(fresh.done(step) for step in ended):
            return ""  # erasures are paused
        return outcome(replace(request, steps=fresh.steps), now)


@dataclass(frozen=True)
class ResumeWorkflow:
    """Resumes one request by its id. Raises Unavailable."""

    store: "RequestStore"
    executions: "Executions"
    told: Callable[[Request], Request]
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> None:
        """Do what the request's row asks for now; nothing when it is over, still waits, failed a short while ago, or is
        of a kind that this release does not handle."""
        request = self.store.get(request_id)
        if request is None or request.state in OVER:
            return
        if not is_handled(request.kind):
            log("unknown_kind", level=logging.ERROR, request_id=request.id)
            count("UnknownKind")
            return
        now = self.clock()
        if request.state == RequestState.KEEPING and now < request.due_at:
            return  # the next run begins when the day of the kept part is over
        if request.state == RequestState.ESCALATED:
            if request.due_at <= now:
                self._begin_next_run(request, now)
            return
        if request.token:
            answer = AnswerWaitingRun(self.store, self.executions, self.told, self.clock)
            word = answer(request)
            if word is RunAnswer.NOBODY and self._ensure_run(request, now):
                answer.forget(request)
            if word is RunAnswer.WAITS and request.waits == Wait.TELLING and request.due_at <= now:
                self._postpone(request, now)
            return
        if request.due_at <= now:
            self._postpone(request, now)
        self._ensure_run(request, now)

    def _postpone(self, request: Request, now: int) -> None:
        """Have the monitor look again after MONITOR_AFTER, unless `due_at` has changed meanwhile."""
        new, as_read = {"due_at": now + MONITOR_AFTER}, {"due_at": request.due_at}
        self.store.run(self.store.change(request.id, new, while_open=True, as_read=as_read))

    def _ensure_run(self, request: Request, now: int) -> bool:
        """Make sure that a run is active; return whether it is the one that the row names."""
        status = self.executions.status(request.execution) if request.run else RunStatus.ENDED
        if status is RunStatus.ENDED:
            self._begin_next_run(request, now)
        elif status is RunStatus.NEVER:
            self._start(request)
        return status is RunStatus.RUNS

    def _begin_next_run(self, request: Request, now: int) -> None:
        """Begin the next run. Only one of several callers does; none is begun for a request that is over."""
        new: dict[str, Any] = {
            "run": request.run + 1,
            "state": str(state_by_steps(request)) if request.state == RequestState.ESCALATED else request.state,
            "due_at": now + MONITOR_AFTER,
            **dict.fromkeys(("token", "waits", "failure", "failed_step", "escalated_at")),
        }
        as_read = {"run": request.run, "state": request.state}
        if self.store.run(self.store.change(request.id, new, while_open=True, as_read=as_read)) is None:
            log("request_resumed" if request.run else "request_started", request_id=request.id, count=request.run + 1)
            self._start(replace(request, run=request.run + 1))

    def _start(self, request: Request) -> None:
        given = {"request_id": request.id, "subject_ref": request.contact_id, "deadline": request.deadline_at}
        self.executions.start(request.execution, json.dumps(given))
