"""Runs the messages of a batch one by one, so that the queue repeats only those that failed."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.core.errors import DeskError
from chalicelib.core.observability import log, log_error


def each(event: Mapping[str, Any], queue: str, work: Callable[[dict[str, str]], object]) -> dict[str, Any]:
    """Call `work` with the body of every message; return which failed, as a partial batch response.

    The same body twice in one batch is one call. A failure is logged by its class; the queue repeats the message and in
    the end moves it to the dead-letter queue.
    """
    done: dict[str, bool] = {}
    failed = []
    for record in event.get("Records", ()):
        body = record["body"]
        if body not in done:
            done[body] = _done(body, queue, work)
        if not done[body]:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _done(body: str, queue: str, work: Callable[[dict[str, str]], object]) -> bool:
    try:
        work(json.loads(body))
    except DeskError as error:
        log("work_postponed", queue=queue, code=error.code)
        return False
    except Exception as error:  # noqa: BLE001 one message that cannot be handled must not hold up the others
        log_error("work_failed", error, queue=queue)
        return False
    return True
