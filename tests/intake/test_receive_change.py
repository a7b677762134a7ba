"""Block and a changed number."""

import pytest

from chalicelib.channels.parts import ChatEvent, NumberChanged
from chalicelib.core.addresses import Address, Author
from chalicelib.dynamo.builder import attribute_values
from chalicelib.messages.ingest import Outcome
from tests.support.intake.changes import changed, reach
from tests.support.intake.desk import Desk
from tests.support.people import (
    AMINA,
    AMINA_PHONE,
    DANIYAR,
    TELEGRAM_ACCOUNT,
    WHATSAPP_ACCOUNT,
    from_amina,
    from_daniyar,
    wamid,
)


def test_block_and_unblock_in_any_order_end_at_the_newer(desk: Desk) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    for change in (reach(True, desk.seconds), reach(False, desk.seconds + 9), reach(True, desk.seconds + 5)):
        assert desk.changer()(change)

    assert desk.of("head")[0]["blocked"] is False
    assert {item["kind"] for item in desk.messages("event")} == {"blocked", "unblocked"}


def test_a_block_by_somebody_unknown_is_acknowledged_and_stores_nothing(desk: Desk) -> None:
    assert not desk.changer()(reach(True, desk.seconds))
    assert desk.items() == []


def test_a_changed_number_moves_the_alias_and_the_old_number_is_free(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    change = changed(desk, "77000000199", wamid())
    assert desk.changer()(change)
    desk.changer()(change)
    desk.receive(from_amina("жаңа нөмірден", sent_at=desk.seconds + 1, author=Author((change.new,), "Амина")))
    assert len(desk.of("ticket")) == 1
    desk.receive(from_amina("другой человек", sent_at=desk.seconds + 2, author=Author((change.old,), "Иван")))

    assert len(desk.of("ticket")) == len(desk.of("contact")) == 2
    assert [item["kind"] for item in desk.messages("event")] == ["number_changed"]


def test_a_number_that_somebody_else_holds_moves_nothing(desk: Desk) -> None:
    other = Author((Address("phone", "77000000199"),), "Иван")
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.receive(from_amina("привет", sent_at=desk.seconds, author=other))
    before = desk.items("index")
    assert desk.changer()(changed(desk, "77000000199", wamid()))

    assert desk.items("index") == before
    assert [item["kind"] for item in desk.messages("event")] == ["number_taken"]


def test_a_number_change_told_by_id_first_and_phone_after_keeps_both_ways_to_the_person(desk: Desk) -> None:
    user, phone = Address("user", "KZ.1"), Address("phone", AMINA_PHONE)
    new_user, new_phone = Address("user", "KZ.2"), Address("phone", "77000000199")
    desk.receive(from_amina(sent_at=desk.seconds, author=Author((user, phone), "Амина")))
    for new in (new_user, new_phone):
        change = NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), phone, new, desk.seconds)
        assert desk.changer()(change)
    for n, address in enumerate((new_user, new_phone)):
        desk.receive(from_amina(f"мен {n}", sent_at=desk.seconds + 1, author=Author((address,), "Амина")))

    assert [ticket["unread"] for ticket in desk.of("ticket")] == [3]
    assert len(desk.items("index", lambda item: item["sk"] == "alias" and "former_at" not in item)) == 2


def test_what_was_sent_before_a_number_change_finds_the_person_and_moves_nothing_back(desk: Desk) -> None:
    user, old, new = Address("user", "KZ.1"), Address("phone", AMINA_PHONE), Address("phone", "77000000199")
    first = from_amina(sent_at=desk.seconds, author=Author((user, old), "Амина"))
    desk.receive(first)
    change = NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), old, new, desk.seconds + 10)
    assert desk.changer()(change)
    before = desk.of("contact")[0]
    assert desk.receive(first) is Outcome.DUPLICATE
    desk.receive(from_amina("кешіккен", sent_at=desk.seconds + 5, author=Author((user, old), "Амина")))
    desk.receive(from_amina("ескі нөмірден", sent_at=desk.seconds + 6, author=Author((old,), "Амина")))

    assert desk.of("contact") == [before]
    assert [ticket["unread"] for ticket in desk.of("ticket")] == [3]


