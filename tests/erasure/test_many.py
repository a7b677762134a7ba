"""Twenty people are destroyed, up to their certificates, while two hundred others write: on real tables, by threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.domain.certificates import ISSUED
from chalicelib.domain.messages import Address, Author, InboundMessage
from chalicelib.domain.people import Outcome
from chalicelib.domain.privacy import Request, Step
from chalicelib.domain.profile import load_profile
from chalicelib.erasure.certificate import IssueCertificate
from chalicelib.storage.ledger import Ledger, Signer
from tests.conftest import Aws
from tests.e2e.erasing import Rows, belonging, ids_of
from tests.erasure.absence import verify
from tests.erasure.conftest import Erasing
from tests.erasure.destroying import TASKS, run_task
from tests.people import from_amina, wamid

LEAVING, OTHERS, KNOWN = 20, 200, 50
"""People who go, people who write meanwhile, and how many of those had written before."""


def message(desk: Erasing, number: int, text: str) -> InboundMessage:
    phone = f"7700{number:07d}"
    author = Author((Address("phone", phone),), name=f"Амина {number}")
    return from_amina(text, sent_at=desk.seconds, author=author, provider_id=wamid(phone))


@pytest.fixture
def signer(aws: Aws) -> Signer:
    key = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    return Signer(aws.client("kms"), key)


@pytest.mark.timeout(120)
def test_twenty_go_while_two_hundred_write(desk: Erasing, signer: Signer) -> None:
    people = [desk.person(message(desk, 9000 + number, "жойылатын хат")) for number in range(LEAVING)]
    for person in people:
        desk.index_contact(person.contact_id)
    for number in range(KNOWN):
        assert desk.receive(message(desk, number, "бұрынғы хат")) is Outcome.STORED
    desk.later(60)
    requests = [desk.request_for(person) for person in people]
    before = every_row(desk)
    ids = {one for person in people for one in ids_of(before, person.contact_id)}
    ledger = Ledger(desk.dynamodb, desk.tables)
    issue = IssueCertificate(desk.requests, ledger, signer, load_profile("spoint"), lambda: desk.now)

    def go(request: Request) -> None:
        for name in TASKS:
            while run_task(desk, name, request).get("more"):
                pass
        assert verify(desk, request) == {"outcome": "absent"}
        issue(request.id)

    written = together([lambda one=one: go(one) for one in requests], [
        lambda number=number: desk.receive(message(desk, number, f"жаңа хат {number}")) for number in range(OTHERS)
    ])  # fmt: skip

    assert written == [Outcome.STORED] * OTHERS
    entries = [ledger.entry(request.certificate_id, ISSUED) for request in requests]
    assert all(entry is not None and signer.holds(entry) for entry in entries)
    chain = sorted((entry.body["number"], entry.body["previous_hash"], entry.hash) for entry in entries if entry)
    assert [number for number, *_ in chain] == list(range(1, LEAVING + 1))
    assert all(later[1] == earlier[2] for earlier, later in pairwise(chain))
    for request in map(desk.request, requests):
        assert request.done(Step.CERTIFIED)
        assert all(one["found"] == one["destroyed"] for one in request.counts.values()), request.counts
    after = every_row(desk)
    assert {pk.partition("#")[0] for _, pk, _ in belonging(after, ids)} == {"request", "tombstone"}
    assert_stored_once(before, after)
    assert_untouched(before, after, ids)


def every_row(desk: Erasing) -> Rows:
    return {(table, *key): item for table, items in desk.snapshot().items() for key, item in items.items()}


def together(first: list[Callable[[], None]], second: list[Callable[[], Any]]) -> list[Any]:
    """Do both at the same time; return what the second ones gave."""
    with ThreadPoolExecutor(4) as some, ThreadPoolExecutor(4) as others:
        done, given = [some.submit(one) for one in first], [others.submit(one) for one in second]
        for one in done:
            one.result()
        return [one.result() for one in given]


def assert_stored_once(before: Rows, after: Rows) -> None:
    new = [item for place, item in after.items() if place not in before and item.get("direction") == {"S": "in"}]
    assert len(new) == len({item["pk"]["S"] for item in new}) == OTHERS


def assert_untouched(before: Rows, after: Rows, ids: set[str]) -> None:
    """Rows of the others are as they were, bit for bit, but for those that a new message of their own changes."""
    gone = belonging(before, ids).keys()
    changed = {place for place, item in before.items() if place not in gone and after.get(place) != item}
    assert {sk for *_, sk in changed} <= {"head", "ticket"}
    assert len(changed) <= 2 * KNOWN
