"""The proof of absence: another program with its own reads; whatever is left of the person is found."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.core.errors import Unavailable
from chalicelib.core.kept_for import KeptFor
from chalicelib.dynamo import schema
from chalicelib.dynamo.schema import CLASSES, SECTIONS, Expiry, ItemClass
from chalicelib.erasure import verifier
from chalicelib.erasure.task import TaskFailed
from chalicelib.erasure.tasks.destroy_mailbox import DestroyMailbox
from chalicelib.erasure.tasks.verify_absence import MOST_PASSES
from chalicelib.erasure.verifier import QUESTIONS, Inventory, Verifier
from chalicelib.privacy.mailbox.removal import MailboxRemoval
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.telling.statuses import MessageStatuses
from tests.support.erasure.absence import asking, leave, verify
from tests.support.erasure.desk import DANIYAR_PHONE, FORMER_PHONE, ErasureDesk
from tests.support.erasure.destroying import run_until
from tests.support.erasure.person import Person, cast
from tests.support.faults import Counting, Died, Dying, Hooked, Leaving
from tests.support.intake.desk import Snapshot
from tests.support.people import WHATSAPP_ACCOUNT, from_amina


def gone(desk: ErasureDesk, person: Person) -> Request:
    """The person's request after the second pass of the eraser."""
    request = desk.request_for(person)
    run_until(desk, request, "sweep")
    return request


def changed(before: Snapshot, after: Snapshot) -> set[str]:
    """Partitions of rows that are new, gone or different."""
    both = {table: before[table].keys() | after[table].keys() for table in before}
    return {
        key[0].partition("#")[0]
        for table, keys in both.items()
        for key in keys
        if before[table].get(key) != after[table].get(key)
    }


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_nothing_left_is_proved_and_opens_the_fences(desk: ErasureDesk, channel: str) -> None:
    _, person = cast(desk, "amina", f"{channel}_daniyar")
    request = gone(desk, person)
    before = desk.snapshot()
    assert verify(desk, request) == {"outcome": "absent"} == verify(desk, request)
    stored = desk.request(request)
    assert stored.done(Step.ABSENT) and not stored.passes
    assert changed(before, desk.snapshot()) == {"request", "fence"}
    fences = desk.items("index", keep=lambda item: item["pk"].startswith("fence#"))
    assert fences
    for fence in fences:
        assert not fence["closed"] and fence["at"] == stored.at(Step.KEY_DESTROYED)
        assert fence["expires_at"] == (fence["at"] + 8 * DAY) // 1000 and "box" not in fence


def _both(store: Verifier, request: Request) -> tuple[Request, Inventory]:
    found, inventory = store.read(request.id)
    assert found is not None
    return found, inventory


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_each_single_row_that_is_left_is_found(desk: ErasureDesk, channel: str) -> None:
    """Given back one at a time, whatever the eraser deleted is noticed. Rows that only late writers make in the
    conversation are found with its partition."""
    _, person = cast(desk, "amina", f"{channel}_daniyar")
    request = desk.request_for(person)
    run_until(desk, request, "freeze_inventory")
    before = desk.snapshot()
    run_until(desk, request, "sweep")
    after = desk.snapshot()
    deleted = [
        (table, key, before[table][key]) for table in before for key in before[table].keys() - after[table].keys()
    ]
    assert {table for table, _, _ in deleted} == {"desk", "index", "keys"}
    known = asking(desk)
    identities = known.identities(*_both(known, request), desk.vault)
    for table, key, item in deleted:
        if int(item.get("expires_at", {"N": "9" * 12})["N"]) <= desk.seconds:
            continue  # past its date: the sweeper's
        where = {name: item[name] for name in ("pk", "sk") if name in item}
        desk.dynamodb.put_item(TableName=desk.tables[table], Item=item)
        asked = known.identities(*_both(known, request), desk.vault) if table == "keys" else identities
        found = known.found(request, asked)
        desk.dynamodb.delete_item(TableName=desk.tables[table], Key=where)
        assert sum(found.values()) == 1, (table, key, found)
    assert known.found(request, identities) == {}


