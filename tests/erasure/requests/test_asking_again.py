"""Asking again while the last answer is on its way, and rows that intake's role could forge."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.working_days import day_of
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import CONTACT
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.erasure.asking import told
from tests.support.erasure.boxes import Boxes
from tests.support.erasure.living import DANA, Living
from tests.support.erasure.person import Person
from tests.support.people import from_amina

# -- rows that intake's role could forge


def forged_ask(living: Living, pk: str, sk: str, **values: Any) -> None:
    item = {"pk": pk, "sk": sk, "action": "withdraw", "at": living.desk.now, **values}
    living.desk.dynamodb.put_item(TableName=living.desk.tables["desk"], Item=attribute_values(item))


def point_to(living: Living, person: Person, request_id: str) -> None:
    item = {
        **{"pk": CONTACT.partition(person.contact_id), "sk": "request", "contact_id": person.contact_id},
        **{"request_id": request_id, "at": living.desk.now},
    }
    living.desk.dynamodb.put_item(TableName=living.desk.tables["desk"], Item=attribute_values(item))


def test_a_pointer_to_another_persons_request_counts_for_nothing(living: Living, daniyar: Person) -> None:
    """Given a pointer of Amina's that names Daniyar's request, when she asks, then she has a request of her own, and
    when a colleague enters one for her they are not led to his; he is told nothing."""
    amina = living.desk.person(from_amina(sent_at=living.desk.seconds))
    his = living.suppressed(daniyar)
    told = living.box_texts(his)
    point_to(living, amina, his.id)
    living.says(amina, "withdraw")
    (hers,) = [row for row in living.requests() if row["contact_id"] == amina.contact_id]
    point_to(living, amina, his.id)
    today = day_of(living.desk.now)
    opened = living.open_request(amina.contact_id, "deletion", "staff", received_on=today, created_by=DANA)
    assert opened.request_id not in (his.id, "")
    assert hers["request_id"] != his.id and living.read(his.id) == his and living.box_texts(his) == told


def test_an_ask_is_of_the_contact_in_whose_partition_it_lies(living: Living, daniyar: Person) -> None:
    amina = living.desk.person(from_amina(sent_at=living.desk.seconds))
    at = f"ask#{living.desk.now:013d}#"
    forged_ask(living, CONTACT.partition(amina.contact_id), at + "a" * 32, contact_id=daniyar.contact_id)
    assert living.asks(amina.contact_id) == 1
    assert [row["contact_id"] for row in living.requests()] == [amina.contact_id]
    assert not living.desk.of("ask#")


@pytest.mark.parametrize(
    ("tail", "values"),
    [
        ("0000000000005#" + "a" * 32, {"action": "destroy"}),
        ("5#" + "a" * 32, {}),
        ("early", {}),
        ("0000000000005#" + "a" * 32 + "#more", {}),
    ],
)
def test_an_ask_of_a_strange_form_holds_up_no_other(
    living: Living, daniyar: Person, tail: str, values: dict[str, Any]
) -> None:
    forged_ask(living, CONTACT.partition(daniyar.contact_id), f"ask#{tail}", **values)
    living.says(daniyar, "withdraw")
    assert [row["contact_id"] for row in living.requests()] == [daniyar.contact_id]


def test_words_that_are_older_than_the_request_confirm_nothing(living: Living, daniyar: Person) -> None:
    """Given "yes, delete", said to a colleague about something else, which a provider delivers an hour later, while the
    person is asked whether to destroy their data, then nothing is confirmed."""
    request = living.suppressed(daniyar)
    said_at = request.received_at - 2_000
    blind = "b" * 32
    forged_ask(
        living, CONTACT.partition(daniyar.contact_id), f"ask#{living.desk.now:013d}#{blind}", action="confirm",
        message_ref=f"{daniyar.conversation_id}.{said_at:013d}.{blind}",
    )  # fmt: skip
    living.asks(daniyar.contact_id)
    assert living.read(request.id) == request and not living.desk.of("ask#")
    living.says(daniyar, "confirm")
    assert living.read(request.id).done(Step.VERIFIED)


@pytest.mark.parametrize("ended", ["cancel", "refuse"])
def test_who_asks_again_before_the_end_was_told_has_a_request_of_their_own(
    living: Living, daniyar: Person, ended: str
) -> None:
    """Given a request that is stopped, but whose run has not finished it yet, then it is none that goes on: what the
    person asks for now is another, and the end of the first takes nothing from it."""
    first = living.suppressed(daniyar)
    if ended == "cancel":
        living.says(daniyar, "cancel", first.id)
    else:
        living.decide(first.id, "refuse", "Жеткізу әлі аяқталмады")
    living.says(daniyar, "withdraw")
    (pointer,) = living.pointers()
    assert pointer["request_id"] != first.id
    second = living.read(pointer["request_id"])
    assert second.state == "received" and len(living.requests()) == 2
    living.soft_suppress(second.id)
    living.finish(first.id)
    assert [one["request_id"] for one in living.pointers()] == [second.id]
    assert daniyar.row["suppressed_at"]


# -- asking again while the last answer is on its way


@pytest.mark.parametrize("ended", ["cancel", "refuse"])
def test_who_asks_again_has_the_box_of_the_request_before_closed_at_once(
    living: Living, daniyar: Person, ended: str
) -> None:
    """Given an answer that has 22 hours left to arrive, when the person asks again, then the watch, which comes each
    minute, ends the waiting; the new request remembers the other until its own end."""
    first = told(living, daniyar, ended)
    assert living.pointers()[0]["request_id"] == first.id, "while there is a box"
    living.says(daniyar, "withdraw")
    (second,) = [living.read(row["request_id"]) for row in living.requests() if row["request_id"] != first.id]
    assert (second.after, living.pointers()[0]["request_id"]) == (first.id, second.id)
    row = living.read(first.id)
    assert row.done(Step.SUPERSEDED) and row.due_at <= living.desk.now
    assert row in list(living.store.open_ones(10)), "the watch sees it"
    living.wake(first.id)
    assert living.runs.answered[-1][2] == "due"
    assert living.park(first, "", "", "told") == "due", "nor does a later run wait again"
    Boxes(living.desk).close()(first.id)
    assert living.pointers()[0]["request_id"] == second.id
    assert living.read(first.id).state == ("cancelled" if ended == "cancel" else "refused")


def test_who_asks_again_while_the_waiting_begins_does_not_wait_for_it(
    living: Living, daniyar: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given AwaitDelivery, which has read the row, when the person asks again before it writes, then it does not park
    behind that for a day."""
    first = living.suppressed(daniyar)
    living.says(daniyar, "cancel", first.id)
    living.finish(first.id)
    store = type(living.store)
    run_, asked = store.run, list[bool]()

    def ask_first(self: Any, *writes: Any) -> Any:
        if not asked:
            asked.append(True)
            living.says(daniyar, "withdraw")
        return run_(self, *writes)

    monkeypatch.setattr(store, "run", ask_first)
    assert living.park(first, "", "", "told") == "due"
    assert len(living.requests()) == 2


