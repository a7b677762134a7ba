"""Fences and changes of a customer: starts, blocks, numbers, several addresses; what a fence costs."""

import json
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.channels.parts import NumberChanged
from chalicelib.core.addresses import Address, Author
from chalicelib.messages.ingest import Outcome
from tests.support.faults import Counting
from tests.support.intake.changes import changed, reach, started
from tests.support.intake.desk import Desk
from tests.support.intake.fences import (
    DANIYAR_MOVED,
    NEW,
    Between,
    aliases,
    answers,
    close_fence,
    erase,
    erased,
    everything,
    open_fence,
)
from tests.support.intake.webhooks import envelope, post, text, update, value
from tests.support.intake.webhooks import front as front
from tests.support.people import (
    AMINA,
    AMINA_PHONE,
    DANIYAR_CHAT,
    WHATSAPP_ACCOUNT,
    from_amina,
    from_daniyar,
    wamid,
)

# -- starts, blocks, numbers


def test_starts_blocks_and_numbers_of_the_fenced_change_nothing(desk: Desk) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    close_fence(desk)
    before = everything(desk)
    assert desk.changer()(started(desk, 9)) is Outcome.FENCED
    assert desk.changer()(reach(True, desk.seconds + 5)) is Outcome.FENCED
    assert desk.changer()(DANIYAR_MOVED._replace(at=desk.seconds + 5)) is Outcome.FENCED
    assert everything(desk) == before and len(answers(desk)) == 1

    erase(desk)
    before = everything(desk)
    assert desk.changer()(started(desk, 10)) is Outcome.FENCED
    assert everything(desk) == before


@pytest.mark.parametrize("gone", [False, True])
def test_nobody_moves_onto_a_fenced_address(desk: Desk, gone: bool) -> None:
    moved_to = from_amina("?", sent_at=desk.seconds, author=Author((NEW,), "Иван"))
    desk.receive(moved_to)
    (other,) = {alias["contact_id"] for alias in aliases(desk).values()}
    close_fence(desk, of=other)
    if gone:
        erase(desk)
    desk.receive(from_amina("мен", sent_at=desk.seconds))
    before = everything(desk)
    assert desk.changer()(changed(desk, NEW.value, wamid())) is Outcome.FENCED
    assert everything(desk) == before


def test_a_late_number_of_the_erased_says_nothing_on_their_new_contacts_ticket(desk: Desk) -> None:
    before_it = changed(desk, NEW.value, wamid())
    erased(desk)
    desk.receive(from_amina("қайтадан", sent_at=desk.seconds))
    desk.receive(from_amina("Привет", sent_at=desk.seconds, author=Author((NEW,), "Иван")))
    before = everything(desk)
    assert desk.changer()(before_it) is Outcome.FENCED
    assert everything(desk) == before


def test_late_webhooks_do_not_reach_who_has_moved_to_the_address_of_the_erased(desk: Desk) -> None:
    other = Author((NEW,), "Иван")
    desk.receive(from_amina("Привет", sent_at=desk.seconds - 86_400, author=other))
    (mover,) = {alias["contact_id"] for alias in aliases(desk).values()}
    desk.receive(from_amina("бұрынғы", sent_at=desk.seconds))
    late = from_amina("өте құпия", sent_at=desk.seconds + 1)
    (gone,) = {alias["contact_id"] for alias in aliases(desk).values()} - {mover}
    close_fence(desk, of=gone)
    for name, alias in aliases(desk).items():
        if alias["contact_id"] == gone:
            key = {"pk": {"S": f"alias#{name}"}, "sk": {"S": "alias"}}
            desk.dynamodb.delete_item(TableName=desk.tables["index"], Key=key)
    desk.now += 60_000
    open_fence(desk, desk.now)
    desk.now += 60_000
    old, new = NEW, Address("phone", AMINA_PHONE)
    moved = NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), old, new, desk.seconds)
    assert desk.changer()(moved) is Outcome.STORED
    before = everything(desk)
    assert desk.receive(late) is Outcome.FENCED
    assert everything(desk) == before
    assert desk.receive(from_amina("Я здесь", sent_at=desk.seconds + 1)) is Outcome.STORED
    assert {item["contact_id"] for item in desk.messages() if item["sent_at"] > desk.now} == {mover}


def test_a_fence_that_closes_while_a_start_or_a_block_is_stored_refuses_it(desk: Desk) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    client = Between(desk.dynamodb, lambda: close_fence(desk))
    changer = desk.changer(client)
    assert changer(reach(True, desk.seconds + 5)) is Outcome.FENCED
    assert changer(started(desk, 9)) is Outcome.FENCED
    assert client.transactions == 2
    assert desk.of("head")[0].get("blocked") is False


