"""The tasks that destroy: whatever happens to them, nothing of the person is left and nobody else's rows change."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from chalicelib.channels.parts import NumberChanged
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.core.errors import Conflict, Unavailable
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.builder import attribute_values, plain_item
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import CONTACT, KEY, REQUEST, SECTIONS
from chalicelib.erasure import eraser as erasing
from chalicelib.erasure.counts import unexpired
from chalicelib.erasure.inventory import identities_context
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor
from chalicelib.vault.encryption import CannotOpen, EncryptionContext, unseal
from tests.conftest import Aws
from tests.erasure.absence import verify
from tests.erasure.conftest import DANIYAR_PHONE, DANIYAR_USER, Erasing, Person, Snapshot, cast
from tests.erasure.destroying import TASKS, run_task, run_until
from tests.erasure.faults import Counting, Died, Dying, Hooked, Leaving, Throttled
from tests.people import WHATSAPP_ACCOUNT, from_amina, wamid
from tests.storage.declared import class_of, undeclared

DESTROYING = tuple(name for name in TASKS if name != "settle")
_STORE_OF = {
    "contact": "desk.contact", "consent": "desk.contact", "ask": "desk.contact", "asked": "desk.contact",
    "open_request": "desk.contact",
    "head": "desk.conversation", "message": "desk.conversation", "raw": "desk.conversation",
    "outbox": "desk.conversation", "client": "desk.conversation", "draft": "desk.conversation",
    "guard": "desk.conversation",
    "ticket": "desk.tickets", "number": "desk.tickets", "alias": "index.aliases", "link": "index.links",
    "parked": "index.links", "text": "index.words", "words": "index.words", "key": "keys",
}  # fmt: skip
"""The store in which a row of each class is counted."""
NOT_DESTROYED_HERE = {
    "unclear": "sealed to the vault and names nobody; it goes by its date",
    "request": "the answer to the person and its proof; it goes three years after",
    "inventory": "goes with the request's box",
    "fence": "the one permitted trace; it goes by its date",
}
"""Classes of a contact's rows that these tasks leave, and why."""


@pytest.fixture(params=["whatsapp", "telegram"])
def case(request: pytest.FixtureRequest, desk: Erasing) -> tuple[Erasing, Person, Request]:
    """A desk with Amina, the other Daniyar, and the one who is to be erased, with their request."""
    others = {"whatsapp": "telegram_daniyar", "telegram": "whatsapp_daniyar"}
    *_, person = cast(desk, "amina", others[request.param], f"{request.param}_daniyar")
    return desk, person, desk.request_for(person)


@pytest.fixture
def one(desk: Erasing) -> tuple[Erasing, Person, Request]:
    """The same with Daniyar on WhatsApp."""
    *_, person = cast(desk, "amina", "telegram_daniyar", "whatsapp_daniyar")
    return desk, person, desk.request_for(person)


def of_request(request: Request) -> tuple[str, ...]:
    """Partitions that an erasure may write: its own, the fences, the tombstone."""
    return REQUEST.partition(request.id), "fence#", f"tombstone#{request.contact_id}"


def planted(then: Snapshot, keys: Iterable[tuple[str, str, str]], now: int) -> Counter[str]:
    """How many of these rows there were by the store in which they are counted. One whose term was over when the
    inventory was made (ms) is retention's: the sweeper deletes it at any moment."""
    items = [(table, plain_item(then[table][pk, sk])) for table, pk, sk in keys]
    named = [class_of(table, item) for table, item in items if unexpired(item, now) or item["sk"] == "head"]
    return Counter(_STORE_OF[one.name] for one in named if one is not None)


def assert_destroyed(
    desk: Erasing, person: Person, request: Request, before: Snapshot, late: Counter[str] | None = None
) -> Snapshot:
    """Nothing of the person is there in any form, nothing opens, everybody else's rows are as they were, and what was
    counted is what there was, with what came `late`. Return what was looked at: everything."""
    keys = set(before_keys(before))
    theirs = THEIRS[request.id]
    after = desk.snapshot()
    left = set(before_keys(after))
    assert keys - left == theirs
    assert not {key for key in left - keys if not key[1].startswith(of_request(request))}
    for table, items in before.items():
        for key, item in items.items():
            if (table, *key) not in theirs and not key[0].startswith(of_request(request)):
                assert after[table][key] == item, (table, key[0].split("#")[0])
    assert desk.found_of(person, after) == []
    assert (person.contact_id, "") not in after["keys"]
    done = desk.request(request)
    counts, there = done.counts, planted(before, theirs, done.at(Step.INVENTORIED)) + (late or Counter())
    assert {store: (numbers["found"], numbers["destroyed"]) for store, numbers in counts.items()} == {
        store: (there[store], there[store]) for store in SECTIONS
    }
    return after


