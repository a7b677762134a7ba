"""Runs a task of the workflow: logs it, and turns failures into codes that hold nothing of a person."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.core.errors import DeskError, Unavailable
from chalicelib.core.observability import log, log_error


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
