"""Contacts are found by name, username and address, as people type them, and by nothing else."""

from dataclasses import replace

import pytest

from chalicelib.domain.messages import Address, Author
from chalicelib.domain.search_words import contact_words, phone_word, wanted_words
from tests.delivery.test_reply import change
from tests.people import AMINA, from_amina, from_daniyar
from tests.retention.conftest import Keeping


@pytest.fixture
def people(desk: Keeping) -> dict[str, str]:
    """Amina, Daniyar and a namesake of Amina, indexed; contact ids by their names."""
    return desk.once("people", lambda: _people(desk))


def _people(desk: Keeping) -> dict[str, str]:
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
        ("Сәт", []),
        ("", []),
        ("!?", []),
    ],
)
def test_people_are_found_as_they_are_typed(
    desk: Keeping, people: dict[str, str], typed: str, found: list[str]
) -> None:
    assert sorted(desk.text_index.find_contacts(typed)) == sorted(people[name] for name in found)


def test_the_index_shows_neither_a_name_nor_an_address(desk: Keeping, people: dict[str, str]) -> None:
    stored = str(desk.items("index")).lower()
    for word in ("амина", "сәтбаева", "daniyar", "77000000107", "500000042", "kz.24680"):
        assert word not in stored


def test_a_changed_name_is_found_and_the_old_one_no_longer(desk: Keeping, people: dict[str, str]) -> None:
    desk.later(60)
    renamed = replace(AMINA, name="Амина Ахметова")
    desk.receive(from_amina("Сәлем", sent_at=desk.seconds, author=renamed))

    assert desk.index_contact(people["amina"]) == 3  # two words gone, one new
    assert desk.index_contact(people["amina"]) == 0

    assert desk.text_index.find_contacts("Ахметова") == [people["amina"]]
    assert desk.text_index.find_contacts("Сәтбаева") == []
    assert people["amina"] in desk.text_index.find_contacts("Амина")


@pytest.mark.parametrize("how", ["erasing", "no key"])
def test_somebody_who_is_erased_is_found_by_nothing(desk: Keeping, people: dict[str, str], how: str) -> None:
    if how == "erasing":
        change(desk, f"contact#{people['daniyar']}", "contact", "state", "erasing")
    else:
        desk.dynamodb.delete_item(TableName=desk.tables["keys"], Key={"pk": {"S": people["daniyar"]}})
    desk.index_contact(people["daniyar"])
    assert desk.text_index.find_contacts("@daniyar_osp") == []
    assert not desk.items("index", lambda item: people["daniyar"] in (item["sk"], item["pk"].partition("#")[2]))


def test_a_run_that_died_leaves_no_row_that_the_next_does_not_know(desk: Keeping, people: dict[str, str]) -> None:
    index, contact_id = desk.text_index, people["daniyar"]
    remember, calls = index._remember, []

    def dying(contact: str, names: set[str], version: str) -> str | None:
        calls.append(names)
        if len(calls) == 2:
            raise RuntimeError
        return remember(contact, names, version)

    index._remember = dying  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        index.replace(contact_id, ["nowhere"])
    desk.index_contact(contact_id)
    assert desk.text_index.find_contacts("nowhere") == []
    assert desk.text_index.find_contacts("Оспанов") == [contact_id]


@pytest.mark.parametrize("moment", [1, 2], ids=["before it widens the list", "before it narrows the list"])
def test_two_indexers_of_one_contact_at_once_leave_no_row_that_no_list_knows(
    desk: Keeping, people: dict[str, str], moment: int
) -> None:
    index, other, contact_id = desk.text_index, desk.text_index, people["daniyar"]
    remember, calls = index._remember, []

    def late(contact: str, names: set[str], version: str) -> str | None:
        calls.append(names)
        if len(calls) == moment:
            other.replace(contact_id, ["elsewhere", "Оспанов"])
        return remember(contact, names, version)

    index._remember = late  # type: ignore[method-assign]
    index.replace(contact_id, ["nowhere"])

    rows = desk.items("index", lambda item: item["sk"] == contact_id)
    (known,) = desk.items("index", lambda item: item["pk"] == f"words#{contact_id}")
    assert sorted(row["pk"].removeprefix("text#") for row in rows) == known["words"]
    assert index.find_contacts("nowhere") == [contact_id]
    assert index.find_contacts("elsewhere") == []


def test_two_parts_of_a_double_name_are_found_together_and_alone() -> None:
    words = contact_words("Нұр-Али Ёлкин", "", "", "", "")
    assert {"нұр-али", "нұр", "али", "елкин"} == words
    assert wanted_words("нұр-али") == [{"нұр-али"}]


@pytest.mark.parametrize("typed", ["12", "8 700", "+7 700 000 01 07 99 99 99", "Амина", "8 700 abc"])
def test_what_cannot_be_a_phone_number_is_none(typed: str) -> None:
    assert phone_word(typed) == ""