THEIRS: dict[str, set[tuple[str, str, str]]] = {}
"""By request id: the keys of all rows of its person, found by brute force before anything was destroyed."""


def before_keys(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    return [(table, *key) for table, items in snapshot.items() for key in items]


def prepared(case: tuple[Erasing, Person, Request]) -> tuple[Erasing, Person, Request, Snapshot]:
    desk, person, request = case
    before = desk.snapshot()
    THEIRS[request.id] = person.keys(before)
    return desk, person, request, before


def finish(desk: Erasing, request: Request) -> None:
    """Run everything again from the start, as the machine does: what is done returns at once."""
    for name in TASKS:
        if name == "settle" and desk.request(request).done(Step.WRITERS_DRAINED):
            continue
        while run_task(desk, name, request).get("more"):
            pass


def test_a_person_is_destroyed_and_nobody_else_is_touched(case: tuple[Erasing, Person, Request]) -> None:
    desk, person, request, before = prepared(case)
    assert desk.found_of(person) == [f"құпия-{person.channel}"], "the search for canaries finds what is there: a tag"

    finish(desk, request)

    assert_destroyed(desk, person, request, before)
    done = desk.request(request)
    assert (done.policy_version, done.policy_hash, len(done.inventory_hash)) == ("1", "0" * 64, 64)
    assert done.state == "destroying" and len(done.key_fingerprint) == 16
    assert undeclared("desk", desk.items()) == undeclared("index", desk.items("index")) == []
    assert undeclared("ledger", desk.items("ledger")) == []


def classes_of(desk: Erasing, person: Person) -> list[str]:
    """The class of every row of a person."""
    everything = dict(desk.every_item())
    found = [class_of(table, everything[table, pk, sk]) for table, pk, sk in person.keys()]
    return [one.name for one in found if one is not None]


def test_every_class_of_a_contacts_rows_is_destroyed_or_says_who_does_it(one: tuple[Erasing, Person, Request]) -> None:
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
def test_wherever_a_task_dies_the_next_run_finishes_its_work(one: tuple[Erasing, Person, Request], name: str) -> None:
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
def test_two_runs_of_a_task_at_the_same_time_do_what_one_does(one: tuple[Erasing, Person, Request], name: str) -> None:
    desk, person, request, before = prepared(one)
    if TASKS.index(name):
        run_until(desk, request, TASKS[TASKS.index(name) - 1])
    errors: list[BaseException] = []
    barrier = threading.Barrier(2)

    def work() -> None:
        try:
            barrier.wait()
            run_task(desk, name, request)
        except Unavailable:
            pass  # too busy: the machine tries again
        except BaseException as error:  # noqa: BLE001  # of any kind: the test says which
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []

    finish(desk, request)

    assert_destroyed(desk, person, request, before)


# -- busy tables, long conversations


def test_what_a_busy_table_leaves_over_is_done_in_the_end(case: tuple[Erasing, Person, Request]) -> None:
    desk, person, request, before = prepared(case)
    busy = Leaving(desk.dynamodb, most=4)
    for name in TASKS:
        run_task(desk, name, request, busy)
    assert busy.left
    assert_destroyed(desk, person, request, before)


def test_a_table_that_takes_nothing_ends_in_unavailable(desk: Erasing) -> None:
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
    desk: Erasing, names: set[str], table: str, spared: set[str]
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
    desk: Erasing, monkeypatch: pytest.MonkeyPatch
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


def _plant_pages(desk: Erasing, person: Person, number: int) -> None:
    """Messages of 300 kB, of which three fill a page of a query."""
    (some, *_) = person.messages("in")
    for at in range(number):
        item = some | {"sk": f"message#{1_000_000_000_000 + at:013d}#{at:032d}", "content": b"\1" + b"x" * 300_000}
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(item))


