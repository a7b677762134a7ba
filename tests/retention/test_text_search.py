"""Contacts are found by name, username and address, as people type them, however many share a word."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.contacts import text_search
from chalicelib.contacts.search_words import wanted_words
from chalicelib.core.errors import BadInput
from tests.support.calls import Call, Counted, heard_by
from tests.support.retention.desk import RetentionDesk
from tests.support.retention.indexed import found_by, put
from tests.support.retention.indexed import people as people


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
        ("Сәтбаева Амина Нұрланқызы", ["amina"]),
        ("нурланкызы сатбаева", ["amina"]),
        ("Амина Серік Сәтбаева", []),
        ("Амин Сер", ["namesake"]),
        ("Сәтбаев Амина", ["amina"]),
        ("Оспанов Данияр", ["daniyar"]),
        ("Оспанов osp", ["daniyar"]),
        ("daniyar_osp Оспанов", ["daniyar"]),
        ("", []),
        ("!?", []),
    ],
)
def test_people_are_found_as_they_are_typed(
    desk: RetentionDesk, people: dict[str, str], typed: str, found: list[str]
) -> None:
    assert sorted(found_by(desk, typed)) == sorted(people[name] for name in found)


def pages(desk: RetentionDesk, typed: str) -> Iterator[list[str]]:
    """Every page of a search."""
    page = desk.text_search.find_contacts(typed)
    yield page.contacts
    while page.next:
        page = desk.text_search.find_contacts(typed, page.next)
        yield page.contacts


def test_who_has_the_whole_word_comes_before_those_whose_word_begins_so(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "MOST_FOUND", 2)
    everybody = [put(desk, "Али Ким" if number == 5 else f"Алина{number} Ким", number) for number in range(8)]
    for typed in ("Али", "али ким", "Ким Али"):
        shown = [one for page in pages(desk, typed) for one in page]
        assert shown[0] == everybody[5]
        assert sorted(shown) == everybody, "each once"


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_whoever_shares_a_word_is_found_page_by_page(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(text_search, "MOST_FOUND", most)
    everybody = [put(desk, f"Айгерім {name}", number) for number, name in enumerate(("Ли", "Ким", "Цой", "Пак"))]
    shown = list(pages(desk, "айгерім"))
    assert sorted(one for page in shown for one in page) == everybody
    assert all(len(page) == most for page in shown[:-1]) and shown[-1], "no page more than there are people"


def test_a_full_name_finds_whom_neither_of_its_words_finds_among_the_first(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_FOUND", "MOST_READ", "COUNTED"):
        monkeypatch.setattr(text_search, name, 2)
    for number in range(4):
        put(desk, f"Айгерім Ким{number}", number)
        put(desk, f"Асель Ахметова{number}", 10 + number)
    last = put(desk, "Ахметова Айгерім Серікқызы", 99)
    for typed in ("Айгерім Ахметова", "ахметова айгерім", "Айгерім Серікқызы", "Айгерім Ахметова Серікқызы"):
        assert found_by(desk, typed) == [last], typed
    assert found_by(desk, "Айгерім Ахметова Ким") == []


def test_a_page_that_read_much_and_found_nobody_leads_on(desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_search, "MOST_READ", 3)
    for number in range(7):
        put(desk, "Айгерім", number, phone=f"770{number:04d}0108")
    last = put(desk, "Бота", 99, phone="77099990108")
    assert list(pages(desk, "бота 0108")) == [[], [], [last]]
    assert list(pages(desk, "бота 0109")) == [[]]


def test_the_word_that_fewest_people_have_is_read_when_two_are_no_pair(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "MOST_READ", 3)
    for number in range(6):
        put(desk, f"Данияр{number} Ким", number)
        put(desk, "Данияр Ким", 10 + number)
    last = put(desk, "Данияр Ким", 99, username="osp_7")
    assert list(pages(desk, "данияр osp")) == list(pages(desk, "osp ким")) == [[last]]


def test_a_search_of_very_many_words_asks_few_questions(desk: RetentionDesk) -> None:
    with heard_by(calls := Counted()):
        assert found_by(desk, " ".join(f"сөз{chr(0x430 + number)}" for number in range(30))) == []
    assert calls.calls < 20


def test_of_two_numbers_and_a_name_the_longest_number_is_looked_for(desk: RetentionDesk) -> None:
    first = put(desk, "Амина", 1, phone="77000000107")
    second = put(desk, "Амина", 2, phone="77000010107")
    assert found_by(desk, "Амина 0107") == [first, second]
    assert found_by(desk, "Амина 8 700 000 01 07, 0107") == [first]
    assert found_by(desk, "Ами 8 700 001 01 07") == [second]
    assert found_by(desk, "Асель 8 700 001 01 07") == []


@pytest.mark.parametrize("name", ["Айгүл Қайратқызы", "José María", "李 小龙", "김 철수", "Ж. Б.", "Нұр-Али Ёлкин",
                                  "Я Ли", "А Б В Г Д Е Ж", "Анна-Мария Иванова-Петрова", "🌸 Амина"])  # fmt: skip
def test_everybody_is_found_by_each_two_words_of_their_name(desk: RetentionDesk, name: str) -> None:
    contact_id = put(desk, name, 7)
    groups = [word for group in wanted_words(name) for word in group]
    for one in groups:
        for other in groups:
            assert found_by(desk, f"{one} {other}") == [contact_id], (one, other)
    assert found_by(desk, name) == found_by(desk, name.upper()) == [contact_id]


@pytest.mark.parametrize(
    "cursor", ["x", "0-0", "0-9-1", "7-0-1", "0-0-", "0-0-ы", "0-0-" + "1" * 41, "٠-0-1", "0-0-1\n"]
)
def test_a_cursor_of_another_search_is_refused(desk: RetentionDesk, cursor: str) -> None:
    with pytest.raises(BadInput):
        desk.text_search.find_contacts("Амина", cursor)


def test_who_has_both_words_is_found_beside_who_has_them_as_a_pair(desk: RetentionDesk) -> None:
    both = [put(desk, "Daniyar Ospanov", 1), put(desk, "Daniyar", 2, username="ospanov")]
    assert sorted(desk.text_search.find_contacts("daniyar ospanov").contacts) == sorted(both)


def test_of_a_common_word_no_more_rows_are_read_than_are_counted(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "COUNTED", 5)
    for number in range(40):
        put(desk, "Anna", number)
        put(desk, "Boris", 100 + number)
    read: list[int] = []

    class Rows:
        def asked(self, call: Call) -> None: ...

        def answered(self, call: Call, answer: dict[str, Any], status: int) -> None:
            read.append(answer.get("Count", 0))

    with heard_by(Rows()):
        assert desk.text_search.find_contacts("anna boris").contacts == []  # no pair: both words are counted
    assert read.count(5) <= 2 and max(read) <= text_search.MOST_READ, read


def test_a_page_that_ends_with_the_whole_words_leads_on(desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_search, "MOST_FOUND", 3)
    for number in range(3):
        put(desk, "Анна", number)
    longer = put(desk, "Аннабель", 9)
    first = desk.text_search.find_contacts("анна")
    assert desk.text_search.find_contacts("анна", first.next).contacts == [longer]
