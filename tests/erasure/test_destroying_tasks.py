"""Each destroying task by itself, the box while its request is open, and restored backups."""

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.channels.parts import NumberChanged
from chalicelib.contacts.search_words import indexed
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.core.errors import Conflict
from chalicelib.dynamo.builder import attribute_values, plain_item
from chalicelib.dynamo.schema import CONTACT, KEY, SECTIONS
from chalicelib.erasure.inventory import identities_context
from chalicelib.erasure.task import TaskFailed
from chalicelib.erasure.write_barrier import WriteBarrier
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor
from chalicelib.vault.encryption import CannotOpen, EncryptionContext, unseal
from tests.support.aws import Aws
from tests.support.erasure.absence import verify
from tests.support.erasure.desk import DANIYAR_PHONE, DANIYAR_USER, ErasureDesk
from tests.support.erasure.destroyed import case as case
from tests.support.erasure.destroyed import finish
from tests.support.erasure.destroyed import one as one
from tests.support.erasure.destroying import run_task, run_until
from tests.support.erasure.person import Person, cast
from tests.support.faults import Counting, Died, Dying, Hooked
from tests.support.people import WHATSAPP_ACCOUNT, from_amina, wamid
from tests.support.storage.declared import class_of

# -- each task


def test_the_fence_closes_at_once_and_takes_over_what_was_not_sent(case: tuple[ErasureDesk, Person, Request]) -> None:
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


def test_a_contact_that_changed_since_it_was_read_is_read_again(case: tuple[ErasureDesk, Person, Request]) -> None:
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


def test_who_cancels_before_the_fence_closes_keeps_everything(case: tuple[ErasureDesk, Person, Request]) -> None:
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


def test_without_the_proof_that_the_person_was_told_the_barrier_itself_does_not_close(
    case: tuple[ErasureDesk, Person, Request],
) -> None:
    """Given a task that has read a row with the proof, and a row that has none when it writes."""
    desk, _, request = case
    desk.requests.run(desk.requests.change(request.id, {"steps.told": None}))
    before = desk.snapshot()
    assert WriteBarrier(desk.gateway(), desk.requests).close(desk.request(request), desk.now) is None
    assert desk.snapshot() == before


def test_an_unverified_request_destroys_nothing(case: tuple[ErasureDesk, Person, Request]) -> None:
    desk, _, request = case
    desk.requests.run(desk.requests.change(request.id, {"steps.verified": None}))
    before = desk.snapshot()
    with pytest.raises(TaskFailed, match="^not_verified$"):
        run_task(desk, "hard_suppress", request)
    assert desk.snapshot() == before


def test_a_probe_that_is_not_refused_stops_the_workflow(desk: ErasureDesk) -> None:
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


def test_the_inventory_lists_names_and_seals_identities_to_the_box(case: tuple[ErasureDesk, Person, Request]) -> None:
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
    assert values == wanted and indexed("данияр") in opened["words"]


def test_an_inventory_of_many_names_lies_in_rows_that_fit(desk: ErasureDesk, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_content_that_does_not_open_is_destroyed_all_the_same(desk: ErasureDesk) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"], Key={"pk": {"S": f"contact#{person.contact_id}"}, "sk": {"S": "contact"}},
        UpdateExpression="SET chat = :damaged", ExpressionAttributeValues={":damaged": {"B": b"\1" + b"x" * 80}},
    )  # fmt: skip
    request = desk.request_for(person)
    finish(desk, request)
    assert person.keys() == set()


@pytest.mark.parametrize("gone", ["contact", "head", "key", "ticket"])
def test_what_was_gone_before_counts_as_done(desk: ErasureDesk, gone: str) -> None:
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


def test_the_key_goes_with_its_tombstone_and_its_time(case: tuple[ErasureDesk, Person, Request]) -> None:
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


def test_a_fence_that_was_lost_while_the_workflow_stood_still_is_there_again(desk: ErasureDesk) -> None:
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


def box_of(desk: ErasureDesk, request: Request) -> dict[str, Any]:
    assert request.box is not None
    pk = CONTACT.partition(request.box.contact_id)
    (row,) = desk.items(keep=lambda item: (item["pk"], item["sk"]) == (pk, "contact"))
    return row


NEW_PHONE = "77000000234"


@pytest.mark.parametrize("name", ["the task is repeated", "it dies before its write", "it dies after its write"])
def test_answers_go_to_the_number_that_the_person_has_by_now(desk: ErasureDesk, name: str) -> None:
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


def test_a_number_that_another_person_has_by_now_is_taken_off_the_box(desk: ErasureDesk) -> None:
    *_, person = cast(desk, "amina", "telegram_daniyar", "whatsapp_daniyar")
    request = desk.request_for(person)
    taker = Author((Address("user", "KZ.24682468"), Address("phone", DANIYAR_PHONE)), name="Амина Сәтбаева")
    desk.receive(from_amina("бұл менің нөмірім", sent_at=desk.seconds, author=taker))
    run_until(desk, request, "freeze_inventory")
    assert desk.addresses(box_of(desk, request)) == {"user": DANIYAR_USER}


@pytest.mark.parametrize("what", ["nothing", "contact", "key", "box", "box's key"])
def test_a_box_gets_no_other_address_without_need_and_none_without_the_person(desk: ErasureDesk, what: str) -> None:
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
    assert desk.request(request).done(Step.INVENTORIED) and counting.calls.count("transact_write_items") == 1
    if what in ("nothing", "contact", "key"):
        assert box_of(desk, request) == before
    elif what == "box":
        assert desk.of_pk(before["pk"]) == []


def test_a_request_that_stands_still_for_a_year_is_proved_all_the_same(desk: ErasureDesk) -> None:
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


def test_a_restored_backup_of_everything_but_the_keys_does_not_open(desk: ErasureDesk, aws: Aws) -> None:
    (person,) = cast(desk, "telegram_daniyar")
    request = desk.request_for(person)
    messages = [item for kind in ("in", "out", "note") for item in person.messages(kind)] + [
        *desk.of("draft#"),
        *desk.of("upload#"),
        *desk.of("held#"),
    ]
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

    _, *at, blind = item["sk"].split("#")
    return MessageRef(item["pk"].removeprefix("conversation#"), int(at[0] if at else item["sent_at"]), blind)


def _opens(decryptor: BatchDecryptor, item: dict[str, Any]) -> bool:
    return decryptor.json(item["contact_id"], _content(item), item["content"]) is not None


def _content(item: dict[str, Any]) -> EncryptionContext:
    kind, _, tail = item["sk"].partition("#")
    others = {"draft": encryption.draft_content, "upload": encryption.upload_content}
    return others[kind](tail) if kind in others else encryption.message_content(_ref(item))


def test_a_contact_that_names_anothers_conversation_takes_nobody_with_it(
    one: tuple[ErasureDesk, Person, Request],
) -> None:
    """Given Daniyar, whose contact was made to name Amina's conversation before he asked, then nothing of hers is
    fenced, and a person is called."""
    desk, daniyar, request = one
    amina = next(item for item in desk.of("head") if item["contact_id"] not in (daniyar.contact_id, ""))
    desk.requests.run(desk.requests.change(request.id, {"conversation_id": amina["conversation_id"]}))
    before = desk.snapshot()
    with pytest.raises(Conflict) as error:
        run_task(desk, "hard_suppress", request)
    assert error.value.code == "not_theirs" and desk.snapshot() == before