def test_a_message_whose_sender_may_still_record_it_waits_for_the_second_pass(
    one: tuple[Erasing, Person, Request],
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
    one: tuple[Erasing, Person, Request], status: str, waits: bool
) -> None:
    desk, person, request = one
    run_until(desk, request, "destroy_key")
    tail = f"message#{desk.now}#{'0' * 32}"
    DeskRow(person.conversation_pk, tail, direction="out", status=status, contact_id=person.contact_id).save()

    run_until(desk, request, "erase", after="destroy_key")

    assert (tail in {item["sk"] for item in desk.of_pk(person.conversation_pk)}) is waits
    run_until_again(desk, request)
    assert desk.of_pk(person.conversation_pk) == []


def run_until_again(desk: Erasing, request: Request) -> None:
    run_task(desk, "settle", request)
    assert run_task(desk, "sweep", request) == {"more": False}


# -- each task


def test_the_fence_closes_at_once_and_takes_over_what_was_not_sent(case: tuple[Erasing, Person, Request]) -> None:
    desk, person, request = case
    addresses = 3 if person.channel == "whatsapp" else 1
    epoch, before = person.head["epoch"], desk.items("index", lambda item: item["sk"] == "alias")
    run_task(desk, "hard_suppress", request)

    assert (person.row["state"], person.row["epoch"], person.head["epoch"]) == ("erasing", epoch + 1, epoch + 1)
    fences = desk.items("index", lambda item: item["sk"] == "fence")
    assert len(fences) == addresses and all(fence["closed"] and fence["at"] == desk.now for fence in fences)
    assert {fence["box"]["contact_id"] for fence in fences} == {request.box.contact_id if request.box else ""}
    assert not any("expires_at" in fence for fence in fences), "as long as the request is open"
    assert set(desk.request(request).fences) == {fence["pk"].removeprefix("fence#") for fence in fences}
    aliases = desk.items("index", lambda item: item["sk"] == "alias")
    assert [item for item in aliases if item["contact_id"] != person.contact_id] == [
        item for item in before if item["contact_id"] != person.contact_id
    ]
    assert sum(item.get("fenced", False) for item in aliases) == addresses
    places = [item for item in desk.of("outbox#") if item["pk"] == person.conversation_pk]
    assert [(place["attempt_id"], "due" in place) for place in places] == [("fence", False)] * 2
    assert desk.request(request).state == "destroying"
    desk.provider.sent.clear()
    desk.later(600)
    desk.sender()(person.conversation_id)
    assert desk.provider.sent == []


def test_a_contact_that_changed_since_it_was_read_is_read_again(case: tuple[Erasing, Person, Request]) -> None:
    """As after a restore: another barrier has raised the epoch in between, or the row is gone."""
    desk, person, request = case
    key = {"pk": {"S": f"contact#{person.contact_id}"}, "sk": {"S": "contact"}}
    tried: list[str] = []

    def change_first(name: str, body: Mapping[str, Any]) -> None:
        if name == "transact_write_items" and "erasing" in str(body):
            tried.append("contact")
            if len(tried) == 1:
                desk.dynamodb.update_item(
                    TableName=desk.tables["desk"], Key=key, UpdateExpression="ADD epoch :one",
                    ExpressionAttributeValues={":one": {"N": "1"}},
                )  # fmt: skip
            elif len(tried) == 2:
                desk.dynamodb.delete_item(TableName=desk.tables["desk"], Key=key)
        elif name == "transact_write_items":
            tried.append("nobody")

    run_task(desk, "hard_suppress", request, Hooked(desk.dynamodb, change_first))

    assert tried[:2] == ["contact", "contact"] and set(tried[2:]) == {"nobody"}
    assert "contact" not in {item["sk"] for item in desk.of_pk(f"contact#{person.contact_id}")}
    assert desk.request(request).state == "destroying"


def test_who_cancels_before_the_fence_closes_keeps_everything(case: tuple[Erasing, Person, Request]) -> None:
    desk, _, request = case
    desk.requests.run(desk.requests.change(request.id, {"steps.cancelled": desk.now}))
    before = desk.snapshot()
    with pytest.raises(TaskFailed, match="^cancelled$"):
        run_task(desk, "hard_suppress", request)
    for name, code in (("freeze_inventory", "not_fenced"), ("destroy_key", "not_inventoried"),
                       ("erase", "key_not_destroyed"), ("sweep", "not_settled")):  # fmt: skip
        with pytest.raises(TaskFailed, match=f"^{code}$"):
            run_task(desk, name, request)
    assert desk.snapshot() == before


def test_an_unverified_request_destroys_nothing(case: tuple[Erasing, Person, Request]) -> None:
    desk, _, request = case
    desk.requests.run(desk.requests.change(request.id, {"steps.verified": None}))
    before = desk.snapshot()
    with pytest.raises(TaskFailed, match="^not_verified$"):
        run_task(desk, "hard_suppress", request)
    assert desk.snapshot() == before


