"""The tasks of the workflow that destroys a person's data, as the state machine calls them: a function for each Lambda
function, with its name. Each parses the event and calls one use case; a cold start loads its own task's parts only.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.erasure.task import run
from chalicelib.erasure.waiting import BuildWaitStart, nothing_more
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waits import Wait
from chalicelib.wiring import erasure as wiring

Event = Mapping[str, Any]
Answer = dict[str, Any]


def soft_suppress(event: Event) -> Answer:
    """Step 1: stop what is not essential, make the mailbox for answers."""
    return run("soft_suppress", event, wiring.soft_suppress())


def verify_identity(event: Event) -> Answer:
    """Step 2: ask the person to confirm, and wait."""
    from chalicelib.erasure.tasks.verify_identity import begin, due

    return _wait("verify_identity", event, Wait.IDENTITY, due, begin)


def decide(event: Event) -> Answer:
    """Step 3: nobody confirmed; wait for the staff's decision."""
    task = wiring.decide()
    return _wait("decide", event, Wait.DECISION, task.due, task.begin)


def tell(event: Event) -> Answer:
    """Step 4, first half: tell the person, and wait for the proof that they were told."""
    task = wiring.tell()
    return _wait("tell", event, Wait.TELLING, task.due, task.begin)


def grace(event: Event) -> Answer:
    """Step 4, second half: wait while the person may think again."""
    task = wiring.grace()
    return _wait("grace", event, Wait.COOLING_OFF, task.due, task.begin)


def hard_suppress(event: Event) -> Answer:
    """Step 5: put the person on the suppression list."""
    return run("hard_suppress", event, lambda request_id: wiring.hard_suppress()(request_id))


def freeze_inventory(event: Event) -> Answer:
    """Step 6: list and count what there is."""
    return run("freeze_inventory", event, lambda request_id: wiring.freeze_inventory()(request_id))


def destroy_key(event: Event) -> Answer:
    """Step 7: the point of no return."""
    return run("destroy_key", event, lambda request_id: wiring.destroy_key()(request_id))


def erase_stores(event: Event) -> Answer:
    """Steps 8 and 9: delete every row, in the pass that the event names: "erase" or "sweep"."""
    which = str(event.get("pass", "erase"))
    step = "erase_stores" if which == "erase" else "sweep_again"
    return run(step, event, lambda request_id: wiring.erase_stores()(request_id, which))


def settle(event: Event) -> Answer:
    """Step 9, first half: wait until every late writer has ended."""
    from chalicelib.erasure.tasks.drain_writers import due

    return _wait("settle", event, Wait.DRAIN, due)


def verify_absence(event: Event) -> Answer:
    """Step 10: prove that nothing is left. Made inside the run, because its secrets may not be had just now."""
    return run("verify_absence", event, lambda request_id: wiring.verify_absence()(request_id))


def certificate(event: Event) -> Answer:
    """Step 11: sign and chain the certificate."""
    return run("certificate", event, wiring.issue_certificate())


def notify(event: Event) -> Answer:
    """Step 12, first half: tell the person that it is done."""
    return run("notify", event, wiring.notify())


def await_delivery(event: Event) -> Answer:
    """Step 12, between its halves, and after the answer to a request that came to nothing: wait while it arrives."""
    from chalicelib.erasure.tasks.await_delivery import due

    return _wait("await_delivery", event, Wait.DELIVERY, due)


def close_box(event: Event) -> Answer:
    """Step 12, second half, and the last one of a request that was cancelled or refused: destroy the mailbox."""
    return run("close_box", event, wiring.close_box())


def wait_backups(event: Event) -> Answer:
    """Step 13: wait until no backup reaches back."""
    from chalicelib.erasure.tasks.wait_backups import due

    return _wait("wait_backups", event, Wait.BACKUPS, due)


def final_certificate(event: Event) -> Answer:
    """Step 14: the certificate's second entry: the destruction is complete."""
    return run("final_certificate", event, wiring.finish_certificate())


def finish(event: Event) -> Answer:
    """The request was cancelled or refused: everything is as before."""
    return run("finish", event, wiring.finish())


def escalate(event: Event) -> Answer:
    """A task failed for good: name it and call a person."""
    from chalicelib.erasure.tasks.escalate import failure_of

    task, failure, execution = wiring.escalate(), failure_of(event), str(event.get("execution", ""))
    return run("escalate", event, lambda request_id: task(request_id, failure, execution))


def _wait(
    step: str, event: Event, wait: Wait, due: Callable[[Request], int], begin: BuildWaitStart = nothing_more
) -> Answer:
    """Run a task that waits; its answer only says whether it does."""
    token, execution = str(event["token"]), str(event.get("execution", ""))
    waiting = wiring.waiting()
    return run(step, event, lambda one: {"outcome": waiting.start(one, token, execution, wait, due, begin)})