@pytest.mark.parametrize("who", ["the person", "CloseBox"])
def test_of_asking_again_and_another_at_the_same_moment_nothing_is_lost(
    living: Living, daniyar: Person, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """Given a worker that has read the pointer, when the person asks once more in another one, or the older box is
    closed, before it writes, then there is one new request, which remembers the older one if its box is there."""
    first = told(living, daniyar)
    again = living.open_request
    store = type(living.store)
    run_, overtaken = store.run_until_written, list[bool]()

    def overtake(self: Any, build: Any) -> bool:
        def overtaken_build(refused: frozenset[str]) -> Any:
            writes = build(refused)
            if not overtaken:
                overtaken.append(True)
                if who == "CloseBox":
                    Boxes(living.desk).close()(first.id)
                else:
                    again(daniyar.contact_id, "withdrawal", "bot")
            return writes

        return run_(self, overtaken_build)

    monkeypatch.setattr(store, "run_until_written", overtake)
    opened = again(daniyar.contact_id, "deletion", "staff", received_on=day_of(living.desk.now), created_by=DANA)
    (pointer,) = living.pointers()
    assert len(living.requests()) == 2 and pointer["request_id"] == opened.request_id != first.id
    assert living.read(opened.request_id).after == ("" if who == "CloseBox" else first.id)
    assert opened.new is (who == "CloseBox")


def test_twenty_who_ask_again_at_once_open_one_request(living: Living, daniyar: Person) -> None:
    first = told(living, daniyar)
    with ThreadPoolExecutor(10) as pool:
        opened = list(pool.map(lambda _: living.open_request(daniyar.contact_id, "withdrawal", "bot"), range(20)))
    assert len({one.request_id for one in opened}) == sum(one.new for one in opened) == 1
    assert living.read(opened[0].request_id).after == first.id


def test_a_forged_pointer_supersedes_nobodys_request(living: Living, daniyar: Person) -> None:
    amina = living.desk.person(from_amina(sent_at=living.desk.seconds))
    his = told(living, daniyar)
    point_to(living, amina, his.id)
    living.says(amina, "withdraw")
    (hers,) = [row for row in living.requests() if row["contact_id"] == amina.contact_id]
    assert living.read(his.id) == his and "after" not in hers