def test_a_probe_that_is_not_refused_stops_the_workflow(desk: Erasing) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = desk.request_for(person)
    run_task(desk, "hard_suppress", request)
    key = {"pk": {"S": person.conversation_pk}, "sk": {"S": "head"}}

    class Lowering(Counting):
        """Somebody lowers the epoch just before the probe."""

        def query(self, **request: Any) -> Any:
            desk.dynamodb.update_item(
                TableName=desk.tables["desk"], Key=key, UpdateExpression="SET epoch = :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )  # fmt: skip
            return desk.dynamodb.query(**request)

    with pytest.raises(TaskFailed, match="^fence_open$"):
        run_task(desk, "hard_suppress", request, Lowering(desk.dynamodb))


def test_the_inventory_lists_names_and_seals_identities_to_the_box(case: tuple[Erasing, Person, Request]) -> None:
    desk, person, request = case
    tickets = {f"ticket#{item['ticket_id']}" for item in person.tickets}
    run_until(desk, request, "freeze_inventory")

    listed = {item["store"]: item for item in desk.of("inventory#")}
    assert set(listed) == {*SECTIONS, "identities"}
    assert {name for name in listed["desk.tickets"]["names"] if name.startswith("ticket#")} == tickets
    assert len(listed["desk.tickets"]["names"]) == 2 * len(tickets)
    assert "Данияр" not in str(listed)
    decryptor = BatchDecryptor(lambda: desk.vault)
    assert request.box is not None
    decryptor.load([request.box.contact_id])
    opened = decryptor.json(request.box.contact_id, identities_context(request.id), listed["identities"]["identities"])
    assert opened is not None
    values = {one["kind"]: one["value"] for one in opened["addresses"]}
    wanted = {"user": DANIYAR_USER, "phone": DANIYAR_PHONE} if person.channel == "whatsapp" else {"chat": "500000042"}
    assert values == wanted and "данияр" in opened["words"]


def test_an_inventory_of_many_names_lies_in_rows_that_fit(desk: Erasing, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.erasure import inventory

    (person,) = cast(desk, "telegram_daniyar")
    request = desk.request_for(person)
    monkeypatch.setattr(inventory, "_CHUNK", 40)
    monkeypatch.setattr(inventory, "_MOST_ROWS", 3)
    run_until(desk, request, "freeze_inventory")

    parts = desk.of("inventory#desk.tickets#")
    assert len(parts) == 3 and all(item["found"] == 6 for item in parts)
    assert len({name for item in parts for name in item["names"]}) == 6
    finish(desk, request)
    assert person.keys() == set()


def test_content_that_does_not_open_is_destroyed_all_the_same(desk: Erasing) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"], Key={"pk": {"S": f"contact#{person.contact_id}"}, "sk": {"S": "contact"}},
        UpdateExpression="SET chat = :damaged", ExpressionAttributeValues={":damaged": {"B": b"\1" + b"x" * 80}},
    )  # fmt: skip
    request = desk.request_for(person)
    finish(desk, request)
    assert person.keys() == set()


@pytest.mark.parametrize("gone", ["contact", "head", "key", "ticket"])
def test_what_was_gone_before_counts_as_done(desk: Erasing, gone: str) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = desk.request_for(person)
    where = {
        "contact": ("desk", CONTACT.partition(person.contact_id), "contact"),
        "head": ("desk", person.conversation_pk, "head"),
        "key": ("keys", person.contact_id, ""),
        "ticket": ("desk", person.tickets[1]["pk"], "ticket"),
    }[gone]
    key = {"pk": {"S": where[1]}} | ({"sk": {"S": where[2]}} if where[2] else {})
    number = person.tickets[1]["number"]
    desk.dynamodb.delete_item(TableName=desk.tables[where[0]], Key=key)
    finish(desk, request)
    left = {key for key in person.keys() if not key[1].startswith("alias#") or gone != "head"}
    assert left == set()
    if gone == "ticket":
        assert desk.of_pk(f"number#{number}"), "of a ticket that retention has deleted the number goes by its own date"


def test_the_key_goes_with_its_tombstone_and_its_time(case: tuple[Erasing, Person, Request]) -> None:
    desk, person, request = case
    run_until(desk, request, "freeze_inventory")
    desk.later(30)
    run_task(desk, "destroy_key", request)

    done = desk.request(request)
    (tombstone,) = desk.items("ledger")
    assert tombstone["at"] == done.at(Step.KEY_DESTROYED) == desk.now
    assert (tombstone["contact_id"], tombstone["request_id"]) == (person.contact_id, request.id)
    assert tombstone["inventory_hash"] == done.inventory_hash
    fences = desk.items("index", lambda item: item["sk"] == "fence")
    assert fences and {(one["at"], one["closed"]) for one in fences} == {(desk.now, True)}


def test_a_fence_that_was_lost_while_the_workflow_stood_still_is_there_again(desk: Erasing) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = desk.request_for(person)
    run_until(desk, request, "freeze_inventory")
    (fence,) = desk.items("index", lambda item: item["sk"] == "fence")
    where = {"pk": {"S": fence["pk"]}, "sk": {"S": "fence"}}
    desk.dynamodb.delete_item(TableName=desk.tables["index"], Key=where)
    desk.later(61 * 86_400)
    run_task(desk, "destroy_key", request)

    (again,) = desk.items("index", lambda item: item["sk"] == "fence")
    assert again == fence | {"at": desk.now}


# -- the box while its request is open


def box_of(desk: Erasing, request: Request) -> dict[str, Any]:
    assert request.box is not None
    pk = CONTACT.partition(request.box.contact_id)
    (row,) = desk.items(keep=lambda item: (item["pk"], item["sk"]) == (pk, "contact"))
    return row


NEW_PHONE = "77000000234"


@pytest.mark.parametrize("name", ["the task is repeated", "it dies before its write", "it dies after its write"])
def test_answers_go_to_the_number_that_the_person_has_by_now(desk: Erasing, name: str) -> None:
    """Given a number that changes after the box was made, then the inventory and the new address of the box are one
    write, and the old number, which may be somebody else's, gets no answer."""
    *_, person = cast(desk, "amina", "telegram_daniyar", "whatsapp_daniyar")
    request = desk.request_for(person)
    before = box_of(desk, request)
    old, new = Address("phone", DANIYAR_PHONE), Address("phone", NEW_PHONE)
    assert desk.changer()(NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), old, new, desk.seconds))
    run_until(desk, request, "hard_suppress")
    if name != "the task is repeated":
        with pytest.raises(Died):
            run_task(desk, "freeze_inventory", request, Dying(desk.dynamodb, 1, name.split()[2]))
        assert (box_of(desk, request) == before) is not desk.request(request).done(Step.INVENTORIED)
    for _ in range(2):
        run_task(desk, "freeze_inventory", request)

    after = box_of(desk, request)
    assert desk.addresses(after) == {"user": DANIYAR_USER, "phone": NEW_PHONE}
    assert {name: after[name] for name in after if name not in ("user", "phone")} == {
        name: before[name] for name in before if name not in ("user", "phone")
    }
    assert NEW_PHONE.encode() not in desk.everything()
    run_until(desk, request, "sweep")
    assert verify(desk, request) == {"outcome": "absent"}


