"""The tasks that destroy: whatever happens to them, nothing of the person is left and nobody else's rows change."""

import pytest

from chalicelib.core.errors import Unavailable
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.models import DeskRow
from chalicelib.erasure import eraser as erasing
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroyed import NOT_DESTROYED_HERE, assert_destroyed, finish, prepared
from tests.support.erasure.destroyed import case as case
from tests.support.erasure.destroyed import one as one
from tests.support.erasure.destroying import TASKS, run_task, run_until, twice_at_once
from tests.support.erasure.person import Person, cast
from tests.support.faults import Died, Dying, Leaving, Throttled
from tests.support.storage.declared import class_of, undeclared

DESTROYING = tuple(name for name in TASKS if name != "settle")


def test_a_person_is_destroyed_and_nobody_else_is_touched(case: tuple[ErasureDesk, Person, Request]) -> None:
    desk, person, request, before = prepared(case)
    assert desk.found_of(person) == [f"құпия-{person.channel}"], "the search for canaries finds what is there: a tag"

    finish(desk, request)

    assert_destroyed(desk, person, request, before)
    done = desk.request(request)
    assert (done.policy_version, done.policy_hash, len(done.inventory_hash)) == ("1", "0" * 64, 64)
    assert done.state == "destroying" and len(done.key_fingerprint) == 16
    assert undeclared("desk", desk.items()) == undeclared("index", desk.items("index")) == []
    assert undeclared("ledger", desk.items("ledger")) == []


def classes_of(desk: ErasureDesk, person: Person) -> list[str]:
    """The class of every row of a person."""
    everything = dict(desk.every_item())
    found = [class_of(table, everything[table, pk, sk]) for table, pk, sk in person.keys()]
    return [one.name for one in found if one is not None]


def test_every_class_of_a_contacts_rows_is_destroyed_or_says_who_does_it(
    one: tuple[ErasureDesk, Person, Request],
) -> None:
    desk, person, request = one
    theirs, planted = person.keys(), set(classes_of(desk, person))
    declared = {one.name for one in rows.CLASSES if one.owner == "contact"}
    assert declared - NOT_DESTROYED_HERE.keys() == planted - {"guard"}, "plant one of each class in conftest.py"
    sections = {one.name: one.section for one in rows.CLASSES}
    assert {sections[name] for name in NOT_DESTROYED_HERE} <= {"request", "expiry"}
    assert {sections[name] for name in planted - {"guard"}} == set(rows.SECTIONS)

    run_until(desk, request, "sweep")

    assert person.keys() == theirs & {key for key, _ in desk.every_item()} == set()


# -- crashes


@pytest.mark.parametrize("name", DESTROYING)
def test_wherever_a_task_dies_the_next_run_finishes_its_work(
    one: tuple[ErasureDesk, Person, Request], name: str
) -> None:
    desk, person, request, before = prepared(one)
    if TASKS.index(name):
        run_until(desk, request, TASKS[TASKS.index(name) - 1])
    start, now = desk.snapshot(), None
    counted = Dying(desk.dynamodb)
    run_task(desk, name, request, counted)
    assert counted.writes
    for number in range(1, counted.writes + 1):
        for when in ("before", "after"):
            desk.restore(start, now)
            with pytest.raises(Died):
                run_task(desk, name, request, Dying(desk.dynamodb, number, when))

            finish(desk, request)

            now = assert_destroyed(desk, person, request, before)


@pytest.mark.parametrize("name", DESTROYING)
def test_two_runs_of_a_task_at_the_same_time_do_what_one_does(
    one: tuple[ErasureDesk, Person, Request], name: str
) -> None:
    desk, person, request, before = prepared(one)
    if TASKS.index(name):
        run_until(desk, request, TASKS[TASKS.index(name) - 1])
    errors = twice_at_once(lambda: run_task(desk, name, request))
    assert errors == []

    finish(desk, request)

    assert_destroyed(desk, person, request, before)


# -- busy tables, long conversations


def test_what_a_busy_table_leaves_over_is_done_in_the_end(case: tuple[ErasureDesk, Person, Request]) -> None:
    desk, person, request, before = prepared(case)
    busy = Leaving(desk.dynamodb, most=4)
    for name in TASKS:
        run_task(desk, name, request, busy)
    assert busy.left
    assert_destroyed(desk, person, request, before)