def test_what_is_found_goes_back_to_the_eraser_five_times_and_then_to_a_person(desk: ErasureDesk) -> None:
    _, person = cast(desk, "amina", "telegram_daniyar")
    request = gone(desk, person)
    for number in range(1, MOST_PASSES + 1):
        leave(desk, person)
        assert verify(desk, request) == {"outcome": "found"}
        stored = desk.request(request)
        assert stored.passes == number
        assert not {Step.ERASED, Step.WRITERS_DRAINED, Step.ERASED_AGAIN} & set(stored.steps)
        run_until(desk, request, "sweep")
    leave(desk, person)
    with pytest.raises(TaskFailed, match="still_found"):
        verify(desk, request)
    assert not desk.request(request).done(Step.ABSENT)


def test_a_store_that_does_not_answer_proves_nothing(desk: ErasureDesk) -> None:
    request = gone(desk, cast(desk, "amina", "telegram_daniyar")[-1])
    reads: list[str] = []

    def count(name: str, body: Mapping[str, Any]) -> None:
        reads.append(name)

    verify(desk, request, Hooked(desk.dynamodb, count))
    run = desk.requests.change(request.id, {f"steps.{Step.ABSENT}": None})
    assert desk.requests.run(run) is None
    for number in range(len(reads)):
        calls = iter(range(len(reads)))

        def fail(name: str, body: Mapping[str, Any], at: int = number, calls: Any = calls) -> None:
            if next(calls) == at:
                raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, name)

        with pytest.raises(Unavailable):
            verify(desk, request, Hooked(desk.dynamodb, fail))
        assert not desk.request(request).done(Step.ABSENT)


def test_it_goes_on_after_dying_at_any_write_and_reads_what_was_left_over(desk: ErasureDesk) -> None:
    request = gone(desk, cast(desk, "amina", "whatsapp_daniyar")[-1])
    counting = Dying(desk.dynamodb)
    start = desk.snapshot()
    verify(desk, request, counting)
    for number in range(1, counting.writes + 1):
        for when in ("before", "after"):
            desk.restore(start)
            with pytest.raises(Died):
                verify(desk, request, Dying(desk.dynamodb, number, when))
            assert verify(desk, request, Leaving(desk.dynamodb)) == {"outcome": "absent"}


def test_an_address_that_has_a_new_owner_is_no_trace(desk: ErasureDesk) -> None:
    """Somebody got the number meanwhile, after its fence was opened by an earlier run."""
    _, person = cast(desk, "amina", "whatsapp_daniyar")
    request = gone(desk, person)
    assert verify(desk, request) == {"outcome": "absent"}
    run = desk.requests.change(request.id, {f"steps.{Step.ABSENT}": None})
    assert desk.requests.run(run) is None
    desk.later(60)
    author = Author((Address("phone", DANIYAR_PHONE),), name="Жаңа адам")
    desk.receive(from_amina("мен жаңамын", sent_at=desk.seconds, author=author))
    assert verify(desk, request) == {"outcome": "absent"}


def test_a_fence_is_opened_though_its_alias_expired_before_it_was_listed(desk: ErasureDesk) -> None:
    """Given a former number whose alias goes by its date between the closing of the fence and the inventory, then its
    fence has the time of the destruction and is opened like the others."""
    _, person = cast(desk, "amina", "whatsapp_daniyar")
    request = desk.request_for(person)
    run_until(desk, request, "hard_suppress")
    former = desk.address_key.address("whatsapp", WHATSAPP_ACCOUNT, Address("phone", FORMER_PHONE))
    where = {"pk": {"S": f"alias#{former}"}, "sk": {"S": "alias"}}
    assert desk.dynamodb.delete_item(TableName=desk.tables["index"], Key=where, ReturnValues="ALL_OLD")["Attributes"]
    desk.later(60)
    run_until(desk, request, "sweep")
    assert verify(desk, request) == {"outcome": "absent"}

    stored = desk.request(request)
    fences = {item["pk"].removeprefix("fence#"): item for item in desk.items("index") if item["sk"] == "fence"}
    assert fences.keys() == set(stored.fences) and former in fences and len(fences) == 3
    for fence in fences.values():
        assert (fence["closed"], fence["at"]) == (False, stored.at(Step.KEY_DESTROYED))
        assert fence["expires_at"] == (fence["at"] + 8 * DAY) // 1000