def test_a_number_that_another_person_has_by_now_is_taken_off_the_box(desk: Erasing) -> None:
    *_, person = cast(desk, "amina", "telegram_daniyar", "whatsapp_daniyar")
    request = desk.request_for(person)
    taker = Author((Address("user", "KZ.24682468"), Address("phone", DANIYAR_PHONE)), name="Амина Сәтбаева")
    desk.receive(from_amina("бұл менің нөмірім", sent_at=desk.seconds, author=taker))
    run_until(desk, request, "freeze_inventory")
    assert desk.addresses(box_of(desk, request)) == {"user": DANIYAR_USER}


@pytest.mark.parametrize("what", ["nothing", "contact", "key", "box", "box's key"])
def test_a_box_gets_no_other_address_without_need_and_none_without_the_person(desk: Erasing, what: str) -> None:
    *_, person = cast(desk, "amina", "telegram_daniyar", "whatsapp_daniyar")
    request = desk.request_for(person)
    assert request.box is not None
    before = box_of(desk, request)
    run_until(desk, request, "hard_suppress")
    where = {"contact": CONTACT.key(person.contact_id), "key": KEY.key(person.contact_id),
             "box": ("desk", before["pk"], "contact"), "box's key": KEY.key(request.box.contact_id)}  # fmt: skip
    if what in where:
        table, pk, sk = where[what]
        key = attribute_values({"pk": pk, "sk": sk})
        desk.dynamodb.delete_item(TableName=desk.tables[table], Key=key)
    counting = Counting(desk.dynamodb)
    run_task(desk, "freeze_inventory", request, counting)
    assert desk.request(request).done(Step.INVENTORIED) and counting.calls["transact_write_items"] == 1
    if what in ("nothing", "contact", "key"):
        assert box_of(desk, request) == before
    elif what == "box":
        assert desk.of_pk(before["pk"]) == []


