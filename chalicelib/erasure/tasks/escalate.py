"""Escalate: the workflow cannot go on by itself. The alarm calls a person, and the monitor tries again after
RETRY_AFTER."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.observability import count, log
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.progress import next_step
from chalicelib.privacy.requests.vocabulary import OVER, RequestState
from chalicelib.privacy.requests.waiting_times import RETRY_AFTER

if TYPE_CHECKING:
    from chalicelib.privacy.requests.store import RequestStore

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,59}")


def failure_of(event: Mapping[str, Any]) -> str:
    """Return one word for what failed: the code of a TaskFailed, else the error's name in Step Functions.

    A failed function's cause is JSON whose errorMessage is, of a TaskFailed, its code. Source: AWS, "Handling errors in
    Step Functions workflows". Nothing but words is kept: the text of another error could quote anything.
    """
    error, code = event.get("error"), ""
    if error == TaskFailed.__name__:
        try:
            code = json.loads(str(event.get("cause") or "{}")).get("errorMessage", "")
        except (ValueError, AttributeError):
            code = ""
    return next((one for one in (code, error) if isinstance(one, str) and _WORD.fullmatch(one)), "Unknown")


@dataclass(frozen=True)
class Escalate:
    """Writes down that a request failed, and at which step, and raises the alarm, once for each run."""

    store: "RequestStore"
    clock: Callable[[], int]

    def __call__(self, request_id: str, failure: str, execution: str = "") -> dict[str, str]:
        """Escalate a request. `failure` is one word for what failed; `execution` names the run, "" when the state
        machine does not pass it. Raises Unavailable and TaskFailed."""
        request = self.store.get(request_id)
        if request is None:
            raise TaskFailed("no_request")
        if request.state in OVER or (execution and execution != request.execution):
            return {}
        now = self.clock()
        new = {
            "state": str(RequestState.ESCALATED),
            "failure": failure,
            "failed_step": next_step(request),
            "escalated_at": now,
            "due_at": now + RETRY_AFTER,
            **dict.fromkeys(("token", "waits")),
        }
        once = self.store.change(
            request_id, new, while_open=True, as_read={"run": request.run}, except_state=RequestState.ESCALATED
        )
        if self.store.run(once) is None:
            count("ErasureEscalated")
            log("erasure_escalated", request_id=request_id, action=new["failed_step"], code=failure)
        return {}
