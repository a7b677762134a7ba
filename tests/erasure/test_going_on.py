"""A request that met trouble goes on to its end: no failure leaves it where no later run can get it out."""

import pytest

from chalicelib.core.clock import GUARD_DAYS
from chalicelib.core.kept_for import KeptFor
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import REQUEST
from chalicelib.erasure.task import TaskFailed
from chalicelib.erasure.tasks.destroy_mailbox import DestroyMailbox
from chalicelib.erasure.tasks.verify_absence import MOST_PASSES
from chalicelib.privacy.mailbox.removal import MailboxRemoval
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.telling.statuses import MessageStatuses
from tests.support.erasure.absence import leave, verify
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroying import TASKS, run_task, run_until
from tests.support.erasure.person import Person, cast
from tests.support.faults import Died, Dying


def put(desk: ErasureDesk, table: str, **item: object) -> None:
    desk.dynamodb.put_item(TableName=desk.tables[table], Item=attribute_values(item))


def swept(desk: ErasureDesk, person: Person) -> Request:
    """The person's request after the second pass of the eraser."""
    request = desk.request_for(person)
    run_until(desk, request, "sweep")
    return request


def listed(desk: ErasureDesk, request: Request, kind: str) -> list[str]:
    """Partitions of this kind that the inventory names."""
    mine = [one for one in desk.of("inventory#") if one["pk"] == REQUEST.partition(request.id)]
    return [name for one in mine for name in one.get("names", ()) if name.startswith(f"{kind}#")]


def test_a_run_that_follows_after_the_box_was_closed_passes_through_what_is_done(desk: ErasureDesk) -> None:
    """Given a run that failed while it waited for the backups, then the next one comes as far as that again."""
    (person,) = cast(desk, "telegram_daniyar")
    request = swept(desk, person)
    assert verify(desk, request) == {"outcome": "absent"}
    desk.requests.run(desk.requests.change(request.id, {"steps.certified": desk.now, "steps.notified": desk.now}))
    read = MessageStatuses(desk.gateway())
    rows = ContactRequestRows(desk.gateway())
    DestroyMailbox(desk.requests, rows, MailboxRemoval(desk.gateway()), read, KeptFor(1095), lambda: desk.now)(
        request.id
    )
    before = desk.snapshot()
    for name in TASKS:
        if name != "settle":
            run_task(desk, name, request)
    assert verify(desk, request) == {"outcome": "absent"}
    assert desk.snapshot() == before


def test_a_number_that_another_ticket_has_by_now_is_no_trace(desk: ErasureDesk) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = swept(desk, person)
    put(desk, "desk", pk=listed(desk, request, "number")[0], sk="number", ticket_id="0" * 20)
    assert verify(desk, request) == {"outcome": "absent"}


def test_a_status_that_is_parked_after_its_message_went_is_erased(desk: ErasureDesk) -> None:
    """Given a provider that reports without our reference once everything is deleted, then one more round finds it."""
    (person,) = cast(desk, "whatsapp_daniyar")
    request = swept(desk, person)
    name = listed(desk, request, "link")[0].removeprefix("link#")
    until = desk.seconds + GUARD_DAYS * 86400
    put(desk, "index", pk=f"parked#{name}", sk="parked", status="read", rank=3, at=1, expires_at=until)
    assert verify(desk, request) == {"outcome": "found"}
    run_until(desk, request, "sweep")
    assert verify(desk, request) == {"outcome": "absent"}


def test_an_early_status_that_the_inventory_names_by_its_own_key_is_looked_for(desk: ErasureDesk) -> None:
    """Given an inventory that names the early status and not the link, then the status is asked for and found."""
    (person,) = cast(desk, "whatsapp_daniyar")
    request = swept(desk, person)
    name = f"parked#{'7' * 32}"
    put(desk, "desk", pk=REQUEST.partition(request.id), sk="inventory#index.links#099", request_id=request.id,
        store="index.links", found=0, names=[name], marks=[])  # fmt: skip
    put(desk, "index", pk=name, sk="parked", status="read", rank=3, at=1, expires_at=desk.seconds + 86400)
    assert verify(desk, request) == {"outcome": "found"}
    desk.dynamodb.delete_item(TableName=desk.tables["index"], Key=attribute_values({"pk": name, "sk": "parked"}))
    desk.requests.run(desk.requests.change(request.id, {f"steps.{Step.ERASED}": 1, f"steps.{Step.ERASED_AGAIN}": 1}))
    assert verify(desk, request) == {"outcome": "absent"}


def test_after_a_person_was_called_the_next_run_erases_again(desk: ErasureDesk) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = swept(desk, person)
    desk.requests.run(desk.requests.change(request.id, {"passes": MOST_PASSES}))
    leave(desk, person)
    with pytest.raises(TaskFailed, match="still_found"):
        verify(desk, request)
    run_until(desk, request, "sweep")
    assert verify(desk, request) == {"outcome": "absent"}


def test_a_verifier_that_dies_after_it_sent_the_request_back_sends_it_back_again(desk: ErasureDesk) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = swept(desk, person)
    leave(desk, person)
    with pytest.raises(Died):
        verify(desk, request, Dying(desk.dynamodb, 1, "after"))
    assert verify(desk, request) == {"outcome": "found"}
    assert desk.request(request).passes == 1
    assert not desk.request(request).done(Step.ERASED_AGAIN)
