"""Ways through the workflow: by the person's second press, by colleagues, cancelled, answered, escalated."""

import os
from collections.abc import Sequence

from chalicelib.channels.parts import NumberChanged
from chalicelib.core.addresses import Address
from chalicelib.core.clock import DAY
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import part_ends_at
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.wiring import requests as wiring_requests
from local.aws.ministack import CREDENTIALS
from tests.support.erasure import keeping
from tests.support.erasure.desk import DANIYAR_PHONE
from tests.support.erasure.person import Person
from tests.support.erasure.walk import Act, Walk
from tests.support.people import WHATSAPP_ACCOUNT, wamid


def pressed(walk: Walk, person: Person) -> None:
    """By the person's second press to the end; their number changes, rows come back once, and a backup is there for a
    day. The announcement arrives while the run waits for that."""
    before = walk.keys()
    request = walk.asked(person)

    def again_and_confirm() -> None:
        walk.says(person, "withdraw")
        walk.says(person, "confirm", request.id)

    def come_back() -> None:
        item = {"pk": {"S": person.conversation_pk}, "sk": {"S": f"message#{walk.desk.now:013d}#{'7' * 32}"}}
        walk.desk.dynamodb.put_item(TableName=walk.desk.tables["desk"], Item=item)

    def again_and_renumber() -> None:
        walk.says(person, "withdraw")
        old, new = Address("phone", DANIYAR_PHONE), Address("phone", "77000000234")
        assert walk.desk.changer()(NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), old, new, walk.desk.seconds))

    plan: dict[str, Act] = {
        "VerifyIdentity": again_and_confirm,
        "Tell": lambda: walk.arrives(request.id),
        "CoolingOff": again_and_renumber,
        "SweepAgain": come_back,
        "AwaitDelivery": walk.desk.deliver,
        "WaitBackups": lambda: walk.backups.append(walk.living.read(request.id).at(Step.KEY_DESTROYED) - DAY),
    }
    assert walk.go(request, plan) == "Complete"
    row = walk.living.read(request.id)
    assert not plan and (row.state, row.passes) == ("complete", 1) and row.done(Step.BACKUPS_CHECKED)
    assert walk.undated(before) == []


def decided(walk: Walk, person: Person) -> None:
    """Nobody confirms before the limit comes near, then colleagues know that they asked; the watch sees that the grace
    is over, and it goes to its end."""
    request = walk.asked(person)

    def known() -> None:
        walk.living.mark(request.id, {Step.VERIFIED: walk.desk.now}, identity="staff", due_at=walk.desk.now)

    def time_passes() -> None:
        walk.desk.now = walk.living.read(request.id).due_at
        walk.privacy(request_id=request.id)

    def untold() -> None:
        """As a request that the release before has destroyed: the secret goes out with the last answer."""
        store = walk.living.store
        store.run(store.change(request.id, {"told_by": None, f"steps.{Step.TOLD}": None}))

    plan: dict[str, Act] = {
        "Decide": lambda: plan.update({"Decide": known}),
        "Tell": lambda: walk.arrives(request.id),
        "CoolingOff": time_passes,
        "Certificate": untold,
    }
    assert walk.go(request, plan) == "Complete" and not plan
    assert walk.living.read(request.id).done(Step.DEFAULTED)


def run_has_ended(walk: Walk) -> None:
    """The machine of the embedded AWS waits for a year; the real one has ended at `Kept`."""
    machine = walk.roles.aws.client("stepfunctions")
    for one in machine.list_executions(stateMachineArn=os.environ["ERASURE_MACHINE_ARN"])["executions"]:
        machine.stop_execution(executionArn=one["executionArn"])


def kept_until(walk: Walk, person: Person, until: str, categories: Sequence[str]) -> tuple[Request, list[str]]:
    """The person withdraws and confirms, two officers keep a part here; the request, and what the person was told."""
    request, told = walk.asked(person), list[str]()

    def hear() -> None:
        told.append(walk.living.box_texts(walk.living.read(request.id))[-1])

    plan: dict[str, Act] = {
        "VerifyIdentity": lambda: (
            keeping.decide(walk.living, request.id, until, categories),
            walk.says(person, "confirm", request.id),
        ),
        "Tell": lambda: (hear(), walk.arrives(request.id)),
        "Notify": hear,
        "AwaitDelivery": walk.desk.deliver,
    }
    assert walk.go(request, plan) == "Kept" and not plan
    return walk.living.read(request.id), told


def part_ended(walk: Walk, request: Request) -> None:
    """The day of what was kept is over: the next run ends it."""
    run_has_ended(walk)
    walk.desk.now = part_ends_at(request.retained[0])
    walk.privacy(request_id=request.id)
    assert walk.living.read(request.id).run == request.run + 1
    assert walk.go(request, {}) == "Complete"


def cancelled(walk: Walk, person: Person) -> None:
    before = walk.keys()
    request = walk.asked(person)
    plan: dict[str, Act] = {
        "VerifyIdentity": lambda: walk.says(person, "confirm"),
        "Tell": lambda: walk.says(person, "cancel"),
    }
    assert walk.go(request, plan) == "Ended" and not plan
    assert walk.living.read(request.id).state == "cancelled"
    assert walk.undated(before) == []


def opted_out(walk: Walk, person: Person) -> None:
    """A colleague enters it, who may write the contact; so does the function that hears it in the chat."""
    before = walk.keys()
    walk.recorder.function = "privacy"
    walk._become(walk.roles.given["privacy"])
    opened = wiring_requests.open_request()(person.contact_id, "opt_out", "message")
    walk.recorder.function = ""
    walk._become({**CREDENTIALS, "AWS_SESSION_TOKEN": ""})
    walk.privacy(request_id=opened.request_id)
    request = walk.living.read(opened.request_id)
    assert walk.go(request, {}) == "Ended"
    request = walk.living.read(request.id)
    assert request.state == "answered" and request.done(Step.NOTIFIED)
    new = [key for key in walk.undated(before) if not key[2].startswith(("message#", "outbox#"))]
    assert new == []


def escalated(walk: Walk, person: Person) -> None:
    request = walk.asked(person)
    event = {"request_id": request.id, "error": "Overdue", "cause": "", "execution": request.execution}
    assert walk.handle("escalate", event) == {}
    assert walk.living.read(request.id).state == "escalated"