def test_a_changed_business_scoped_id_does_not_double_a_repeated_message(desk: Desk) -> None:
    user, phone = Address("user", "KZ.1"), Address("phone", AMINA_PHONE)
    first = from_amina(sent_at=desk.seconds, author=Author((user, phone), "Амина"))
    desk.receive(first)
    change = NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), user, Address("user", "KZ.2"), desk.seconds + 10)
    assert desk.changer()(change)

    assert desk.receive(first) is Outcome.DUPLICATE
    assert len(desk.of("contact")) == len(desk.of("ticket")) == 1


def test_a_phone_that_a_person_left_without_telling_goes_to_its_new_owner(desk: Desk) -> None:
    old, new = Address("phone", AMINA_PHONE), Address("phone", "77000000199")
    amina, ivan = Address("user", "KZ.1"), Address("user", "KZ.2")
    desk.receive(from_amina("бір", sent_at=desk.seconds, author=Author((amina, old), "Амина")))
    desk.receive(from_amina("екі", sent_at=desk.seconds + 1, author=Author((amina, new), "Амина")))
    desk.receive(from_amina("привет", sent_at=desk.seconds + 2, author=Author((ivan, old), "Иван")))
    desk.receive(from_amina("үш", sent_at=desk.seconds + 3, author=Author((new,), "Амина")))

    assert sorted(ticket["unread"] for ticket in desk.of("ticket")) == [1, 3]
    assert all("phone" in contact for contact in desk.of("contact"))


def test_a_change_to_a_number_that_is_the_persons_own_already_frees_the_old_one(desk: Desk) -> None:
    user, old, new = Address("user", "KZ.1"), Address("phone", AMINA_PHONE), Address("phone", "77000000199")
    desk.receive(from_amina("бір", sent_at=desk.seconds, author=Author((user, old), "Амина")))
    desk.receive(from_amina("екі", sent_at=desk.seconds + 1, author=Author((user, new), "Амина")))
    change = NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), old, new, desk.seconds + 2)
    assert desk.changer()(change)
    desk.receive(from_amina("чужой", sent_at=desk.seconds + 3, author=Author((old,), "Иван")))

    assert [item["kind"] for item in desk.messages("event")] == ["number_changed"]
    assert sorted(ticket["unread"] for ticket in desk.of("ticket")) == [1, 2]


def test_a_customer_who_writes_has_not_blocked_us(desk: Desk) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    assert desk.changer()(reach(True, desk.seconds)) and desk.changer()(reach(False, desk.seconds))
    assert desk.of("head")[0]["blocked"] is False
    desk.changer()(reach(True, desk.seconds + 1))
    desk.receive(from_daniyar("я здесь", sent_at=desk.seconds + 2, message_id=8))

    assert desk.of("head")[0]["blocked"] is False


@pytest.mark.parametrize("what", ["timer", "number"])
def test_what_a_clock_ahead_of_ours_dates_is_one_line_however_often_it_comes(desk: Desk, what: str) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds - 5, message_id=1))
    desk.receive(from_amina(sent_at=desk.seconds - 5))
    at, phone = desk.seconds + 1, Address("phone", "77000000999")
    timer = ChatEvent("telegram", TELEGRAM_ACCOUNT, DANIYAR, "1:service:8", "timer_changed", at)
    moved = NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), Address("phone", AMINA_PHONE), phone, at)
    for later in (0, 400, 4_000):
        desk.now += later
        assert desk.changer()(timer if what == "timer" else moved) is Outcome.STORED
    assert len(desk.messages("event")) == 1


def test_a_taken_number_of_somebody_whose_retention_has_ended_is_no_error(desk: Desk) -> None:
    taken = Address("phone", "77000000999")
    for author in (AMINA, Author((taken,))):
        desk.receive(from_amina(sent_at=desk.seconds - 5, author=author))
    for head in desk.of("head"):
        ended = attribute_values(head | {"expires_at": desk.seconds - 1})
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=ended)
    change = NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), Address("phone", AMINA_PHONE), taken, desk.seconds)
    assert desk.changer()(change) is desk.changer()(change) is Outcome.STORED
    assert [one["kind"] for one in desk.messages("event")] == ["number_taken"]
