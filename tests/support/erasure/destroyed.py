"""What destroying leaves of somebody, and of others."""

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from chalicelib.dynamo.builder import attribute_values, plain_item
from chalicelib.dynamo.schema import BARRIER, REQUEST, SECTIONS
from chalicelib.erasure.counts import unexpired
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroying import TASKS, run_task
from tests.support.erasure.person import Person, cast
from tests.support.intake.desk import Snapshot
from tests.support.storage.declared import class_of

_STORE_OF = {
    "contact": "desk.contact", "consent": "desk.contact", "subscription": "desk.contact",
    "ask": "desk.contact", "asked": "desk.contact",
    "open_request": "desk.contact",
    "head": "desk.conversation", "message": "desk.conversation", "raw": "desk.conversation",
    "outbox": "desk.conversation", "client": "desk.conversation", "draft": "desk.conversation",
    "guard": "desk.conversation", "tagged": "desk.conversation", "upload": "desk.conversation",
    "ticket": "desk.tickets", "number": "desk.tickets", "alias": "index.aliases", "link": "index.links",
    "parked": "index.links", "text": "index.words", "words": "index.words", "key": "keys",
    "fetch": "files", "held": "desk.conversation", "question": "desk.conversation",
}  # fmt: skip
"""The store in which a row of each class is counted."""
NOT_DESTROYED_HERE = {
    "unclear": "sealed to the vault and names nobody; it goes by its date",
    "visitor": "sealed to the vault and gone when it is sent; what is left names nobody and goes by its date",
    "sign_up": "sealed to the vault, of an address that nobody has confirmed; it goes two days after, or when it is",
    "request": "the answer to the person and its proof; it goes three years after",
    "kept": "sealed to a key of the request; goes when the day that two officers decided is over",
    "inventory": "goes with the request's box",
    "fence": "the one permitted trace; it goes by its date",
}
"""Classes of a contact's rows that these tasks leave, and why."""


def of_request(request: Request) -> tuple[str, ...]:
    """Partitions that an erasure may write: its own, the fences, who is behind the barrier, the tombstone."""
    return REQUEST.partition(request.id), "fence#", BARRIER.partition(), f"tombstone#{request.contact_id}"


def planted(then: Snapshot, keys: Iterable[tuple[str, str, str]], now: int) -> Counter[str]:
    """How many of these rows there were by the store in which they are counted. One whose term was over when the
    inventory was made (ms) is retention's: the sweeper deletes it at any moment."""
    items = [(table, plain_item(then[table][pk, sk])) for table, pk, sk in keys]
    named = [class_of(table, item) for table, item in items if unexpired(item, now) or item["sk"] == "head"]
    return Counter(_STORE_OF[one.name] for one in named if one is not None)


def assert_destroyed(
    desk: ErasureDesk, person: Person, request: Request, before: Snapshot, late: Counter[str] | None = None
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


def prepared(case: tuple[ErasureDesk, Person, Request]) -> tuple[ErasureDesk, Person, Request, Snapshot]:
    desk, person, request = case
    before = desk.snapshot()
    THEIRS[request.id] = person.keys(before)
    return desk, person, request, before


def finish(desk: ErasureDesk, request: Request) -> None:
    """Run everything again from the start, as the machine does: what is done returns at once."""
    for name in TASKS:
        if name == "settle" and desk.request(request).done(Step.WRITERS_DRAINED):
            continue
        while run_task(desk, name, request).get("more"):
            pass


SEED = int(os.environ.get("SEED") or secrets.randbelow(2**32))


def places(seen: Mapping[tuple[str, str, str], dict[str, Any]], done: Request) -> Counter[str]:
    """How many of these rows an erasure should have counted, by store."""
    snapshot: dict[str, dict[tuple[str, str], Any]] = {}
    for (table, pk, sk), item in seen.items():
        snapshot.setdefault(table, {})[pk, sk] = attribute_values(item)
    kinds = {key: class_of(key[0], item) for key, item in seen.items()}
    keys = {key for key, kind in kinds.items() if kind is not None and kind.name not in NOT_DESTROYED_HERE}
    return planted(snapshot, keys, done.at(Step.INVENTORIED))  # type: ignore[arg-type]


@pytest.fixture(params=["whatsapp", "telegram"])
def case(request: pytest.FixtureRequest, desk: ErasureDesk) -> tuple[ErasureDesk, Person, Request]:
    """A desk with Amina, the other Daniyar, and the one who is to be erased, with their request."""
    others = {"whatsapp": "telegram_daniyar", "telegram": "whatsapp_daniyar"}
    *_, person = cast(desk, "amina", others[request.param], f"{request.param}_daniyar")
    return desk, person, desk.request_for(person)


@pytest.fixture
def one(desk: ErasureDesk) -> tuple[ErasureDesk, Person, Request]:
    """The same with Daniyar on WhatsApp."""
    *_, person = cast(desk, "amina", "telegram_daniyar", "whatsapp_daniyar")
    return desk, person, desk.request_for(person)
