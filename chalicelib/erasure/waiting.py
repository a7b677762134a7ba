"""How a run of the workflow waits: it leaves its token on the request's row, and whoever ends the waiting answers it.

Parking and waking may come in any order. The one that parks reads the row again afterwards, the one that wakes reads it
after its change; so one of both sees the other, and a token that was answered twice does no harm.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chalicelib.core.backoff import TRIES
from chalicelib.core.errors import Unavailable
from chalicelib.core.observability import log
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.kinds import OVER, RequestState, Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waits import Wait, outcome

if TYPE_CHECKING:
    from chalicelib.dynamo.writes import Write
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.privacy.resume_workflow import AnswerWaitingRun

_ENDED_BY: Mapping[Wait, tuple[Step, ...]] = {
    Wait.IDENTITY: (Step.VERIFIED, Step.CANCELLED, Step.REFUSED),
    Wait.DECISION: (Step.VERIFIED, Step.CANCELLED, Step.REFUSED),
    Wait.TELLING: (Step.TOLD, Step.CANCELLED, Step.REFUSED),
    Wait.COOLING_OFF: (Step.CANCELLED, Step.REFUSED),
    Wait.DELIVERY: (Step.SUPERSEDED,),
}
"""Steps by which a waiting ends before its time: nobody parks behind one of them."""


@dataclass(frozen=True)
class WaitStart:
    """What is written together with parking: attributes of the request, steps that must not be done, other rows, and a
    further condition on the request, as RequestStore.change takes it."""

    new: Mapping[str, Any] = field(default_factory=dict)
    unless: tuple[Step, ...] = ()
    writes: "Sequence[Write]" = ()
    only: str = ""


BuildWaitStart = Callable[[Request, int, frozenset[str]], WaitStart]
"""Given the request, the time (ms), and which writes were refused before."""


def nothing_more(request: Request, now: int, refused: frozenset[str]) -> WaitStart:
    """A waiting that begins with nothing."""
    return WaitStart()


@dataclass(frozen=True)
class TaskWaits:
    """Parks runs. `wait` parts rivals, as in Transactions."""

    store: "RequestStore"
    answer: "AnswerWaitingRun"
    clock: Callable[[], int]
    wait: Callable[[int], None]

    def start(
        self,
        request_id: str,
        token: str,
        execution: str,
        wait: Wait,
        due: Callable[[Request], int],
        begin: BuildWaitStart = nothing_more,
    ) -> str:
        """Have the run that holds `token` wait until `due(request)` (ms), or answer it when there is nothing to wait
        for. Returns the outcome, "" while it waits, or "stale".

        A run that is not the request's any more parks nothing, so that its token, which is dead, never stands where
        the living one belongs: `execution` is its name, where the machine tells it. Raises Unavailable and TaskFailed.
        """
        refused: frozenset[str] = frozenset()
        for attempt in range(TRIES):
            request = self.store.get(request_id)
            if request is None:
                raise TaskFailed("no_request")
            execution = execution or request.execution  # at least the run that was there in the beginning
            if _stale(request, execution):
                log("run_stale", request_id=request_id, action=str(wait))
                return "stale"
            if request.token == token:
                return self._answered(request)
            asked = replace(request, waits=str(wait), token=token, due_at=due(request))
            if outcome(asked, self.clock()) and (word := self._answered(asked)):
                return word
            begun = begin(request, self.clock(), refused)
            refusal = self.store.run(self._parked(request, asked, begun), *begun.writes)
            if refusal is None:
                parked = self.store.get(request_id)  # somebody may have ended the waiting before it began
                return self._answered(parked) if parked and parked.token == token else ""
            refused |= refusal.roles
            self.wait(attempt)
        raise Unavailable("The request changes too fast to wait now; try again.")

    def _answered(self, request: Request) -> str:
        """What the run was answered; "" while it waits, though its time may be over: destructions may be held."""
        return self.answer.with_outcome(request)[1]

    def _parked(self, request: Request, asked: Request, begun: WaitStart) -> "Write":
        new = {
            **begun.new,
            **{"waits": asked.waits, "token": asked.token, "due_at": asked.due_at},
            **{"if_run": request.run, "if_escalated": str(RequestState.ESCALATED), "if_limit": request.deadline_at},
        }
        free = "attribute_not_exists(#token)"
        if request.token:  # of a task that this one repeats, or of the wait before
            free, new["if_token"] = f"({free} OR #token = :if_token)", request.token
        # The limit that `due_at` goes by is still the request's: another notice may have moved it.
        there = "attribute_exists(#due) AND #deadline_at = :if_limit"
        only = f"#run = :if_run AND #state <> :if_escalated AND {there} AND {free}"
        only += f" AND ({begun.only})" if begun.only else ""
        unless = (*begun.unless, *_ENDED_BY.get(Wait(asked.waits), ()))
        return self.store.change(request.id, new, unless=unless, only=only)


def _stale(request: Request, execution: str) -> bool:
    """Whether the request goes on without the run that asks: it is over, has failed, or another run is its own."""
    if request.state in OVER or request.state == RequestState.ESCALATED:
        return True
    return execution != request.execution


def done_at(request: Request, step: Step) -> int:
    """When a step was done (ms), for what is counted from it. Raises TaskFailed when it was not."""
    if not request.done(step):
        raise TaskFailed("out_of_order")
    return request.at(step)
