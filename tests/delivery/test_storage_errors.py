"""A storage that does not answer is said so; a claim that was lost meanwhile is not written over."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.core.backoff import TRIES
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.builder import Write, plain_value
from chalicelib.dynamo.tables import Tables
from chalicelib.outbox.model import CLAIM
from tests.support.delivery.desk import DeliveryDesk
from tests.support.faults import Conflicting


class Failing:
    """A client whose first calls fail."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.calls = 0

    def _call(self, **request: Any) -> dict[str, Any]:
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return {}

    transact_write_items = update_item = _call


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "UpdateItem")


WRITE = Write("row", {"Update": {}})
SILENT = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


@pytest.mark.parametrize("error", [refused("ThrottlingException"), SILENT])
def test_a_storage_that_does_not_take_a_write_is_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable):
        Tables(Failing(error), {}, lambda attempt: None).transact([WRITE])
    with pytest.raises(Unavailable):
        Tables(Failing(error), {}, lambda attempt: None).write(WRITE)


def test_an_update_that_meets_a_transaction_is_tried_again_ten_times() -> None:
    waits: list[int] = []
    conflicts = [refused("TransactionConflictException")] * (TRIES - 1)
    assert Tables(Failing(*conflicts), {}, waits.append).write(WRITE)
    assert waits == list(range(TRIES - 1))
    with pytest.raises(Unavailable):
        Tables(Failing(*conflicts, conflicts[0]), {}, waits.append).write(WRITE)
    assert not Tables(Failing(refused("ConditionalCheckFailedException")), {}, waits.append).write(WRITE)


def test_an_update_with_one_try_leaves_a_conflict_to_its_caller() -> None:
    waits: list[int] = []
    client = Failing(refused("TransactionConflictException"))
    assert not Tables(client, {}, waits.append).write(WRITE, tries=1)
    assert (client.calls, waits) == (1, [])


def test_an_advice_ends_the_message_of_what_failed() -> None:
    tables = Tables(Failing(SILENT), {}, again="the next sweep tries again")
    with pytest.raises(Unavailable, match=r"the next sweep tries again\.$"):
        tables.transact([WRITE])


def test_a_transaction_that_always_meets_others_gives_up(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Жауап")
    with pytest.raises(Unavailable):
        desk.sender(store=desk.outbox(Conflicting(desk.dynamodb, 99)))(ticket["conversation_id"])
    assert desk.provider.calls == 0
    tables = desk.gateway(Conflicting(desk.dynamodb, 99), lambda attempt: None)
    with pytest.raises(Unavailable):
        tables.transact_until_written(lambda refused: [WRITE])


def test_a_last_try_that_finds_its_own_change_written_is_no_failure() -> None:
    """After nine conflicts the tenth was written, its answer was lost, and the client's own repetition was refused."""
    conflict, written = (
        ClientError(
            {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": [{"Code": code}]},
            "TransactWriteItems",
        )
        for code in ("TransactionConflict", "ConditionalCheckFailed")
    )
    tables = Tables(Failing(*[conflict] * (TRIES - 1), written), {}, lambda attempt: None)
    assert not tables.transact_until_written(lambda refused: None if "row" in refused else [WRITE])
    tables = Tables(Failing(*[written] * TRIES), {}, lambda attempt: None)
    with pytest.raises(Unavailable):
        tables.transact_until_written(lambda refused: [WRITE])


def test_a_number_that_is_none_of_ours_is_read_as_a_whole_one() -> None:
    assert plain_value({"N": "1.9"}) == 1
    assert plain_value({"NS": ["1.9", "3", "-2.5E1"]}) == {1, 3, -25}


@pytest.mark.parametrize(
    "fault",
    [
        lambda p: p.telegram_error(500, "Internal Server Error"),
        lambda p: p.telegram_error(400, "Bad Request: chat not found"),
    ],
)
def test_a_sender_whose_claim_has_passed_to_another_writes_nothing(
    desk: DeliveryDesk, fault: Callable[[Any], Any]
) -> None:
    ticket = desk.open_telegram_ticket()
    ref = desk.reply(ticket, "Медленно")
    providers, answer = desk.providers(), fault(desk.provider)

    class Slow:
        """The call takes longer than the claim, and the other sender is at work when it fails."""

        def send(self, channel: Any, message: Any) -> Any:
            desk.now += CLAIM
            store = desk.outbox()
            (waiting,) = store.entries(ref.conversation_id)
            store.claim(store.job(waiting, desk.now), "a" * 20, desk.now)
            desk.provider.faults = [answer]
            return providers.send(channel, message)

    desk.sender(providers=Slow())(ticket["conversation_id"])

    (place,) = desk.of("outbox#")
    assert place["attempt_id"] == "a" * 20
    assert (desk.message(ref)["status"], desk.rings) == ("sending", [])


def test_a_sender_that_lost_its_claim_between_two_pieces_stops(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    ref = desk.reply(ticket, " ".join(f"слово{n:04d}" for n in range(1_000)))

    def other(sent: object) -> None:
        desk.now += CLAIM
        store = desk.outbox()
        (waiting,) = store.entries(ref.conversation_id)
        store.claim(store.job(waiting, desk.now), "a" * 20, desk.now)

    desk.provider.accepted = other
    assert desk.sender()(ticket["conversation_id"]) == 0
    assert len(desk.provider.texts) == 1
    assert desk.of("outbox#")[0]["attempt_id"] == "a" * 20


def test_a_reply_whose_ticket_is_gone_still_fails_in_the_open(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    ref = desk.reply(ticket, "Ответ")
    key = {"pk": {"S": ticket["pk"]}, "sk": {"S": "ticket"}}
    desk.dynamodb.delete_item(TableName=desk.tables["desk"], Key=key)
    desk.provider.faults = [desk.provider.telegram_error(400, "Bad Request: chat not found")]
    desk.sender()(ticket["conversation_id"])
    assert (desk.message(ref)["status"], desk.of("outbox#")) == ("failed", [])
