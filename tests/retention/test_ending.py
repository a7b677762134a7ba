"""A contact ends once, wholly, and never under somebody who is still there."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.dynamo.models import IndexRow
from chalicelib.messages.ingest import Outcome
from chalicelib.messages.store import IntakeStore
from tests.support.faults import Conflicting, Counting, fated
from tests.support.intake.changes import welcomed_before
from tests.support.people import AMINA, AMINA_PHONE, from_amina, from_daniyar
from tests.support.retention.desk import RetentionDesk
from tests.support.retention.ending import BOTH, Ended, before_the_transaction, phone_name
from tests.support.retention.ending import amina as amina


def test_one_sweep_ends_a_contact_after_the_rows_of_its_tickets(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    desk.index_contact(ticket["contact_id"])
    desk.now = ticket["expires_at"] * 1000
    done = desk.sweep()
    assert (done["contacts"], desk.sweep()["contacts"]) == (1, 0)
    assert desk.left_of(ticket["contact_id"], ticket["conversation_id"]) == {}


def test_a_contact_that_was_ended_is_a_stranger_when_it_writes_again(amina: Ended) -> None:
    amina.desk.sweep()
    assert amina.is_gone()
    assert amina.desk.receive(amina.write()) is Outcome.STORED
    (contact,) = amina.others()
    (ticket,) = amina.desk.of("ticket")
    assert "previous_ticket_id" not in ticket
    assert len(amina.desk.items(keep=lambda item: item["pk"] == f"contact#{contact['contact_id']}")) == 2


# -- dying at any call


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 15))
def test_a_contact_is_whole_or_gone_wherever_the_sweeper_dies_and_gone_after_the_next_sweep(
    amina: Ended, number: int, when: str
) -> None:
    with fated(number, when) as fate:
        amina.end()
    assert fate.died_at or number == 14
    amina.desk.now -= 1_000  # a clock that is a second behind sees her still
    if amina.desk.of("head"):
        assert amina.lives()
    else:
        leads_to_words = [f"ended#{amina.contact_id} / ended"]
        assert "keys" not in amina.left() and amina.left().get("desk", leads_to_words) == leads_to_words
        assert amina.desk.search(AMINA_PHONE) == amina.desk.search("Сәтбаева") == []

    amina.desk.later(61)
    amina.desk.sweep()

    assert amina.is_gone()


def test_the_calls_that_are_tried_are_all_calls_of_the_ending(amina: Ended) -> None:
    with fated(0, "never") as fate:
        assert amina.end()
    assert fate.count == 13


# -- two at once


def test_of_many_sweepers_at_once_one_ends_the_contact(amina: Ended) -> None:
    start = threading.Barrier(6)

    def run(_: int) -> bool:
        start.wait()
        return amina.end()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(run, range(6))) == 1
    amina.desk.sweep()
    assert amina.is_gone()


def test_a_busy_table_only_delays_the_end(amina: Ended) -> None:
    assert amina.desk.ender(Conflicting(amina.desk.dynamodb, 3))(amina.conversation_id)


# -- a message at that moment


def test_a_message_before_the_transaction_and_after_the_date_is_of_somebody_new(amina: Ended) -> None:
    desk = amina.desk
    assert before_the_transaction(amina, lambda: desk.receive(amina.write()))
    desk.sweep()
    assert amina.is_gone()
    (contact,) = amina.others()
    aliases = desk.items("index", lambda item: item["sk"] == "alias")
    assert [item["contact_id"] for item in aliases] == [contact["contact_id"]] * 2
    assert desk.reader().contact(contact["contact_id"])


def test_a_message_whose_clock_is_behind_keeps_the_contact_whole(amina: Ended) -> None:
    desk = amina.desk

    def write() -> None:
        desk.now -= 1_000
        assert desk.receive(amina.write()) is Outcome.STORED
        desk.now += 1_000

    assert not before_the_transaction(amina, write)

    assert amina.lives() and not amina.others()
    assert desk.search("Сәтбаева") == [amina.contact_id]
    assert "expires_at" not in desk.head()
    desk.sweep()
    assert amina.lives()


def test_a_message_that_loses_against_the_transaction_makes_a_new_contact(amina: Ended) -> None:
    desk = amina.desk
    desk.now -= 1_000

    class Slow(IntakeStore):
        def commit(self, arrival: Any) -> Outcome:
            if desk.of("head"):
                desk.now += 1_000
                assert amina.end()
            return super().commit(arrival)

    receiver = desk.receiver()
    receiver = receiver._replace(store=_as(Slow, receiver.store))
    assert receiver(amina.write()) is Outcome.STORED
    desk.sweep()
    assert amina.is_gone()
    assert len(amina.others()) == len(desk.of("ticket")) == 1


def _as(kind: type[IntakeStore], store: IntakeStore) -> IntakeStore:
    store.__class__ = kind
    return store


# -- after the date, before the sweep


def test_a_message_after_the_date_finds_nobody_although_nobody_has_swept(amina: Ended) -> None:
    desk = amina.desk
    message = amina.write()
    assert desk.receive(message) is Outcome.STORED
    assert desk.receive(message) is Outcome.DUPLICATE

    (contact,) = amina.others()
    (ticket,) = desk.of("ticket")
    assert ticket["contact_id"] == contact["contact_id"] and "previous_ticket_id" not in ticket
    own = desk.items(keep=lambda item: item["pk"] == f"contact#{contact['contact_id']}")
    assert len([item for item in own if item["sk"].startswith("consent#")]) == 1
    assert [item["policy"] for item in desk.messages("out")] == [True]
    desk.sweep()
    assert amina.is_gone()
    assert desk.search(AMINA_PHONE) == [contact["contact_id"]]


def test_an_address_that_the_message_does_not_name_goes_with_the_old_contact(amina: Ended) -> None:
    desk = amina.desk
    desk.receive(amina.write(author=AMINA))
    aliases = desk.items("index", lambda item: item["sk"] == "alias")
    (contact,) = amina.others()
    assert sorted(item["contact_id"] for item in aliases) == sorted([amina.contact_id, contact["contact_id"]])

    desk.sweep()

    assert amina.is_gone()
    (alias,) = desk.items("index", lambda item: item["sk"] == "alias")
    assert alias["contact_id"] == contact["contact_id"]


def test_many_messages_after_the_date_make_one_new_contact(amina: Ended) -> None:
    desk = amina.desk
    start = threading.Barrier(5)

    def write(number: int) -> Outcome:
        start.wait()
        return desk.receive(from_amina(f"{number}", sent_at=desk.seconds, author=BOTH))

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(write, range(5))) == {Outcome.STORED}
    assert len(amina.others()) == len(desk.of("ticket")) == 1
    assert len([item for item in desk.messages() if item["kind"] == "text"]) == 5


def test_a_person_who_takes_over_an_ended_persons_id_gets_nothing_of_theirs(amina: Ended) -> None:
    """The phone has had another owner since; the business-scoped id still names who has ended."""
    desk = amina.desk
    (phone,) = [item for item in desk.items("index") if item["pk"].endswith(phone_name(desk))]
    IndexRow(phone["pk"], "alias").delete()
    desk.receive(from_amina(sent_at=desk.seconds))
    (owner,) = amina.others()

    assert desk.receive(amina.write()) is Outcome.STORED

    assert [one["contact_id"] for one in amina.others()] == [owner["contact_id"]]
    aliases = desk.items("index", lambda item: item["sk"] == "alias")
    assert {item["contact_id"] for item in aliases} == {owner["contact_id"]} and len(aliases) == 2
    desk.sweep()
    assert amina.is_gone()


def test_the_first_message_after_a_start_takes_the_date_away(desk: RetentionDesk) -> None:
    welcomed_before(desk)
    desk.later(60)
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=2))
    assert "expires_at" not in desk.head()


def test_a_known_customers_message_costs_the_same_two_calls(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    assert "expires_at" in desk.head()
    desk.later(60)
    desk.receive(from_amina(sent_at=desk.seconds))
    assert "expires_at" not in desk.head() and desk.head()["ticket_id"] != ticket["ticket_id"]
    counting = Counting(desk.dynamodb)
    desk.receiver(counting)(from_amina(sent_at=desk.seconds))
    assert counting.calls == ["get_item", "transact_write_items"]