def before_it(desk: ErasureDesk, request: Request, **more: Any) -> Request:
    """An earlier request of the same person, which was stopped, with its box."""
    person = Person(desk, request.channel, request.contact_id, request.conversation_id)
    return desk.request_for(
        person, steps={str(Step.CANCELLED): desk.now, str(Step.CLOSED_WITHOUT_ERASURE): desk.now}, **more
    )


def test_while_a_box_of_an_earlier_request_is_there_nothing_is_proved(desk: ErasureDesk) -> None:
    """Given an earlier request whose box, or the one before that, still holds the person's address under a living key,
    then that is found, the eraser is sent round again, and with its end the proof is given."""
    _, person = cast(desk, "amina", "whatsapp_daniyar")
    first = desk.request_for(person)
    oldest = before_it(desk, first)
    older = before_it(desk, first, after=oldest.id)
    request = desk.request_for(person, after=older.id)
    run_until(desk, request, "sweep")
    read = MessageStatuses(desk.gateway())
    rows = ContactRequestRows(desk.gateway())
    close = DestroyMailbox(desk.requests, rows, MailboxRemoval(desk.gateway()), read, KeptFor(1095), lambda: desk.now)
    for passes, one in enumerate((older, oldest), start=1):
        assert verify(desk, request) == {"outcome": "found"}
        stored = desk.request(request)
        assert stored.passes == passes and not stored.done(Step.ABSENT)
        close(one.id)
        run_until(desk, request, "sweep")
    assert verify(desk, request) == {"outcome": "absent"}
    assert {item["pk"] for item in desk.items("keys")} >= {request.box.contact_id if request.box else ""}


def test_an_earlier_request_that_is_gone_or_names_itself_stops_nobody(desk: ErasureDesk) -> None:
    _, person = cast(desk, "amina", "whatsapp_daniyar")
    request = gone(desk, person)
    counting = Counting(desk.dynamodb)
    known = asking(desk, counting)
    identities = known.identities(*_both(known, request), desk.vault)
    before = len(counting.calls)
    assert known.found(request, identities) == {}
    ordinary = len(counting.calls) - before
    for after in ("0" * 20, request.id):
        assert known.found(replace(request, after=after), identities) == {}
    assert len(counting.calls) - before == 3 * ordinary + 1, "one read for each earlier request, none without"


def test_before_the_second_pass_nothing_is_asked(desk: ErasureDesk) -> None:
    request = desk.request_for(cast(desk, "amina", "telegram_daniyar")[-1])
    with pytest.raises(TaskFailed, match="not_erased"):
        verify(desk, request)


# -- the questions, and what the schema says that there is


def unasked(classes: Iterable[ItemClass]) -> list[str]:
    """Return which rows of a person the verifier does not ask for as the schema says that they are found."""
    wrong = []
    for one in classes:
        keys = {
            (one.table, re.sub(r"{\w+}", "{}", one.pk), sk)
            for sk in ("*", re.sub(r"{(?!contact_id)\w+}", "{}", one.sk))
        }
        asked = [question for question in QUESTIONS if question[:3] in keys]
        if one.section in SECTIONS and not any(question.of == one.found_by for question in asked):
            wrong.append(
                f"{one.name}: the verifier asks nothing by {one.found_by}: add a question to erasure/verifier.py"
            )
    return wrong


def test_the_verifier_asks_for_every_class_that_the_eraser_deletes() -> None:
    assert unasked(CLASSES) == []
    note = ItemClass("note", "desk", "note#{ticket_id}", "note", expiry=Expiry("date", ""), fields={},
                     section="desk.tickets", found_by="ticket_id")  # fmt: skip
    assert len(unasked([*CLASSES, note])) == 1


def test_every_question_of_the_verifier_is_about_rows_that_there_are() -> None:
    erased = [one for one in CLASSES if one.section in SECTIONS]
    for question in QUESTIONS:
        assert any((question.table, question.pk) == (one.table, re.sub(r"{\w+}", "{}", one.pk)) for one in erased), (
            question
        )


def test_neither_is_made_from_the_other() -> None:
    written = {name: Path(module.__file__ or "").read_text(encoding="utf-8") for name, module in
               (("schema", schema), ("verifier", verifier))}  # fmt: skip
    assert "verifier import" not in written["schema"]
    assert set(re.findall(r"dynamo\.schema import (.*)", written["verifier"])) == {"Key"}