def test_a_former_address_is_fenced_with_its_person_and_known_by_the_head(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    (first,) = aliases(desk)
    desk.changer()(changed(desk, NEW.value, wamid()))
    (head,) = desk.of("head")
    assert head["former"] == [first] and head["aliases"] == [name for name in aliases(desk) if name != first]
    desk.now += 60_000
    close_fence(desk)
    before = everything(desk)
    assert desk.receive(from_amina("ескі", sent_at=head["last_inbound_at"] // 1000)) is Outcome.FENCED
    assert desk.receive(from_amina("жаңа", sent_at=desk.seconds, author=Author((NEW,), AMINA.name))) is Outcome.FENCED
    assert everything(desk) == before and len(answers(desk)) == 1


def test_a_former_address_leads_to_the_fence_of_the_current_one(desk: Desk) -> None:
    at = desk.seconds
    desk.receive(from_amina(sent_at=at))
    (first,) = aliases(desk)
    desk.changer()(changed(desk, NEW.value, wamid()))
    close_fence(desk)
    key = {"pk": {"S": f"alias#{first}"}, "sk": {"S": "alias"}}
    desk.dynamodb.update_item(TableName=desk.tables["index"], Key=key, UpdateExpression="REMOVE fenced")
    assert desk.receive(from_amina("ескі", sent_at=at)) is Outcome.FENCED


# -- a person with two addresses, and the phone of another


def test_both_addresses_of_a_person_are_fenced(desk: Desk) -> None:
    user = Address("user", "KZ.13491208655302741918")
    both = Author((user, *AMINA.addresses), AMINA.name)
    desk.receive(from_amina(sent_at=desk.seconds, author=both))
    close_fence(desk)
    for author in (both, Author((user,)), AMINA):
        assert desk.receive(from_amina("?", sent_at=desk.seconds, author=author)) is Outcome.FENCED
    erase(desk)
    for author in (both, Author((user,)), AMINA, Author((Address("user", "KZ.9"), *AMINA.addresses))):
        assert desk.receive(from_amina("?", sent_at=desk.seconds, author=author)) is Outcome.FENCED
    assert len(answers(desk)) == 1


@pytest.mark.parametrize("gone", [False, True])
def test_a_known_person_is_heard_though_the_phone_beside_their_id_is_fenced(desk: Desk, gone: bool) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    (erasing_one,) = {alias["contact_id"] for alias in aliases(desk).values()}
    other = Address("user", "KZ.24602319766413852029")
    desk.receive(from_daniyar_by(other, desk))
    close_fence(desk, of=erasing_one)
    if gone:
        for name, alias in aliases(desk).items():
            if alias["contact_id"] == erasing_one:
                key = {"pk": {"S": f"alias#{name}"}, "sk": {"S": "alias"}}
                desk.dynamodb.delete_item(TableName=desk.tables["index"], Key=key)
    before = set(aliases(desk))
    assert desk.receive(from_daniyar_by(other, desk, *AMINA.addresses)) is Outcome.STORED
    assert set(aliases(desk)) == before and answers(desk) == []

    open_fence(desk, desk.now)
    desk.now += 60_000
    if gone:
        assert desk.receive(from_daniyar_by(other, desk, *AMINA.addresses)) is Outcome.STORED
        learned = aliases(desk).keys() - before
        assert len(learned) == 1 and aliases(desk)[learned.pop()]["born_at"] == desk.seconds * 1000


def from_daniyar_by(user: Address, desk: Desk, *more: Address) -> Any:
    return from_amina("сәлем", sent_at=desk.seconds, author=Author((user, *more), "Данияр"))


# -- what it costs, and how it is counted


def test_an_ordinary_message_asks_for_no_fence(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    seen: list[Any] = []
    client = Between(desk.dynamodb, lambda: None)
    client.transact_write_items = lambda **request: seen.append(request)  # type: ignore[method-assign]
    desk.receiver(client)(from_amina(sent_at=desk.seconds))
    ((items,),) = [list(request.values()) for request in seen]
    kinds = [next(iter(item)) for item in items]
    assert kinds == ["Put", "ConditionCheck", "Update", "Update"], "message, key, head, ticket"


def test_an_open_request_changes_nothing_for_messages(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    (contact,) = desk.of("contact")
    row = {"pk": {"S": contact["pk"]}, "sk": {"S": "request"}, "request_id": {"S": "r" * 20}}
    desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=row)
    client = Counting(desk.dynamodb)
    assert desk.receiver(client)(from_amina("тағы", sent_at=desk.seconds)) is Outcome.STORED
    assert client.calls == ["get_item", "transact_write_items"]


def test_a_refused_message_is_answered_200_and_counted_and_leaves_no_word(
    front: Client, desk: Desk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert post(front, json.dumps(envelope(value(text(desk)))).encode()).status_code == 200
    close_fence(desk)
    before = everything(desk)
    capsys.readouterr()
    body = json.dumps(envelope(value(text(desk, "құпия сөз")))).encode()
    assert {post(front, body).status_code for _ in range(2)} == {200}

    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert [one["outcome"] for one in metrics if "Inbound" in one] == ["fenced"] * 2
    assert [one["channel"] for one in metrics if "Fenced" in one] == ["whatsapp"] * 2
    assert everything(desk) == before and len(answers(desk)) == 1
    logged = str([record.__dict__ for record in caplog.records]) + str(metrics)
    assert "құпия" not in logged and AMINA_PHONE not in logged


def test_a_refused_change_is_answered_200_and_counted(
    front: Client, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    close_fence(desk)
    person, bot = {"id": int(DANIYAR_CHAT), "is_bot": False, "first_name": "Данияр"}, {"id": 1, "is_bot": True}
    change = {"chat": {"id": int(DANIYAR_CHAT), "type": "private"}, "from": person, "date": desk.seconds,
              "old_chat_member": {"user": bot, "status": "member"},
              "new_chat_member": {"user": bot, "status": "kicked", "until_date": 0}}  # fmt: skip
    capsys.readouterr()
    assert update(front, {"update_id": 12, "my_chat_member": change}).status_code == 200

    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert [one["outcome"] for one in metrics if "Inbound" in one] == ["fenced"]
    assert len([one for one in metrics if "Fenced" in one]) == 1
    assert desk.of("head")[0]["blocked"] is False
