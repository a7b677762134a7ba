"""The workers as Lambda calls them: settings from the environment, secrets, the vault's key and queues of the
AWS."""

import json

import pytest

from chalicelib.entrypoints import expiry_stamper as dater
from chalicelib.entrypoints import indexer, sender
from chalicelib.entrypoints import retention_sweeper as sweeper
from chalicelib.entrypoints import stream_router as relay
from chalicelib.outbox.content import ReplyContent
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile, Retention
from chalicelib.retention.end_contact import EndContact
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery
from chalicelib.wiring import retention as wiring_retention
from tests.support.aws import Aws
from tests.support.delivery.desk import DeliveryDesk
from tests.support.delivery.wired import at_a_full_hour as at_a_full_hour
from tests.support.delivery.wired import batch
from tests.support.delivery.wired import queues as queues
from tests.support.intake.rows import change
from tests.support.people import from_amina


def received(aws: Aws, url: str) -> list[dict[str, str]]:
    answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", ())]


def test_the_sender_sends_and_reports_only_what_failed(desk: DeliveryDesk, aws: Aws, queues: dict[str, str]) -> None:
    desk.now = wiring.clock()()
    desk.receive(from_amina(sent_at=desk.seconds))
    (head,) = desk.of("head")
    body = {"conversation_id": head["conversation_id"]}

    answer = sender.handle(batch(body, {"wrong": "body"}, body))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert len(desk.provider.sent) == 1
    assert [one["status"] for one in desk.messages("out")] == ["sent"]


def test_a_message_that_must_wait_rings_the_retry_queue(desk: DeliveryDesk, aws: Aws, queues: dict[str, str]) -> None:
    desk.now = wiring.clock()()
    desk.receive(from_amina(sent_at=desk.seconds))
    (head,) = desk.of("head")
    body = {"conversation_id": head["conversation_id"]}
    desk.provider.faults = [desk.provider.meta_error(131056)]

    assert sender.handle(batch(body)) == {"batchItemFailures": []}

    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=queues["retry"], AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesDelayed"] == "1"


def test_indexer_dater_relay_and_sweeper_find_what_they_work_with(
    desk: DeliveryDesk, aws: Aws, at_a_full_hour: None, queues: dict[str, str]
) -> None:
    desk.now = wiring.clock()() - 120_000
    desk.receive(from_amina(sent_at=desk.seconds))
    (ticket,) = desk.of_pk("ticket#")
    change(desk, ticket["pk"], "ticket", "expires_at", desk.seconds + 86_400)

    assert indexer.handle(batch({"contact_id": ticket["contact_id"]})) == {"batchItemFailures": []}
    assert wiring_delivery.text_search().find_contacts("Сәтбаева").contacts == [ticket["contact_id"]]
    body = {"conversation_id": ticket["conversation_id"], "ticket_id": ticket["ticket_id"]}
    assert dater.handle(batch(body)) == {"batchItemFailures": []}
    assert desk.ticket(ticket)["dated"] == desk.seconds + 86_400
    assert sweeper.handle()["ring"] == 1
    assert received(aws, queues["doorbell"]) == [{"conversation_id": ticket["conversation_id"]}]
    image = {"pk": {"S": f"contact#{ticket['contact_id']}"}, "sk": {"S": "contact"}}
    image["contact_id"] = {"S": ticket["contact_id"]}
    change_of = {"SequenceNumber": "1", "Keys": {name: image[name] for name in ("pk", "sk")}, "NewImage": image}
    record = {"eventID": "e", "eventName": "MODIFY", "dynamodb": change_of}
    assert relay.handle({"Records": [record]}) == {"batchItemFailures": []}
    assert received(aws, queues["indexing"]) == [{"contact_id": ticket["contact_id"]}]


def test_replies_are_wired_for_the_dashboard(desk: DeliveryDesk, queues: dict[str, str]) -> None:
    desk.now = wiring.clock()()
    desk.receive(from_amina(sent_at=desk.seconds))
    (ticket,) = desk.of_pk("ticket#")
    stored = wiring_delivery.reply_to_customer()(ticket["ticket_id"], ReplyContent("Жауап"), "page-1", "staff")
    assert stored.status == "queued"


def test_each_worker_is_given_the_days_of_its_own_class(
    queues: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profile keeps tickets and contacts equally long, so that a mix-up would not be seen with it."""
    profile = load_profile("spoint")
    retention = {
        name: Retention(**vars(row) | {"days": 100 + number})
        for number, (name, row) in enumerate(profile.retention.items())
    }
    changed = Profile(**vars(profile) | {"retention": retention})
    for module in (wiring_delivery, wiring_retention):
        monkeypatch.setattr(module, "load_profile", lambda _operator: changed)
    stamps = wiring_delivery.stamp_expiry()
    assert (stamps.ticket_kept, stamps.contact_kept) == (retention["ticket"].kept, retention["contact"].kept)
    end = wiring_retention.sweep().delete.end_contact
    assert isinstance(end, EndContact)
    assert (end.contact_kept, end.consent_kept) == (retention["contact"].kept, retention["consent"].kept)
