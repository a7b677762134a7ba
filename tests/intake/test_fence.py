"""Around somebody who is being erased stands a fence: nothing gets in, in whatever order it and a message come."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.channels.parts import NumberChanged
from chalicelib.core.addresses import Address, Author
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef, pseudonym_of_notice
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.texts.during_erasure import erasing
from chalicelib.profile.load import load_profile
from chalicelib.vault.encryption import message_content, open_json
from tests.intake.conftest import Desk
from tests.intake.faults import Conflicting, Counting
from tests.intake.fences import aliases, close_fence, erase, fences, open_fence
from tests.intake.test_asks import confirm
from tests.intake.test_receive_change import changed, reach, started
from tests.intake.test_webhooks import envelope, front, post, text, update, value
from tests.people import (
    AMINA,
    AMINA_PHONE,
    DANIYAR_CHAT,
    TELEGRAM_ACCOUNT,
    WHATSAPP_ACCOUNT,
    from_amina,
    from_daniyar,
    wamid,
)
from tests.storage.declared import undeclared

__all__ = ["front"]
NEW = Address("phone", "77000000199")


def answers(desk: Desk) -> list[dict[str, Any]]:
    """The fixed answers that lie in boxes."""
    boxes = {f"conversation#{fence['box']['conversation_id']}" for fence in fences(desk)}
    return [item for item in desk.messages("out") if item["pk"] in boxes]


def everything(desk: Desk) -> dict[str, Any]:
    """Every item of every table but what lies in boxes."""
    boxes = {f"conversation#{fence['box']['conversation_id']}" for fence in fences(desk)}
    found = {table: desk.items(table) for table in ("desk", "index", "keys")}
    return {f"{table} {item['pk']} {item.get('sk')}": item for table, items in found.items() for item in items
            if item["pk"] not in boxes}  # fmt: skip


class Between:
    """A client that lets something happen once, after the reading and before the transaction."""

    def __init__(self, client: Any, happens: Callable[[], object]) -> None:
        self._client = client
        self._happens: Callable[[], object] | None = happens
        self.transactions = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        self.transactions += 1
        happens, self._happens = self._happens, None
        if happens:
            happens()
        return self._client.transact_write_items(**request)


# -- while it is closed


def test_a_message_is_refused_and_answered_once_with_the_fixed_text(desk: Desk) -> None:
    desk.receive(from_amina("Сәлем", sent_at=desk.seconds))
    box, pair = close_fence(desk)
    before = everything(desk)
    for second in range(3):
        desk.now += 60_000
        assert desk.receive(from_amina("өте құпия", sent_at=desk.seconds + second)) is Outcome.FENCED

    assert everything(desk) == before
    (answer,) = answers(desk)
    assert answer["contact_id"] == box["contact_id"] and answer["purpose"] == "rights"
    ref = MessageRef.of_tail(box["conversation_id"], answer["sk"].removeprefix("message#"))
    assert ref.pseudonym == pseudonym_of_notice("erasing", "r" * 20)
    said = open_json(pair.private, message_content(ref), answer["content"])
    assert said == {"text": erasing(load_profile("spoint"), "kk")}
    (place,) = [item for item in desk.of("outbox#") if item["pk"] == answer["pk"]]
    assert (place["channel"], place["account"], place["action"]) == ("whatsapp", WHATSAPP_ACCOUNT, "send")
    assert undeclared("desk", desk.items()) == undeclared("index", desk.items("index")) == []


@pytest.mark.parametrize("conflicts", [0, 30])
def test_50_messages_at_once_get_one_answer(desk: Desk, conflicts: int) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    close_fence(desk)
    before = everything(desk)
    client = Conflicting(desk.dynamodb, conflicts)
    receive = desk.receiver(client, wait=lambda attempt: None)
    with ThreadPoolExecutor(16) as pool:
        messages = [from_amina(f"{n}", sent_at=desk.seconds + n) for n in range(50)]
        assert set(pool.map(receive, messages)) == {Outcome.FENCED}

    assert everything(desk) == before and len(answers(desk)) == 1


def test_the_answer_is_one_though_the_destruction_moves_the_fences_time(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    close_fence(desk)
    desk.receive(from_amina("1", sent_at=desk.seconds))
    desk.now += 5_000
    for fence in fences(desk):
        moved = {":now": {"N": str(desk.now)}}
        desk.dynamodb.update_item(TableName=desk.tables["index"], Key={n: {"S": fence[n]} for n in ("pk", "sk")},
                                  UpdateExpression="SET #at = :now", ExpressionAttributeNames={"#at": "at"},
                                  ExpressionAttributeValues=moved)  # fmt: skip
    erase(desk)
    assert desk.receive(from_amina("2", sent_at=desk.seconds)) is Outcome.FENCED
    assert len(answers(desk)) == 1


def test_without_the_box_nothing_is_written_and_the_message_is_refused(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    box, _ = close_fence(desk)
    key = {"pk": {"S": f"conversation#{box['conversation_id']}"}, "sk": {"S": "head"}}
    desk.dynamodb.delete_item(TableName=desk.tables["desk"], Key=key)
    before = everything(desk)
    assert desk.receive(from_amina("?", sent_at=desk.seconds)) is Outcome.FENCED
    assert everything(desk) == before and answers(desk) == []


def test_when_the_rows_are_gone_and_the_fence_stands_nobody_new_is_made(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    close_fence(desk)
    erase(desk)
    before = everything(desk)
    assert desk.receive(from_amina("мен", sent_at=desk.seconds + 60)) is Outcome.FENCED
    assert desk.receive(from_amina("бұрын", sent_at=desk.seconds - 60)) is Outcome.FENCED
    assert everything(desk) == before and len(answers(desk)) == 1


def test_a_fenced_alias_without_a_fence_is_refused_too(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    close_fence(desk)
    for fence in fences(desk):
        desk.dynamodb.delete_item(TableName=desk.tables["index"], Key={n: {"S": fence[n]} for n in ("pk", "sk")})
    assert desk.receive(from_amina("мен", sent_at=desk.seconds)) is Outcome.FENCED


@pytest.mark.parametrize("gone", [False, True])
def test_a_press_of_an_old_button_is_refused_while_the_fence_is_closed(desk: Desk, gone: bool) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    close_fence(desk)
    if gone:
        erase(desk)
    before = everything(desk)
    assert desk.receive(confirm(desk)) is Outcome.FENCED
    assert everything(desk) == before and len(answers(desk)) == 1


# -- races


def test_a_fence_that_closes_between_reading_and_writing_refuses_a_known_persons_message(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    client = Between(desk.dynamodb, lambda: close_fence(desk))
    waits: list[int] = []
    assert desk.receiver(client, wait=waits.append)(from_amina("?", sent_at=desk.seconds)) is Outcome.FENCED
    assert waits == [0] and client.transactions == 2  # the message's, and the answer's
    assert len(desk.messages()) == len(answers(desk)) == 1


def test_rows_that_go_between_reading_and_writing_leave_nobody_new_behind(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))

    def all_at_once() -> None:
        close_fence(desk)
        erase(desk)

    client = Between(desk.dynamodb, all_at_once)
    assert desk.receiver(client)(from_amina("?", sent_at=desk.seconds)) is Outcome.FENCED
    assert desk.messages() == [] and desk.items("keys") == [] and aliases(desk) == {}


def test_a_new_contact_is_not_made_when_the_fence_closes_meanwhile(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    saved = desk.items("index")
    close_fence(desk)
    laid = fences(desk)
    erase(desk)
    for fence in laid:
        desk.dynamodb.delete_item(TableName=desk.tables["index"], Key={n: {"S": fence[n]} for n in ("pk", "sk")})
    from chalicelib.dynamo.builder import attribute_values

    def lay() -> None:
        for fence in laid:
            desk.dynamodb.put_item(TableName=desk.tables["index"], Item=attribute_values(fence))

    client = Between(desk.dynamodb, lay)
    assert desk.receiver(client)(from_amina("?", sent_at=desk.seconds + 9)) is Outcome.FENCED
    assert saved and aliases(desk) == {} and desk.items("keys") == []
    assert len(answers(desk)) == 1


def test_a_fence_that_opens_between_the_refusal_and_its_reading_lets_a_newer_message_in(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    close_fence(desk)
    erase(desk)

    class Opening(Counting):
        """Opens the fence when it is read after a refused transaction."""

        def get_item(self, **request: Any) -> Any:
            if request["Key"]["pk"]["S"].startswith("fence#"):
                open_fence(desk, desk.now)
            return desk.dynamodb.get_item(**request)

    receive = desk.receiver(Opening(desk.dynamodb), wait=lambda attempt: None)
    assert receive(from_amina("мен", sent_at=desk.seconds + 60)) is Outcome.STORED
    assert len(desk.messages()) == 1 and answers(desk) == []


def test_messages_and_the_fence_at_once_end_as_stored_or_refused_and_never_after_it(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))

    def deliver(number: int) -> Outcome | None:
        if number == 8:
            close_fence(desk)
            return None
        try:
            return desk.receive(from_amina(f"{number}", sent_at=desk.seconds + number))
        except Unavailable:
            return Outcome.CONFLICT

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(deliver, range(24)))
    assert set(outcomes) <= {Outcome.STORED, Outcome.FENCED, None}
    assert len(desk.messages()) == 1 + outcomes.count(Outcome.STORED)
    assert len(answers(desk)) == min(1, outcomes.count(Outcome.FENCED)) and Outcome.FENCED in outcomes
    assert len(desk.of("ticket")) == len({alias["contact_id"] for alias in aliases(desk).values()}) == 1


# -- after the destruction


def erased(desk: Desk) -> int:
    """Amina wrote and was erased; return the time of the destruction (ms)."""
    desk.receive(from_amina("бұрынғы", sent_at=desk.seconds))
    close_fence(desk)
    desk.now += 300_000
    destroyed_at = desk.now
    erase(desk)
    open_fence(desk, destroyed_at)
    desk.now += 3_600_000
    return destroyed_at


def test_what_was_sent_before_the_destruction_is_dropped_without_a_word(desk: Desk) -> None:
    destroyed_at = erased(desk)
    before = everything(desk)
    for sent_at in (destroyed_at // 1000, destroyed_at // 1000 - 86_400):
        assert desk.receive(from_amina("бұрынғы", sent_at=sent_at)) is Outcome.FENCED
    assert everything(desk) == before and answers(desk) == []


def test_a_newer_message_makes_a_new_contact_with_new_consent_and_no_link(desk: Desk) -> None:
    desk.receive(from_amina("бұрынғы", sent_at=desk.seconds))
    old = {name: {item[name] for item in desk.items() if name in item}
           for name in ("contact_id", "conversation_id", "ticket_id", "number", "message_ref")}  # fmt: skip
    close_fence(desk)
    erase(desk)
    open_fence(desk, desk.now)
    desk.now += 600_000
    assert desk.receive(from_amina("қайтадан", sent_at=desk.seconds)) is Outcome.STORED

    boxes = {fence["box"]["conversation_id"] for fence in fences(desk)}
    rows = [item for item in desk.items() if item["pk"].removeprefix("conversation#") not in boxes]
    for name, former in old.items():
        assert not former & {item[name] for item in rows if name in item}, name
    (ticket,) = desk.of("ticket")
    assert "previous_ticket_id" not in ticket
    (consent,) = desk.of("consent#")
    assert consent["contact_id"] == ticket["contact_id"]
    (alias,) = aliases(desk).values()
    assert alias["born_at"] == desk.seconds * 1000 and "fenced" not in alias


def test_late_webhooks_of_the_erased_do_not_reach_their_new_contact(desk: Desk) -> None:
    destroyed_at = erased(desk)
    born = desk.seconds
    desk.receive(from_amina("қайтадан", sent_at=born))
    before = everything(desk)
    late = destroyed_at // 1000 - 60
    assert desk.receive(from_amina("бұрынғы", sent_at=late)) is Outcome.FENCED
    assert desk.receive(from_amina("👍", sent_at=late, kind="reaction", target=wamid())) is Outcome.FENCED
    assert everything(desk) == before and answers(desk) == []

    # sent after the destruction and overtaken by the message that made the contact
    assert desk.receive(from_amina("баяу", sent_at=born - 30)) is Outcome.STORED
    assert len({item["contact_id"] for item in desk.messages()}) == 1


def test_a_late_start_block_or_number_of_the_erased_changes_nothing(desk: Desk) -> None:
    first = started(desk)
    desk.changer()(first)
    close_fence(desk)
    desk.now += 60_000
    erase(desk)
    open_fence(desk, desk.now)
    desk.now += 3_600_000
    desk.receive(from_daniyar("снова", sent_at=desk.seconds, message_id=50))
    before = everything(desk)
    assert desk.changer()(first) is Outcome.FENCED
    assert desk.changer()(reach(True, first.sent_at + 1)) is Outcome.FENCED
    chat = DANIYAR_MOVED
    assert desk.changer()(chat._replace(at=first.sent_at + 1)) is Outcome.FENCED
    assert everything(desk) == before
    assert desk.changer()(reach(True, desk.seconds + 1)) is Outcome.STORED


DANIYAR_MOVED = NumberChanged(
    "telegram", TELEGRAM_ACCOUNT, "500000042:60", Address("chat", "500000042"), Address("chat", "500000043"), 0
)


def test_an_old_button_pressed_after_the_erasure_makes_nobody(desk: Desk) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    close_fence(desk)
    erase(desk)
    open_fence(desk, desk.now)
    before = everything(desk)
    assert desk.receive(confirm(desk)) is Outcome.FENCED
    desk.now += 3_600_000
    assert desk.receive(confirm(desk)) is Outcome.STALE
    assert everything(desk) == before


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
