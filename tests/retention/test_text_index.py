"""Contacts are found by name, username and address, as people type them, and by nothing else."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.contacts.search_words import contact_words, phone_word
from chalicelib.core.addresses import Address, Author
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.models import DeskRow, IndexRow
from tests.support.intake.rows import change
from tests.support.people import AMINA, from_amina, from_daniyar
from tests.support.retention.desk import RetentionDesk


@pytest.fixture
def people(desk: RetentionDesk) -> dict[str, str]:
    """Amina, Daniyar and a namesake of Amina, indexed; contact ids by their names."""
    return desk.once("people", lambda: _people(desk))


def _people(desk: RetentionDesk) -> dict[str, str]:
    namesake = Author((Address("user", "KZ.24680"), Address("phone", "77000000108")), name="Амина Серік")
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=1))
    desk.receive(from_amina(sent_at=desk.seconds, author=namesake))
    contacts = {}
    for head in desk.of("contact"):
        desk.index_contact(head["contact_id"])
        if head["channel"] == "telegram":
            contacts["daniyar"] = head["contact_id"]
        else:
            contacts["namesake" if "user" in head else "amina"] = head["contact_id"]
    return contacts


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Сәтбаева", ["amina"]),
        ("  сәтбаева АМИНА ", ["amina"]),
        ("амина", ["amina", "namesake"]),
        ("амина оспанов", []),
        ("@daniyar_osp", ["daniyar"]),
        ("Daniyar_Osp", ["daniyar"]),
        ("8 700 000 01 07", ["amina"]),
        ("+7 (700) 000-01-07", ["amina"]),
        ("77000000107", ["amina"]),
        ("7000000108", ["namesake"]),
        ("500000042", ["daniyar"]),
        ("kz.24680", ["namesake"]),
        ("Сәт", ["amina"]),
        ("Сә", []),
        ("Ами", ["amina", "namesake"]),
        ("амин сәтб", ["amina"]),
        ("Нұрланқы", ["amina"]),
        ("Сатбаева", ["amina"]),
        ("0107", ["amina"]),
        ("Амина 0108", ["namesake"]),
        ("тел.: +7 700 000-01-07", ["amina"]),
        ("+7\u2011700\u2011000\u201101\u201107", ["amina"]),
        ("8 700 000–01–07", ["amina"]),
        ("\u202a+7 700 000 01 07\u202c", ["amina"]),
        ("\u200e77000000107\u200e", ["amina"]),
        ("00 7 700 000 01 07", ["amina"]),
        ("(+7) 700 000 01 07", ["amina"]),
        ("＋７７００００００１０７", ["amina"]),
        ("87000000107,", ["amina"]),
        ("daniyar", ["daniyar"]),
        ("@Daniyar", ["daniyar"]),
        ("", []),
        ("!?", []),
    ],
)
def test_people_are_found_as_they_are_typed(
    desk: RetentionDesk, people: dict[str, str], typed: str, found: list[str]
) -> None:
    assert sorted(desk.text_index.find_contacts(typed)) == sorted(people[name] for name in found)


def test_who_has_the_whole_word_comes_before_those_whose_word_begins_so(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.contacts import text_index

    monkeypatch.setattr(text_index, "MOST_FOUND", 2)
    for number in range(8):
        name = "Али" if number == 5 else f"Алина{number} Ким"
        DeskRow(f"contact#{str(number) * 20}", "contact", state="active").save()
        desk.text_index.replace(f"{number}" * 20, contact_words(name, "", {}))
    assert desk.text_index.find_contacts("Али")[0] == "5" * 20
    assert len(desk.text_index.find_contacts("али")) == len(desk.text_index.find_contacts("алин ким")) == 2


def test_the_index_shows_neither_a_name_nor_an_address(desk: RetentionDesk, people: dict[str, str]) -> None:
    stored = str(desk.items("index")).lower()
    for word in ("амина", "сәтбаева", "daniyar", "77000000107", "500000042", "kz.24680"):
        assert word not in stored


def test_a_changed_name_is_found_and_the_old_one_no_longer(desk: RetentionDesk, people: dict[str, str]) -> None:
    desk.later(60)
    renamed = AMINA._replace(name="Амина Ахметова")
    desk.receive(from_amina("Сәлем", sent_at=desk.seconds, author=renamed))

    assert desk.index_contact(people["amina"]) > 0
    assert desk.index_contact(people["amina"]) == 0

    assert desk.text_index.find_contacts("Ахметова") == [people["amina"]]
    assert desk.text_index.find_contacts("Сәтбаева") == []
    assert people["amina"] in desk.text_index.find_contacts("Амина")


@pytest.mark.parametrize("how", ["no contact", "no key"])
def test_somebody_who_is_gone_is_found_by_nothing(desk: RetentionDesk, people: dict[str, str], how: str) -> None:
    if how == "no contact":
        DeskRow(f"contact#{people['daniyar']}", "contact").delete()
    else:
        desk.dynamodb.delete_item(TableName=desk.tables["keys"], Key={"pk": {"S": people["daniyar"]}})
    desk.index_contact(people["daniyar"])
    assert desk.text_index.find_contacts("@daniyar_osp") == []
    assert words_of(desk, people["daniyar"]) == []


def words_of(desk: RetentionDesk, contact_id: str) -> list[dict[str, Any]]:
    """What a contact is found by, and the list of it."""
    return desk.items("index", lambda item: contact_id in (item["sk"], item["pk"].partition("#")[2]))


@pytest.mark.parametrize("words", [[], ["nowhere"], ["оспанов", "nowhere"]])
@pytest.mark.parametrize("moment", [0, 1, 2, 3], ids=["before", "list", "rows", "list again"])
def test_from_the_fence_on_an_indexer_changes_no_row_but_the_list_that_it_was_at(
    desk: RetentionDesk, people: dict[str, str], moment: int, words: list[str]
) -> None:
    """The eraser counts and deletes what there is."""
    index, contact_id = desk.text_index, people["daniyar"]
    transact, calls, reached = index._transact, [0], list[list[dict[str, Any]]]()

    def fenced(contact: str, writes: Sequence[Write], *, adds: bool) -> bool:
        calls[0] += 1
        if calls[0] == moment:
            change(desk, f"contact#{contact_id}", "contact", "state", "erasing")
            reached.append(words_of(desk, contact_id))
        return transact(contact, writes, adds=adds)

    index._transact = fenced  # type: ignore[method-assign]
    if not moment:
        change(desk, f"contact#{contact_id}", "contact", "state", "erasing")
        reached.append(words_of(desk, contact_id))
    changed = index.replace(contact_id, words)
    assert changed == 0 and reached
    assert words_of(desk, contact_id) == reached[0]
    desk.index_contact(contact_id)
    assert words_of(desk, contact_id) == reached[0]


def test_no_word_is_written_of_a_contact_that_is_gone(desk: RetentionDesk, people: dict[str, str]) -> None:
    DeskRow(f"contact#{people['daniyar']}", "contact").delete()
    assert desk.text_index.replace(people["daniyar"], ["nowhere"]) == 0
    assert desk.text_index.find_contacts("nowhere") == []


def test_a_run_that_died_leaves_no_row_that_the_next_does_not_know(desk: RetentionDesk, people: dict[str, str]) -> None:
    index, contact_id = desk.text_index, people["daniyar"]
    remember, calls = index._remember, []

    def dying(contact: str, names: set[str], version: str, **more: int) -> str | None:
        calls.append(names)
        if len(calls) == 2:
            raise RuntimeError
        return remember(contact, names, version, **more)

    index._remember = dying  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        index.replace(contact_id, ["nowhere"])
    desk.index_contact(contact_id)
    assert desk.text_index.find_contacts("nowhere") == []
    assert desk.text_index.find_contacts("Оспанов") == [contact_id]


def test_a_run_that_died_before_it_deleted_a_row_leaves_that_to_the_next(
    desk: RetentionDesk, people: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    index, contact_id = desk.text_index, people["daniyar"]

    def dying(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(index, "_rewrite", dying)
    with pytest.raises(RuntimeError):
        index.replace(contact_id, ["nowhere"])
    desk.text_index.replace(contact_id, ["nowhere"])
    assert desk.text_index.find_contacts("nowhere") == [contact_id]
    assert desk.text_index.find_contacts("Оспанов") == []


@pytest.mark.parametrize("moment", [1, 2], ids=["before it widens the list", "before it narrows the list"])
def test_two_indexers_of_one_contact_at_once_leave_no_row_that_no_list_knows(
    desk: RetentionDesk, people: dict[str, str], moment: int
) -> None:
    index, other, contact_id = desk.text_index, desk.text_index, people["daniyar"]
    remember, calls = index._remember, []

    def late(contact: str, names: set[str], version: str, **more: int) -> str | None:
        calls.append(names)
        if len(calls) == moment:
            other.replace(contact_id, ["elsewhere", "Оспанов"])
        return remember(contact, names, version, **more)

    index._remember = late  # type: ignore[method-assign]
    index.replace(contact_id, ["nowhere"])

    rows = desk.items("index", lambda item: item["sk"] == contact_id)
    (known,) = desk.items("index", lambda item: item["pk"] == f"words#{contact_id}")
    assert sorted(row["pk"].removeprefix("text#") for row in rows) == known["words"]
    assert index.find_contacts("nowhere") == [contact_id]
    assert index.find_contacts("elsewhere") == []


def test_words_that_were_listed_and_not_written_are_written_by_the_next_run(
    desk: RetentionDesk, people: dict[str, str]
) -> None:
    index, contact_id = desk.text_index, people["daniyar"]
    index.replace(contact_id, [])
    index._remember(contact_id, {index._text_key.word("новый")}, "", rule=0)  # and then the run died
    index.replace(contact_id, ["новый"])
    assert index.find_contacts("новый") == [contact_id]


def test_a_contact_that_an_older_release_has_indexed_is_indexed_again(
    desk: RetentionDesk, people: dict[str, str]
) -> None:
    contact_id = people["amina"]
    words = f"words#{contact_id}"
    older(desk, contact_id, ["амина", "нұрланқызы", "сәтбаева", "phone:77000000107"])
    assert desk.text_index.find_contacts("Сатбаева") == []

    desk.trust_the_index()
    change(desk, "sweep#lists", "cursor", "rule", 0)  # a release with another rule begins a pass at once
    desk.sweep()
    assert desk.rung_indexing == [contact_id]
    desk.index_contact(contact_id)

    assert desk.text_index.find_contacts("Сатбаева") == desk.text_index.find_contacts("Сәтбаева") == [contact_id]
    rows = desk.items("index", lambda item: item["sk"] == contact_id)
    (known,) = desk.items("index", lambda item: item["pk"] == words)
    assert sorted(row["pk"].removeprefix("text#") for row in rows) == known["words"]
    desk.read_all()
    assert desk.rung_indexing == [contact_id]  # and never again


def older(desk: RetentionDesk, contact_id: str, words: list[str]) -> None:
    """Let a contact be indexed as the release before had done it: by words of its own rule, and a list without one."""
    desk.text_index.replace(contact_id, words)
    IndexRow(f"words#{contact_id}", "words").update([IndexRow.rule.remove()])


@pytest.mark.parametrize("typed", ["12", "8 700", "+7 700 000 01 07 99 99 99", "Амина", "8 700 abc"])
def test_what_cannot_be_a_phone_number_is_none(typed: str) -> None:
    assert phone_word(typed) == ""
