"""Tasks of the erasure workflow, as the state machine calls them.

Each parses the event and calls one use case; a cold start loads the parts of its own task only. The table in app.py
maps the frozen names of the Lambda functions to these functions. The names given to `run` and `_wait` stand in logs
and failures and are those of the Lambda functions, too.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.erasure.task import BuildWaitStart, nothing_more, run
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waiting_times import Wait
from chalicelib.wiring import erasure as wiring

Event = Mapping[str, Any]
Answer = dict[str, Any]


def pause_outreach(event: Event) -> Answer:
    """Step 1: stop what is not essential, make the reply mailbox."""
    return run("soft_suppress", event, wiring.pause_outreach())


def verify_identity(event: Event) -> Answer:
    """Step 2: ask the person to confirm, and wait."""
    from chalicelib.erasure.tasks.verify_identity import begin, due

    return _wait("verify_identity", event, Wait.IDENTITY, due, begin)


def decide(event: Event) -> Answer:
    """Step 3: nobody confirmed; wait for a decision of staff."""
    task = wiring.decide()
    return _wait("decide", event, Wait.DECISION, task.due, task.begin)


def tell(event: Event) -> Answer:
    """Step 4, first half: tell the person, and wait for proof that they were told."""
    task = wiring.tell()
    return _wait("tell", event, Wait.TELLING, task.due, task.begin)


def cooling_off(event: Event) -> Answer:
    """Step 4, second half: wait while the person may still cancel."""
    task = wiring.cooling_off()
    return _wait("grace", event, Wait.COOLING_OFF, task.due, task.begin)


def block_writes(event: Event) -> Answer:
    """Step 5: raise the write barrier and enter the person's addresses in the suppression list."""
    return run("hard_suppress", event, lambda request_id: wiring.block_writes()(request_id))


def build_inventory(event: Event) -> Answer:
    """Step 6: list and count what exists."""
    return run("freeze_inventory", event, lambda request_id: wiring.build_inventory()(request_id))


def keep_part(event: Event) -> Answer:
    """Between steps 6 and 7, where officers have decided so: seal anew what the desk keeps."""
    return run("keep_part", event, lambda request_id: wiring.keep_part()(request_id))


def destroy_key(event: Event) -> Answer:
    """Step 7: destroy the person's key. After it nothing can be undone. With `pass` "part" the key of what was kept,
    when its day is over."""
    which = str(event.get("pass", "person"))
    return run("destroy_key", event, lambda request_id: wiring.destroy_key()(request_id, which))


def erase_stores(event: Event) -> Answer:
    """Steps 8 and 9: delete every row. The event's `pass` is "erase" for the first pass, "sweep" for the second,
    "part" for what was kept, when its day is over."""
    which = str(event.get("pass", "erase"))
    step = "sweep_again" if which == "sweep" else "erase_stores"
    return run(step, event, lambda request_id: wiring.erase_stores()(request_id, which))


def drain_writers(event: Event) -> Answer:
    """Step 9, before the second pass: wait until every late writer has ended."""
    from chalicelib.erasure.tasks.drain_writers import due

    return _wait("settle", event, Wait.DRAIN, due)


def verify_absence(event: Event) -> Answer:
    """Step 10: prove that nothing is left. The use case is made inside `run`, because reading its secrets may fail and
    is then tried again like any failure of the task."""
    return run("verify_absence", event, lambda request_id: wiring.verify_absence()(request_id))


def issue_certificate(event: Event) -> Answer:
    """Step 11: sign the certificate and append it to the ledger."""
    return run("certificate", event, wiring.issue_certificate())


def notify(event: Event) -> Answer:
    """Step 12, first half: tell the person that it is done."""
    return run("notify", event, wiring.notify())


def await_delivery(event: Event) -> Answer:
    """Wait until an answer has arrived: step 12 between its halves, and after a request was cancelled or refused."""
    from chalicelib.erasure.tasks.await_delivery import due

    return _wait("await_delivery", event, Wait.DELIVERY, due)


def destroy_mailbox(event: Event) -> Answer:
    """Step 12, second half, and the last step of a request that was cancelled or refused: destroy the reply mailbox
    and its key."""
    return run("close_box", event, wiring.destroy_mailbox())


def wait_backups(event: Event) -> Answer:
    """Step 13: wait until no backup holds the data."""
    from chalicelib.erasure.tasks.wait_backups import due

    return _wait("wait_backups", event, Wait.BACKUPS, due)


def completion_certificate(event: Event) -> Answer:
    """Step 14: append the certificate's second entry: the erasure is complete."""
    return run("final_certificate", event, wiring.completion_certificate())


def close_without_erasure(event: Event) -> Answer:
    """The request was cancelled or refused: undo the pause and close it."""
    return run("finish", event, wiring.close_without_erasure())


def escalate(event: Event) -> Answer:
    """A task failed for good: write its name and error on the request, and raise the alarm for staff."""
    from chalicelib.erasure.tasks.escalate import failure_of

    task, failure, execution = wiring.escalate(), failure_of(event), str(event.get("execution", ""))
    return run("escalate", event, lambda request_id: task(request_id, failure, execution))


def _wait(
    step: str, event: Event, wait: Wait, due: Callable[[Request], int], begin: BuildWaitStart = nothing_more
) -> Answer:
    """Run a task that waits: park the execution's token on the request. The answer's `outcome` is "" while it waits."""
    token, execution = str(event["token"]), str(event.get("execution", ""))
    waiting = wiring.waiting()
    return run(step, event, lambda one: {"outcome": waiting.start(one, token, execution, wait, due, begin)})