@pytest.mark.parametrize("who", ["email_nurlan", "form_gulnur"])
def test_nothing_of_a_person_known_by_mail_or_form_is_left(desk: ErasureDesk, who: str) -> None:
    _, person = cast(desk, "amina", who)
    assert not desk.found_of(person), "it lies sealed from the beginning"
    request = desk.request_for(person)
    *_, before = prepared((desk, person, request))
    run_until(desk, request, "destroy_key")
    finish(desk, request)
    assert_destroyed(desk, person, request, before)


def test_a_table_that_takes_nothing_ends_in_unavailable(desk: ErasureDesk) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = desk.request_for(person)
    run_until(desk, request, "destroy_key")
    with pytest.raises(Unavailable):
        run_task(desk, "erase", request, Leaving(desk.dynamodb, most=0))
    assert not desk.request(request).done(Step.ERASED)


@pytest.mark.parametrize(
    ("names", "table", "spared"),
    [({"batch_get_item", "transact_write_items"}, "index", {"desk.contact", "desk.tickets"}),
     ({"query"}, "desk", set()), ({"batch_write_item"}, "desk", {"index.aliases"})],
)  # fmt: skip
def test_a_store_that_is_throttled_does_not_stop_the_others_and_is_done_later(
    desk: ErasureDesk, names: set[str], table: str, spared: set[str]
) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = desk.request_for(person)
    *_, before = prepared((desk, person, request))
    run_until(desk, request, "destroy_key")

    with pytest.raises(Unavailable):
        run_task(desk, "erase", request, Throttled(desk.dynamodb, names, f"-{table}"))

    assert not desk.request(request).done(Step.ERASED)
    counts = desk.request(request).counts
    assert all(counts[store]["destroyed"] for store in spared), counts
    finish(desk, request)
    assert_destroyed(desk, person, request, before)


def test_a_conversation_of_three_pages_goes_page_by_page_in_runs_as_short_as_need_be(
    desk: ErasureDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_AT_ONCE", 1)
    (person,) = cast(desk, "telegram_daniyar")
    _plant_pages(desk, person, 8)
    request = desk.request_for(person)
    *_, before = prepared((desk, person, request))
    run_until(desk, request, "destroy_key")

    runs = 1
    while run_task(desk, "erase", request, budget=-1.0)["more"]:
        assert not desk.request(request).done(Step.ERASED)
        runs += 1
    assert runs == 3
    assert desk.request(request).done(Step.ERASED)
    finish(desk, request)
    assert_destroyed(desk, person, request, before)


def _plant_pages(desk: ErasureDesk, person: Person, number: int) -> None:
    """Messages of 300 kB, of which three fill a page of a query."""
    (some, *_) = person.messages("in")
    for at in range(number):
        item = some | {"sk": f"message#{1_000_000_000_000 + at:013d}#{at:032d}", "content": b"\1" + b"x" * 300_000}
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(item))


def test_a_message_whose_sender_may_still_record_it_waits_for_the_second_pass(
    one: tuple[ErasureDesk, Person, Request],
) -> None:
    desk, person, request = one
    _plant_pages(desk, person, 8)
    run_until(desk, request, "erase")

    left = [item["sk"].split("#")[0] for item in desk.of_pk(person.conversation_pk)]
    assert sorted(left) == ["message", "message", "outbox", "outbox"]
    assert desk.request(request).counts["desk.conversation"]["destroyed"] > 30
    run_until_again(desk, request)
    assert desk.of_pk(person.conversation_pk) == []


@pytest.mark.parametrize(("status", "waits"), [("sending", True), ("sent", True), ("queued", False), ("failed", False)])
def test_a_message_without_a_place_waits_only_if_its_sender_may_still_record_it(
    one: tuple[ErasureDesk, Person, Request], status: str, waits: bool
) -> None:
    desk, person, request = one
    run_until(desk, request, "destroy_key")
    tail = f"message#{desk.now}#{'0' * 32}"
    DeskRow(person.conversation_pk, tail, direction="out", status=status, contact_id=person.contact_id).save()

    run_until(desk, request, "erase", after="destroy_key")

    assert (tail in {item["sk"] for item in desk.of_pk(person.conversation_pk)}) is waits
    run_until_again(desk, request)
    assert desk.of_pk(person.conversation_pk) == []


def run_until_again(desk: ErasureDesk, request: Request) -> None:
    run_task(desk, "settle", request)
    assert run_task(desk, "sweep", request) == {"more": False}
