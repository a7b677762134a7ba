"""What the tasks of the workflow have in common: running one, and waiting for an answer by a task token.

A task that fails is logged, and raised as a code that holds nothing of a person.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chalicelib.core.backoff import TRIES
from chalicelib.core.errors import DeskError, Unavailable
from chalicelib.core.observability import log, log_error
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import OVER, RequestState, Step
from chalicelib.privacy.requests.waiting_times import Wait, outcome

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.privacy.resume_workflow import AnswerWaitingRun


class TaskFailed(DeskError):
    """A task cannot go on. Its message is only the code, a word of ours, because Step Functions shows an error's name
    and message to everybody who may view the run."""

    code = "task_failed"

    def __init__(self, code: str) -> None:
        super().__init__(code, code=code)


def run(step: str, event: Mapping[str, Any], work: Callable[[str], Mapping[str, Any]]) -> dict[str, Any]:
    """Call `work` with the id of the request that `event` names and return its answer.

    Unavailable passes, so that the state machine tries again. Any other error is logged by class and place and raised
    as TaskFailed, which the state machine escalates to a person.
    """
    started = time.monotonic()
    request_id = str(event["request_id"])
    log("task_started", action=step, request_id=request_id)
    try:
        answer = dict(work(request_id))
    except Unavailable as error:
        log_error("task_postponed", error.__cause__ or error, action=step, request_id=request_id, ms=_ms(started))
        # Without its cause, whose text AWS would write into the log.
        raise Unavailable(error.message) from None
    except TaskFailed as error:
        log_error("task_failed", error, action=step, request_id=request_id, code=error.code, ms=_ms(started))
        raise
    except Exception as error:  # noqa: BLE001 whatever it is, nothing of its text may reach the machine
        code = error.code if isinstance(error, DeskError) else type(error).__name__
        log_error("task_failed", error, action=step, request_id=request_id, code=code, ms=_ms(started))
        raise TaskFailed(code) from None
    log("task_done", action=step, request_id=request_id, outcome=str(answer.get("outcome", "")), ms=_ms(started))
    return answer


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


_ENDED_BY: Mapping[Wait, tuple[Step, ...]] = {
    Wait.IDENTITY: (Step.VERIFIED, Step.CANCELLED, Step.REFUSED),
    Wait.DECISION: (Step.VERIFIED, Step.CANCELLED, Step.REFUSED),
    Wait.TELLING: (Step.TOLD, Step.CANCELLED, Step.REFUSED),
    Wait.COOLING_OFF: (Step.CANCELLED, Step.REFUSED),
    Wait.DELIVERY: (Step.SUPERSEDED,),
}
"""Steps by which a waiting ends before its time: when one of them is done the token is not stored."""


@dataclass(frozen=True)
class WaitStart:
    """What is written together with the token: attributes of the request (`new`), steps that must not be done
    (`unless`), other rows (`writes`), and attributes of the request that must be as they were read (`as_read`)."""

    new: Mapping[str, Any] = field(default_factory=dict)
    unless: tuple[Step, ...] = ()
    writes: "Sequence[Write]" = ()
    as_read: Mapping[str, Any] = field(default_factory=dict)


BuildWaitStart = Callable[[Request, int, frozenset[str]], WaitStart]
"""Builds it from the request, the time (ms), and the roles of the writes that were refused before."""


def nothing_more(_request: Request, _now: int, _refused: frozenset[str]) -> WaitStart:
    """Write nothing together with the token."""
    return WaitStart()


@dataclass(frozen=True)
class TaskWaits:
    """Begins waits. `sleep` pauses between attempts and is given their number, as in Transactions."""

    store: "RequestStore"
    answer: "AnswerWaitingRun"
    clock: Callable[[], int]
    sleep: Callable[[int], None]

    def start(
        self,
        request_id: str,
        token: str,
        execution: str,
        wait: Wait,
        due: Callable[[Request], int],
        begin: BuildWaitStart = nothing_more,
    ) -> str:
        """Let the run that holds `token` wait until `due(request)` (ms), or answer it when there is nothing to wait
        for. Return the outcome, "" while it waits, or "stale".

        A run that is not the request's current one stores nothing, so that its dead token never replaces the living
        one. `execution` is its name, "" when the state machine does not pass it. Raises Unavailable and TaskFailed.
        """
        refused: frozenset[str] = frozenset()
        for attempt in range(TRIES):
            request = self.store.get(request_id)
            if request is None:
                raise TaskFailed("no_request")
            execution = execution or request.execution  # else the run that the row named at the first attempt
            if _stale(request, execution):
                log("run_stale", request_id=request_id, action=str(wait))
                return "stale"
            if request.token == token:
                return self._answered(request)
            asked = replace(request, waits=str(wait), token=token, due_at=due(request))
            if outcome(asked, self.clock()) and (word := self._answered(asked)):
                return word
            start = begin(request, self.clock(), refused)
            refusal = self.store.run(self._token_write(request, asked, start), *start.writes)
            if refusal is None:
                stored = self.store.get(request_id)  # the waiting may have ended before the token was stored
                return self._answered(stored) if stored and stored.token == token else ""
            refused |= refusal.roles
            self.sleep(attempt)
        raise Unavailable("The request changes too fast to wait now; try again.")

    def _answered(self, request: Request) -> str:
        """Return what the run was answered; "" while it waits, which it does past its time while erasures are
        paused."""
        return self.answer.with_outcome(request)[1]

    def _token_write(self, request: Request, asked: Request, start: WaitStart) -> "Write":
        new = {**start.new, "waits": asked.waits, "token": asked.token, "due_at": asked.due_at}
        # `due_at` was computed from this limit, which another notice may have moved. A token that was read is that of
        # an earlier try of this task, or of the wait before.
        as_read = {"run": request.run, "deadline_at": request.deadline_at, "token": request.token, **start.as_read}
        return self.store.change(
            request.id,
            new,
            unless=(*start.unless, *_ENDED_BY.get(Wait(asked.waits), ())),
            while_open=True,
            as_read=as_read,
            except_state=RequestState.ESCALATED,
        )


def _stale(request: Request, execution: str) -> bool:
    """Whether this run is not the current one: the request is over, has failed, or names another run."""
    if request.state in OVER or request.state == RequestState.ESCALATED:
        return True
    return execution != request.execution


def done_at(request: Request, step: Step) -> int:
    """Return when a step was done (ms), from which a wait counts. Raises TaskFailed when it was not done."""
    if not request.done(step):
        raise TaskFailed("out_of_order")
    return request.at(step)
