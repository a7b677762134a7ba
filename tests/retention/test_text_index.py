"""Contacts are indexed so that they are found by name, username and address, and by nothing else."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.contacts import text_index
from chalicelib.contacts.search_words import contact_words, phone_word
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.models import DeskRow, IndexRow
from tests.support.calls import Counted, heard_by
from tests.support.intake.rows import change
from tests.support.people import AMINA, from_amina
from tests.support.retention.desk import RetentionDesk
from tests.support.retention.indexed import found_by, words
from tests.support.retention.indexed import people as people


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

    assert found_by(desk, "Ахметова") == [people["amina"]]
    assert found_by(desk, "Сәтбаева") == []
    assert people["amina"] in found_by(desk, "Амина")


@pytest.mark.parametrize("how", ["no contact", "no key"])
def test_somebody_who_is_gone_is_found_by_nothing(desk: RetentionDesk, people: dict[str, str], how: str) -> None:
    if how == "no contact":
        DeskRow(f"contact#{people['daniyar']}", "contact").delete()
    else:
        desk.dynamodb.delete_item(TableName=desk.tables["keys"], Key={"pk": {"S": people["daniyar"]}})
    desk.index_contact(people["daniyar"])
    assert found_by(desk, "@daniyar_osp") == []
    assert words_of(desk, people["daniyar"]) == []


def words_of(desk: RetentionDesk, contact_id: str) -> list[dict[str, Any]]:
    """What a contact is found by, and the list of it."""
    return desk.items("index", lambda item: contact_id in (item["sk"], item["pk"].partition("#")[2]))


@pytest.mark.parametrize("names", [[], ["nowhere"], ["оспанов", "nowhere"]])
@pytest.mark.parametrize("moment", [0, 1, 2], ids=["before", "first rows", "more rows"])
def test_from_the_fence_on_an_indexer_changes_no_row(
    desk: RetentionDesk, people: dict[str, str], moment: int, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The eraser counts and deletes what there is."""
    monkeypatch.setattr(text_index, "_AT_ONCE", 5)
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
    changed = index.replace(contact_id, words(*names))
    assert changed == 0 and reached
    assert words_of(desk, contact_id) == reached[0]
    desk.index_contact(contact_id)
    assert words_of(desk, contact_id) == reached[0]


def test_no_word_is_written_of_a_contact_that_is_gone(desk: RetentionDesk, people: dict[str, str]) -> None:
    DeskRow(f"contact#{people['daniyar']}", "contact").delete()
    assert desk.text_index.replace(people["daniyar"], words("nowhere")) == 0
    assert found_by(desk, "nowhere") == []


def rows_are_listed(desk: RetentionDesk, contact_id: str) -> None:
    """The contact's rows are those of its list, and each tells of all of its words."""
    rows = desk.items("index", lambda item: item["sk"] == contact_id)
    (known,) = desk.items("index", lambda item: item["pk"] == f"words#{contact_id}")
    assert sorted(row["pk"].removeprefix("text#") for row in rows) == known["words"]
    assert len({bytes(row["digests"]) for row in rows}) == 1


def test_a_contact_is_indexed_by_one_transaction(desk: RetentionDesk, people: dict[str, str]) -> None:
    desk.text_index.replace(people["daniyar"], [])
    with heard_by(calls := Counted()):
        desk.text_index.replace(people["daniyar"], contact_words("Данияр Ерланұлы Оспанов", "daniyar_osp", {}))
    assert calls.calls == 2  # what is listed is read, and all is written
    rows_are_listed(desk, people["daniyar"])


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_a_run_that_died_leaves_no_row_that_is_not_listed_and_the_next_goes_on(
    desk: RetentionDesk, people: dict[str, str], moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, contact_id = desk.text_index, people["daniyar"]
    transact, calls = index._transact, [0]
    monkeypatch.setattr(text_index, "_AT_ONCE", 7)

    def dying(contact: str, writes: Sequence[Write], *, adds: bool) -> bool:
        calls[0] += 1
        if calls[0] == moment:
            raise RuntimeError
        return transact(contact, writes, adds=adds)

    index._transact = dying  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        index.replace(contact_id, contact_words("Nowhere Man", "daniyar_osp", {}))
    (known,) = desk.items("index", lambda item: item["pk"] == f"words#{contact_id}")
    rows = desk.items("index", lambda item: item["sk"] == contact_id)
    assert sorted(row["pk"].removeprefix("text#") for row in rows) == known["words"]

    desk.index_contact(contact_id)
    rows_are_listed(desk, contact_id)
    assert found_by(desk, "nowhere") == []
    assert found_by(desk, "Оспанов") == found_by(desk, "Данияр Оспанов") == [contact_id]


@pytest.mark.parametrize("moment", [1, 2], ids=["before it writes", "between two transactions"])
def test_two_indexers_of_one_contact_at_once_leave_no_row_that_no_list_knows(
    desk: RetentionDesk, people: dict[str, str], moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, other, contact_id = desk.text_index, desk.text_index, people["daniyar"]
    transact, calls = index._transact, [0]
    monkeypatch.setattr(text_index, "_AT_ONCE", 8)

    def late(contact: str, writes: Sequence[Write], *, adds: bool) -> bool:
        calls[0] += 1
        if calls[0] == moment:
            other.replace(contact_id, words("elsewhere", "оспанов"))
        return transact(contact, writes, adds=adds)

    index._transact = late  # type: ignore[method-assign]
    index.replace(contact_id, words("nowhere"))

    rows_are_listed(desk, contact_id)
    assert found_by(desk, "nowhere") == [contact_id]
    assert found_by(desk, "elsewhere") == []


OLDER = ["данияр", "оспанов", "begin:дан", "begin:дани", "begin:осп", "phone:77000000107"]
"""Words of the rule before, as it indexed them."""


def older(desk: RetentionDesk, contact_id: str, names: list[str], rule: int | None) -> None:
    """Let a contact be indexed as a release before had done it: by words of its own rule, without digests."""
    desk.text_index.replace(contact_id, names)
    for row in desk.items("index", lambda item: item["sk"] == contact_id):
        IndexRow(row["pk"], row["sk"]).update([IndexRow.digests.remove()])
    change = IndexRow.rule.remove() if rule is None else IndexRow.rule.set(rule)
    IndexRow(f"words#{contact_id}", "words").update([change])


@pytest.mark.parametrize("rule", [None, 2])
def test_a_contact_that_an_older_release_has_indexed_is_found_and_indexed_again(
    desk: RetentionDesk, people: dict[str, str], rule: int | None
) -> None:
    contact_id = people["daniyar"]
    older(desk, contact_id, OLDER, rule)
    for typed in ("Оспанов", "Данияр Оспанов", "осп дани", "8 700 000 01 07"):
        assert contact_id in found_by(desk, typed)
    assert found_by(desk, "Данияр Ким") == []

    desk.trust_the_index()
    change(desk, "sweep#lists", "cursor", "rule", 0)  # a release with another rule begins a pass at once
    desk.sweep()
    assert desk.rung_indexing == [contact_id]
    desk.index_contact(contact_id)

    rows_are_listed(desk, contact_id)
    for typed in ("Оспанов", "Данияр Оспанов", "осп дани"):
        assert found_by(desk, typed) == [contact_id]
    desk.read_all()
    assert desk.rung_indexing == [contact_id]  # and never again


@pytest.mark.parametrize("typed", ["12", "8 700", "+7 700 000 01 07 99 99 99", "Амина", "8 700 abc"])
def test_what_cannot_be_a_phone_number_is_none(typed: str) -> None:
    assert phone_word(typed) == ""
