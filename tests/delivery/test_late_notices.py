"""A notice that meets a closed reply window waits until the customer writes; a template tells that something waits."""

from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.entrypoints.stream_router import _wake_up
from chalicelib.outbox.reading import overdue
from tests.support.delivery.desk import DeliveryDesk
from tests.support.delivery.templates import component, filled, keep, template
from tests.support.people import from_amina, wamid

WAITS = template(component("BODY", "Сізді хабар күтуде. Бізге жазыңыз."), name="message_waits")


def late(desk: DeliveryDesk) -> str:
    """Amina's message of yesterday, which arrives now; her conversation, whose notice is kept."""
    desk.receive(from_amina(sent_at=desk.seconds - 25 * 3600))
    (head,) = desk.of("head")
    desk.sender()(head["conversation_id"])
    return str(head["conversation_id"])


def writes(desk: DeliveryDesk) -> None:
    desk.later(60)
    desk.receive(from_amina(sent_at=desk.seconds, provider_id=wamid()))


def test_a_kept_notice_goes_out_when_the_customer_writes_and_once(desk: DeliveryDesk) -> None:
    conversation = late(desk)
    (entry,) = desk.of("outbox#")
    assert entry["kept"] and "due" not in entry and desk.head()["notices_wait"]
    assert not list(overdue(desk.now + DAY)), "the sweeper need not wake it"
    assert desk.sender()(conversation) == 0

    writes(desk)
    desk.sender()(conversation)

    assert len(desk.provider.sent) == 1
    assert desk.messages("out")[0]["status"] == "sent"
    assert not desk.of("outbox#") and "notices_wait" not in desk.head()
    assert desk.sender()(conversation) == 0


def test_a_kept_notice_holds_up_no_template_of_staff(desk: DeliveryDesk) -> None:
    conversation = late(desk)
    keep(desk, template())
    (ticket,) = desk.of_pk("ticket#")
    desk.reply(ticket, filled(), "page-1")
    desk.sender()(conversation)
    assert desk.provider.texts == ["answer_ready"]
    assert len(desk.of("outbox#")) == 1


def test_the_customer_writing_wakes_the_sender(desk: DeliveryDesk) -> None:
    conversation = late(desk)
    head = desk.dynamodb.get_item(
        TableName=desk.tables["desk"], Key={"pk": {"S": f"conversation#{conversation}"}, "sk": {"S": "head"}}
    )["Item"]
    record: dict[str, Any] = {"eventName": "MODIFY", "eventID": "1", "dynamodb": {"NewImage": head}}
    woken = _wake_up(record)
    assert woken and (woken[0], woken[1].body) == ("doorbell", {"conversation_id": conversation})
    del head["notices_wait"]
    assert _wake_up(record) is None


def test_with_a_template_the_customer_is_told_once_that_something_waits(desk: DeliveryDesk) -> None:
    keep(desk, WAITS)
    desk.receive(from_amina(sent_at=desk.seconds - 25 * 3600))
    (head,) = desk.of("head")
    send = desk.sender(late_template=lambda channel, purpose: "message_waits")

    send(head["conversation_id"])
    send(head["conversation_id"])

    assert desk.provider.texts == ["message_waits"]
    told = [one for one in desk.messages("out") if one["status"] == "sent"]
    assert [one["purpose"] for one in told] == ["status"]
    writes(desk)
    send(head["conversation_id"])
    assert len(desk.provider.sent) == 2 and not desk.of("outbox#")


@pytest.mark.parametrize(
    "unfit",
    [WAITS._replace(status="PAUSED"), WAITS._replace(category="MARKETING"), template(name="message_waits"), None],
)
def test_without_a_template_that_may_be_sent_the_notice_only_waits(desk: DeliveryDesk, unfit: Any) -> None:
    keep(desk, *([unfit] if unfit else []))
    desk.receive(from_amina(sent_at=desk.seconds - 25 * 3600))
    (head,) = desk.of("head")
    desk.sender(late_template=lambda channel, purpose: "message_waits")(head["conversation_id"])
    assert desk.provider.calls == 0
    assert len(desk.of("outbox#")) == 1


def test_a_customer_who_writes_while_a_notice_is_being_kept_gets_it_at_once(desk: DeliveryDesk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds - 25 * 3600))
    (head,) = desk.of("head")
    sender = desk.sender()
    kept = sender.late_notices.keep

    def written_first(*given: Any) -> bool:
        writes(desk)
        return kept(*given)

    object.__setattr__(sender.late_notices, "keep", written_first)
    sender(head["conversation_id"])
    assert len(desk.provider.sent) == 1
    assert not desk.of("outbox#")


def test_a_kept_notice_whose_message_has_expired_leaves_with_the_next_wake_up(desk: DeliveryDesk) -> None:
    conversation = late(desk)
    ref = desk.of("outbox#")[0]["sk"].removeprefix("outbox#")
    desk.dynamodb.delete_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": f"conversation#{conversation}"}, "sk": {"S": f"message#{ref}"}},
    )
    writes(desk)
    desk.sender()(conversation)
    assert (desk.provider.calls, desk.of("outbox#")) == (0, [])
