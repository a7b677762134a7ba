"""Whoever read the person before the fence closed and writes afterwards: nothing of it outlives the second pass.

Each writer is stopped at its write, which is made later, unchanged, as by a process that was held up.
"""

from itertools import pairwise

import pytest

from chalicelib.contacts.index_contact import ContactTexts, IndexContact
from chalicelib.privacy.requests.model import Request
from chalicelib.vault.decryptor import SingleDecryptor
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroyed import THEIRS, assert_destroyed, finish, planted, prepared
from tests.support.erasure.destroying import run_until
from tests.support.erasure.person import Person, cast
from tests.support.erasure.writers import WRITERS
from tests.support.faults import Died, Late

FENCED_OUT = frozenset({"message", "renamed", "new_ticket", "moved_phone", "number_change", "block", "reply", "comment",
                        "opening", "draft", "claim"})  # fmt: skip
"""Writers that check the epoch: the fence alone stops them."""


def held_up(desk: ErasureDesk, name: str) -> tuple[Late, Person, Request]:
    """Daniyar's request, and a writer that stands before its write."""
    _, person = cast(desk, "amina", "whatsapp_daniyar")
    writer, number = WRITERS[name]
    late = Late(desk.dynamodb, number)
    with pytest.raises(Died):
        writer(desk, person, late)
    return late, person, desk.request_for(person)


@pytest.mark.parametrize("name", WRITERS)
def test_a_write_that_comes_late_leaves_nothing(desk: ErasureDesk, name: str) -> None:
    late, *case = held_up(desk, name)
    _, person, request, before = prepared((desk, *case))
    for earlier, last in pairwise(("", "hard_suppress", "destroy_key", "erase", "sweep")):
        run_until(desk, request, last, after=earlier)
        reached, there = desk.snapshot(), person.keys()
        taken = late.make()
        assert there <= person.keys() or not last, "nobody but the eraser takes anything away"
        new = planted(desk.snapshot(), person.keys() - THEIRS[request.id], desk.now)

        assert not (taken and name in FENCED_OUT)
        assert not (taken and last == "sweep")
        finish(desk, request)
        desk.restore(reached, assert_destroyed(desk, person, request, before, new))


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_write_in_time_is_taken(desk: ErasureDesk, name: str) -> None:
    late, *_ = held_up(desk, name)
    assert late.make(), "a writer that would be refused anyhow shows nothing"


@pytest.mark.parametrize("when", ["hard_suppress", "destroy_key", "erase"])
def test_an_indexer_that_read_the_contact_before_the_fence_writes_no_words(desk: ErasureDesk, when: str) -> None:
    _, person = cast(desk, "amina", "whatsapp_daniyar")
    request = desk.request_for(person)
    *_, before = prepared((desk, person, request))
    texts = ("Данияр Жаңа", "daniyar_new", {"phone": "77000000298"})
    run_until(desk, request, when)
    there = person.keys()

    class Stale:
        """The contact as it was read before, the first time."""

        first = True

        def read(self, contact_id: str) -> tuple[str, str, dict[str, str]] | None:
            if Stale.first:
                Stale.first = False
                return texts
            return ContactTexts(SingleDecryptor(lambda: desk.vault)).read(contact_id)

    IndexContact(Stale, desk.text_index)(person.contact_id)  # type: ignore[arg-type]
    if when != "erase":  # what is gone loses the list of its words, too
        assert person.keys() == there

    finish(desk, request)
    assert_destroyed(desk, person, request, before)
    assert desk.text_search.find_contacts("daniyar_new").contacts == []
