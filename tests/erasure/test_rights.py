"""Each task does its work under its own role, and the role allows nothing that the task does not do.

The definition of the workflow is followed state by state with the real tasks on real tables; every call that they make
is checked by the embedded AWS under the task's own credentials, and held against the partitions that the role names,
which the embedded AWS ignores. What no way through the workflow uses is not granted, but for what stands in SELDOM.
"""

import pytest

from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.schema import CLASSES
from chalicelib.privacy.requests.vocabulary import Step
from infra import erasure_grants
from tests.support.erasure.consenting import asking_receiver
from tests.support.erasure.person import Person
from tests.support.erasure.roles import allows, granted, used
from tests.support.erasure.walk import Walk
from tests.support.erasure.walk import dynamodb_endpoint as dynamodb_endpoint
from tests.support.erasure.walk import walk as walk
from tests.support.erasure.ways import cancelled, decided, escalated, kept_until, opted_out, part_ended, pressed
from tests.support.people import from_amina

SELDOM = {
    # A hundred rows go in one transaction with the mark; who has more loses the others beforehand in batches.
    ("erase_stores", "dynamodb:BatchWriteItem", "DeskTable", "contact"),
    ("erase_stores", "dynamodb:BatchWriteItem", "IndexTable", "text"),
    ("erase_stores", "dynamodb:BatchWriteItem", "IndexTable", "words"),
}
"""What is granted and not met on the ways below, with the reason."""
_TABLE_OF = {one.pk.partition("#")[0]: f"{one.table.capitalize()}Table" for one in CLASSES}


def of_another_table(name: str, action: str, place: str, word: str) -> bool:
    """A call for many rows of two tables: each table is granted the partitions of both (infra/erasure_grants.py)."""
    return ":Batch" in action and _TABLE_OF.get(word, place) != place


def told_late(walk: Walk, person: Person, identity: str) -> None:
    """A run of the release before comes to its grace without having told the person: they are told there, and
    cancel."""
    request = walk.asked(person)
    assert walk.handle("soft_suppress", {"request_id": request.id}) == {"outcome": "suppressed"}
    walk.living.mark(request.id, {Step.VERIFIED: walk.desk.now}, identity=identity, due_at=walk.desk.now)
    event = {"request_id": request.id, "token": "token-of-Grace", "execution": request.execution}
    assert walk.handle("grace", event) == {"outcome": ""}
    walk.arrives(request.id)
    assert walk.living.read(request.id).told_by
    walk.says(person, "cancel")
    assert walk.go(request, {}, "Finish") == "Ended"


def refused(walk: Walk, person: Person) -> None:
    before = walk.keys()
    request = walk.asked(person)

    def refuse() -> None:
        walk.living.mark(request.id, {Step.REFUSED: walk.desk.now}, due_at=walk.desk.now)

    assert walk.go(request, {"VerifyIdentity": refuse}) == "Ended"
    assert walk.living.read(request.id).state == "refused"
    assert walk.undated(before) == []


def consented(walk: Walk) -> Person:
    """Somebody whose operator asks first sends a file and consents: it is released."""
    receive = asking_receiver(walk.desk)
    details = {"media_id": "id of a file", "filename": "a.pdf"}
    author = Author((Address("phone", "77000000555"),), name="Сауле Жаңа")
    receive(from_amina("", sent_at=walk.desk.seconds, author=author, kind="document", details=details))
    receive(from_amina("удалить?", sent_at=walk.desk.seconds, author=author, order=1))
    (question,) = [row for row in walk.desk.of("question") if "refused_at" not in row]
    person = Person(walk.desk, "whatsapp", question["contact_id"], question["pk"].partition("#")[2])
    walk.says(person, "consent", item="consent.yes")
    assert [row["contact_id"] for row in walk.desk.of("ticket")].count(person.contact_id) == 1
    return person


@pytest.mark.timeout(300)
def test_every_task_works_under_its_role_in_its_partitions_and_its_role_allows_nothing_more(walk: Walk) -> None:
    amina, telegram, whatsapp = walk.people
    walk.says(amina, "maybe", kinds=["deletion", "opt_out"])
    for item in ("status", "data", "language.en", "correct", "close"):
        walk.says(amina, "menu", item=item)
    newcomer = consented(walk)
    pressed(walk, whatsapp)
    decided(walk, telegram)
    cancelled(walk, amina)
    told_late(walk, amina, "second_press")
    told_late(walk, amina, "staff")
    walk.desk.now += DAY  # whoever asks and cancels so often opens no more today
    refused(walk, amina)
    opted_out(walk, amina)
    escalated(walk, amina)
    categories = ("phone", "whatsapp_name", "message_text", "ticket_data")
    part_ended(walk, kept_until(walk, newcomer, day_of(walk.desk.now + 30 * DAY), categories)[0])

    seen = walk.recorder.seen
    assert seen.keys() == {one.name for one in erasure_grants.FUNCTIONS}, "every function was reached"
    beyond = {
        (one.name, access.action, access.place, *sorted(access.partitions))
        for one in erasure_grants.FUNCTIONS
        for access in seen[one.name]
        if not allows(one, access)
    }
    assert not beyond, "AWS would refuse these"
    unused = {
        (one.name, *grant)
        for one in erasure_grants.FUNCTIONS
        for grant in granted(one)
        if not used(seen[one.name], *grant)
    }
    unused = {one for one in unused if not of_another_table(*one)}
    assert unused == SELDOM, "granted, and no code uses it"
