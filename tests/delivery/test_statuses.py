"""Statuses meet the sender's own record in any order, with our reference or without: the right one stays."""

import itertools
from typing import Any

import pytest

from chalicelib.channels.parts import StatusUpdate
from chalicelib.tickets.model import RANK
from tests.support.delivery.desk import DeliveryDesk
from tests.support.delivery.provider import Sent
from tests.support.people import WHATSAPP_ACCOUNT

HIGHEST = {"sent": 2, "failed": 3, "delivered": 4, "read": 5}


def apply(desk: DeliveryDesk, sent: Sent, status: Any, *, referred: bool) -> None:
    code = "131026" if status == "failed" else ""
    reference = sent.reference if referred else ""
    update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, sent.provider_id, status, desk.seconds, reference, code)
    desk.statuses().apply(update, desk.now)


@pytest.mark.parametrize("referred", [True, False])
@pytest.mark.parametrize("early", [0, 1, 2, 3])
def test_every_order_of_statuses_around_the_record_ends_at_the_highest(
    desk: DeliveryDesk, early: int, referred: bool
) -> None:
    ticket = desk.open_ticket()
    for number, order in enumerate(itertools.permutations(["sent", "failed", "delivered"])):
        ref = desk.reply(ticket, f"{number}")
        desk.provider.accepted = (
            lambda sent, order=order: [  # type: ignore[misc]
                apply(desk, sent, status, referred=referred) for status in order[:early]
            ]
        )
        desk.sender()(ticket["conversation_id"])
        for status in order[early:]:
            apply(desk, desk.provider.sent[-1], status, referred=referred)

        message = desk.message(ref)
        assert (message["status"], message["rank"]) == ("delivered", RANK["delivered"])
        assert "failure" not in message
        assert len(message["provider_ids"]) == 1
    assert not desk.of("outbox#")
    assert len(desk.provider.sent) == 6


@pytest.mark.parametrize("referred", [True, False])
@pytest.mark.parametrize("status", ["sent", "failed", "delivered", "read"])
def test_a_single_status_before_our_record_is_not_lost(desk: DeliveryDesk, status: str, referred: bool) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    desk.provider.accepted = lambda sent: apply(desk, sent, status, referred=referred)

    desk.sender()(ticket["conversation_id"])

    message = desk.message(ref)
    assert (message["status"], message["rank"]) == (status, HIGHEST[status])
    assert ("failure" in message) == (status == "failed")
    if status == "failed":
        assert message["failure"]["code"] == "131026"
    assert desk.provider.calls == 1
    assert not desk.of("outbox#")


def test_a_status_is_parked_in_the_moment_before_the_link_is_written_and_still_counts(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    store = desk.outbox()
    record = store.sent

    def record_after_a_status(*args: Any, **more: Any) -> None:
        apply(desk, desk.provider.sent[-1], "read", referred=False)
        record(*args, **more)

    store.sent = record_after_a_status  # type: ignore[method-assign]
    desk.sender(store=store)(ticket["conversation_id"])
    assert desk.message(ref)["status"] == "read"
