"""Statuses rise and never fall, whatever order they come in, and whether or not we know the message yet."""

import itertools

import pytest

from chalicelib.core.ids import MessageRef
from chalicelib.tickets.model import RANK
from tests.support.faults import Busy
from tests.support.intake.changes import update
from tests.support.intake.desk import Desk
from tests.support.people import WHATSAPP_ACCOUNT, from_amina, wamid

FINAL = {"sent": "sent", "failed": "failed", "delivered": "delivered", "read": "read"}


def notice(desk: Desk) -> tuple[MessageRef, dict]:
    (item,) = desk.messages("out")
    ref = MessageRef.of_tail(item["pk"].removeprefix("conversation#"), item["sk"].removeprefix("message#"))
    return ref, item


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "failed", "delivered", "read"])))
def test_every_order_of_statuses_ends_at_read_without_a_failure(desk: Desk, order: tuple[str, ...]) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    ref, _ = notice(desk)
    for status in order:
        desk.statuses().apply(update(status, str(ref), code="131026" if status == "failed" else ""), desk.now)

    _, item = notice(desk)
    assert (item["status"], item["rank"], "failure" in item) == ("read", RANK["read"], False)


@pytest.mark.parametrize(
    ("order", "status", "failed"),
    [
        (("sent", "failed"), "failed", True),
        (("failed", "sent"), "failed", True),
        (("failed", "delivered"), "delivered", False),
        (("delivered", "failed"), "delivered", False),
    ],
)
def test_failed_outranks_sent_and_is_cleared_by_delivered(
    desk: Desk, order: tuple[str, ...], status: str, failed: bool
) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    ref, _ = notice(desk)
    for one in order:
        desk.statuses().apply(update(one, str(ref), code="131026" if one == "failed" else ""), desk.now)

    _, item = notice(desk)
    assert (item["status"], "failure" in item) == (status, failed)
    if failed:
        assert item["failure"]["code"] == "131026"


def test_a_status_that_comes_before_the_provider_id_is_known_is_parked_by_its_blind_name(desk: Desk) -> None:
    early = wamid()
    desk.statuses().apply(update("delivered", provider_id=early), desk.now)
    desk.statuses().apply(update("sent", provider_id=early), desk.now)

    (parked,) = desk.items("index", lambda item: item["sk"] == "parked")
    assert (parked["status"], parked["expires_at"]) == ("delivered", desk.seconds + 8 * 24 * 60 * 60)
    assert early not in repr(parked)


def test_a_providers_words_are_kept_without_whatever_could_name_the_person(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    ref, _ = notice(desk)
    said = f"Message to +7 (700) 000-01-07 as {wamid()} was not delivered"
    known, early = update("failed", str(ref), code="130472"), update("failed", code="131053")
    for one in (known, early):
        desk.statuses().apply(one._replace(reason=said), desk.now)

    (parked,) = desk.items("index", lambda item: item["sk"] == "parked")
    kept = "Message to … as … was not delivered"
    assert (parked["code"], parked["said"]) == ("131053", kept)
    assert notice(desk)[1]["failure"] == {"code": "130472", "text": kept, "at": known.at}


def test_a_linked_provider_id_finds_its_message(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    ref, _ = notice(desk)
    known = wamid()
    name = desk.address_key.message("whatsapp", WHATSAPP_ACCOUNT, known)
    desk.dynamodb.put_item(
        TableName=desk.tables["index"],
        Item={"pk": {"S": f"link#{name}"}, "sk": {"S": "link"}, "message_ref": {"S": str(ref)}},
    )
    desk.statuses().apply(update("delivered", provider_id=known), desk.now)

    assert notice(desk)[1]["status"] == "delivered"


def test_a_status_of_a_message_that_is_gone_brings_nothing_back(desk: Desk) -> None:
    ref = MessageRef("0" * 20, desk.now, "0" * 32)
    desk.statuses().apply(update("read", str(ref)), desk.now)

    assert desk.items() == []


def test_a_status_cannot_touch_what_a_customer_wrote(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    (item,) = desk.messages()
    ref = MessageRef.of_tail(item["pk"].removeprefix("conversation#"), item["sk"].removeprefix("message#"))
    desk.statuses().apply(update("read", str(ref)), desk.now)

    assert desk.messages() == [item]


def test_a_status_that_meets_the_senders_transaction_is_written_after_it(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    ref, _ = notice(desk)
    waits: list[int] = []
    statuses = desk.statuses(waits.append, Busy(desk.dynamodb, 2))
    statuses.apply(update("delivered", str(ref)), desk.now)

    assert notice(desk)[1]["status"] == "delivered" and waits == [0, 1]