def test_a_request_that_stands_still_for_a_year_is_proved_all_the_same(desk: Erasing) -> None:
    """Given a destruction that stops after the point of no return, when the sweeper comes every day for more than a
    year, then box, inventory and closed fences are as they were, and the proof is given from them."""
    _, person = cast(desk, "amina", "whatsapp_daniyar")
    request = desk.request_for(person)
    run_until(desk, request, "destroy_key")
    assert request.box is not None
    kept = (f"request#{request.id}", f"contact#{request.box.contact_id}", f"conversation#{request.box.conversation_id}",
            "fence#", request.box.contact_id)  # fmt: skip

    def of_it() -> dict[Any, Any]:
        return {key: item for key, item in desk.every_item() if key[1].startswith(kept)}

    before = of_it()
    assert {class_of(table, item).name for (table, _, _), item in before.items()} == {  # type: ignore[union-attr]
        "request", "inventory", "contact", "head", "key", "fence",
    }  # fmt: skip
    assert [key for key, item in before.items() if {"expires_at", "gone_at"} & item.keys()] == []
    for _ in range(4):
        desk.now += 100 * DAY
        desk.sweep()
    assert of_it() == before
    run_until(desk, request, "sweep")
    assert verify(desk, request) == {"outcome": "absent"}


# -- backups


def test_a_restored_backup_of_everything_but_the_keys_does_not_open(desk: Erasing, aws: Aws) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = desk.request_for(person)
    messages = [item for kind in ("in", "out", "note") for item in person.messages(kind)] + desk.of("draft#")
    decryptor = BatchDecryptor(lambda: desk.vault)
    decryptor.load([person.contact_id])
    assert all(_opens(decryptor, item) for item in messages if "content" in item), "everything opens before"
    backup = desk.dynamodb.create_backup(TableName=desk.tables["desk"], BackupName="before")["BackupDetails"]
    finish(desk, request)

    restored = f"{desk.tables['desk']}-restored"
    desk.dynamodb.restore_table_from_backup(TargetTableName=restored, BackupArn=backup["BackupArn"])
    pages = desk.dynamodb.get_paginator("scan").paginate(TableName=restored, ConsistentRead=True)
    items = [plain_item(item) for page in pages for item in page["Items"]]
    back = [item for item in items if item["pk"] == person.conversation_pk and "content" in item]
    assert len(back) == sum("content" in item for item in messages)
    keys = desk.items("keys")
    decryptor = BatchDecryptor(lambda: desk.vault)
    decryptor.load([person.contact_id, *(item["pk"] for item in keys)])
    for item in back:
        assert not _opens(decryptor, item)
        for private in filter(None, decryptor._private.values()):
            with pytest.raises(CannotOpen):
                unseal(private, _content(item), item["content"])


def _ref(item: dict[str, Any]) -> Any:
    from chalicelib.core.ids import MessageRef

    _, at, blind = item["sk"].split("#")
    return MessageRef(item["pk"].removeprefix("conversation#"), int(at), blind)


def _opens(decryptor: BatchDecryptor, item: dict[str, Any]) -> bool:
    return decryptor.json(item["contact_id"], _content(item), item["content"]) is not None


def _content(item: dict[str, Any]) -> EncryptionContext:
    kind, _, tail = item["sk"].partition("#")
    return encryption.draft_content(tail) if kind == "draft" else encryption.message_content(_ref(item))


def test_a_contact_that_names_anothers_conversation_takes_nobody_with_it(one: tuple[Erasing, Person, Request]) -> None:
    """Given Daniyar, whose contact was made to name Amina's conversation before he asked, then nothing of hers is
    fenced, and a person is called."""
    desk, daniyar, request = one
    amina = next(item for item in desk.of("head") if item["contact_id"] not in (daniyar.contact_id, ""))
    desk.requests.run(desk.requests.change(request.id, {"conversation_id": amina["conversation_id"]}))
    before = desk.snapshot()
    with pytest.raises(Conflict) as error:
        run_task(desk, "hard_suppress", request)
    assert error.value.code == "not_theirs" and desk.snapshot() == before
