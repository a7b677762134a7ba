"""Around somebody who is being erased stands a fence: nothing gets in, in whatever order it and a message come."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef, pseudonym_of_notice
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.texts.during_erasure import erasing
from chalicelib.profile.load import load_profile
from chalicelib.vault.encryption import message_content, open_json
from tests.support.faults import Conflicting, Counting
from tests.support.intake.changes import reach, started
from tests.support.intake.desk import Desk
from tests.support.intake.fences import (
    DANIYAR_MOVED,
    Between,
    aliases,
    answers,
    close_fence,
    erase,
    erased,
    everything,
    fences,
    open_fence,
)
from tests.support.intake.webhooks import confirm
from tests.support.intake.webhooks import front as front
from tests.support.people import (
    WHATSAPP_ACCOUNT,
    from_amina,
    from_daniyar,
    wamid,
)
from tests.support.storage.declared import undeclared

__all__ = ["front"]


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
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    first = started(desk)
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
