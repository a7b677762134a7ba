"""What is checked again before a reply leaves: window, block, person, key, address; claims and time."""

import pytest

from chalicelib.channels.parts import NumberChanged, ReachChanged
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.dynamo.models import DeskRow
from chalicelib.outbox.model import CLAIM
from tests.support.delivery.desk import DeliveryDesk
from tests.support.intake.rows import change
from tests.support.people import (
    AMINA_PHONE,
    DANIYAR,
    TELEGRAM_ACCOUNT,
    WHATSAPP_ACCOUNT,
    from_amina,
)

# -- what is checked again before the call


def test_a_window_that_closed_while_the_reply_waited_costs_no_call(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Кеш қалды")
    desk.now = desk.head()["last_inbound_at"] + DAY

    desk.sender()(ticket["conversation_id"])

    assert desk.provider.calls == 0
    assert desk.message(ref)["failure"]["reason"] == "window_closed"
    assert desk.ticket(ticket)["undelivered"] == ref.tail


def test_a_window_that_closes_between_reading_and_claiming_costs_no_call(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Дәл шегінде")
    end = desk.head()["last_inbound_at"] + DAY
    store = desk.outbox()
    claim = store.claim
    store.claim = lambda job, attempt_id, now, *rest: claim(job, attempt_id, end, *rest)  # type: ignore[method-assign]
    moments = iter([end - 1, end, end, end])

    desk.sender(store=store, clock=lambda: next(moments))(ticket["conversation_id"])

    assert desk.provider.calls == 0
    assert desk.message(ref)["failure"]["reason"] == "window_closed"


def test_a_notice_outside_the_window_is_kept_and_the_ticket_says_so(desk: DeliveryDesk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds - 25 * 3600))
    (head,) = desk.of("head")

    desk.sender()(head["conversation_id"])

    (notice,) = desk.messages("out")
    assert notice["status"] == "queued"
    assert [one["kind"] for one in desk.messages("event")] == ["window_kept"]
    assert desk.messages("event")[0]["ticket_id"] == head["ticket_id"]
    assert desk.provider.calls == 0


@pytest.mark.parametrize("purpose", ["marketing", "news"])
@pytest.mark.parametrize("messenger", ["whatsapp", "telegram"])
def test_news_and_offers_never_leave_on_a_messenger(desk: DeliveryDesk, messenger: str, purpose: str) -> None:
    ticket = desk.open_ticket() if messenger == "whatsapp" else desk.open_telegram_ticket()
    ref = desk.reply(ticket, "Скидки!")
    change(desk, f"conversation#{ref.conversation_id}", f"outbox#{ref.tail}", "purpose", purpose)

    desk.sender()(ticket["conversation_id"])

    assert desk.provider.calls == 0
    assert desk.message(ref)["failure"]["reason"] == "not_allowed"


def test_nothing_goes_to_somebody_who_blocked_the_bot_until_they_come_back(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    ref = desk.reply(ticket, "Ответ")
    desk.changer()(ReachChanged("telegram", TELEGRAM_ACCOUNT, DANIYAR, True, desk.seconds))
    desk.sender()(ticket["conversation_id"])
    assert (desk.provider.calls, desk.message(ref)["failure"]["reason"]) == (0, "blocked")

    desk.later(60)
    desk.changer()(ReachChanged("telegram", TELEGRAM_ACCOUNT, DANIYAR, False, desk.seconds))
    back = desk.reply(ticket, "Снова здесь")
    desk.sender()(ticket["conversation_id"])
    assert desk.message(back)["status"] == "sent"


def test_a_403_closes_the_conversation_and_an_unblocking_in_the_same_second_opens_it(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    desk.reply(ticket, "Ответ")
    desk.provider.faults = [desk.provider.telegram_error(403, "Forbidden: bot was blocked by the user")]
    desk.sender()(ticket["conversation_id"])
    assert desk.head()["blocked"] is True

    desk.changer()(ReachChanged("telegram", TELEGRAM_ACCOUNT, DANIYAR, False, desk.seconds))
    assert desk.head()["blocked"] is False


def test_nothing_goes_to_a_person_of_another_epoch(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    change(desk, f"contact#{ticket['contact_id']}", "contact", "epoch", 2)
    desk.sender()(ticket["conversation_id"])
    assert (desk.provider.calls, desk.message(ref)["failure"]["reason"]) == (0, "erased")


@pytest.mark.parametrize("gone", [False, True], ids=["message", "message gone"])
def test_of_a_person_who_is_being_erased_nothing_goes_out_and_nothing_is_taken_away(
    desk: DeliveryDesk, gone: bool
) -> None:
    """The eraser counts what there is, and deletes it."""
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    if gone:
        DeskRow(f"conversation#{ref.conversation_id}", f"message#{ref.tail}").delete()
    change(desk, f"contact#{ticket['contact_id']}", "contact", "state", "erasing")
    before = desk.items()
    desk.sender()(ticket["conversation_id"])
    assert (desk.provider.calls, desk.items()) == (0, before)


def test_a_place_whose_person_is_gone_altogether_ends(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Жауап")
    DeskRow(f"contact#{ticket['contact_id']}", "contact").delete()
    desk.sender()(ticket["conversation_id"])
    assert (desk.provider.calls, desk.of("outbox#")) == (0, [])


def test_a_destroyed_key_ends_what_waits(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    desk.dynamodb.delete_item(TableName=desk.tables["keys"], Key={"pk": {"S": ticket["contact_id"]}})
    desk.sender()(ticket["conversation_id"])
    assert (desk.provider.calls, desk.message(ref)["failure"]["reason"]) == (0, "erased")


def test_content_that_does_not_open_is_failed_and_not_sent(
    desk: DeliveryDesk, capfd: pytest.CaptureFixture[str]
) -> None:
    ticket = desk.open_ticket()
    ref, other = desk.reply(ticket, "Жауап"), desk.reply(ticket, "Екінші")
    foreign = desk.message(other)["content"]
    change(desk, f"conversation#{ref.conversation_id}", f"message#{ref.tail}", "content", foreign)
    desk.sender()(ticket["conversation_id"])
    assert desk.message(ref)["failure"]["code"] == "cannot_open"
    assert desk.provider.texts == ["Екінші"]
    assert capfd.readouterr().out.count('"CannotOpen": 1') == 1


def test_a_person_without_a_phone_is_reached_by_the_business_scoped_id(desk: DeliveryDesk) -> None:
    author = Author((Address("user", "KZ.13579"),), name="Амина")
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds, author=author))
    desk.reply(ticket, "Жауап")
    desk.sender()(ticket["conversation_id"])
    (sent,) = desk.provider.sent
    assert (sent.to, sent.field) == ("KZ.13579", "recipient")


def test_a_changed_number_is_used_at_once(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Жауап")
    old, new = Address("phone", AMINA_PHONE), Address("phone", "77000000199")
    desk.changer()(NumberChanged("whatsapp", WHATSAPP_ACCOUNT, "wamid.HBgL", old, new, desk.seconds))
    desk.sender()(ticket["conversation_id"])
    assert [sent.to for sent in desk.provider.sent] == ["77000000199"]


def test_a_message_that_is_gone_leaves_the_outbox(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    key = {"pk": {"S": f"conversation#{ref.conversation_id}"}, "sk": {"S": f"message#{ref.tail}"}}
    desk.dynamodb.delete_item(TableName=desk.tables["desk"], Key=key)
    desk.sender()(ticket["conversation_id"])
    assert (desk.provider.calls, desk.of("outbox#"), desk.of(f"message#{ref.tail}")) == (0, [], [])


# -- claims and time


def test_another_senders_live_claim_is_respected_quietly(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    store = desk.outbox()
    (waiting,) = store.entries(ref.conversation_id)
    store.claim(store.job(waiting, desk.now), "a" * 20, desk.now)

    desk.now += CLAIM - 1
    assert desk.sender()(ref.conversation_id) == 0
    assert (desk.provider.calls, desk.rings) == (0, [])


def test_a_run_that_takes_long_stops_and_rings_for_the_rest(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    for n in range(4):
        desk.reply(ticket, f"{n}")
    seconds = iter([0.0, 1.0, 8.0, 9.5])
    assert desk.sender(stopwatch=lambda: next(seconds))(ticket["conversation_id"]) == 2
    assert desk.rings == [(ticket["conversation_id"], 0)]
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.texts == ["0", "1", "2", "3"]
