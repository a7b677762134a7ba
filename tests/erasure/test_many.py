"""Twenty people are destroyed, up to their certificates, while two hundred others write and everybody else is at work:
on real tables, by threads. `make chaos` does it with two hundred."""

import random
from itertools import pairwise

import pytest

from chalicelib.certificates.ledger import Signer
from chalicelib.dynamo.schema import SECTIONS
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.requests.vocabulary import Step
from tests.conftest import Aws
from tests.e2e.erasing import belonging
from tests.erasure.conftest import Erasing
from tests.erasure.many import OTHERS, Many
from tests.erasure.test_counted import SEED, places

LEAVING = 20


@pytest.fixture
def signer(aws: Aws) -> Signer:
    key = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    return Signer(aws.client("kms"), key)


@pytest.mark.timeout(120)
def test_twenty_go_while_two_hundred_write(desk: Erasing, signer: Signer) -> None:
    assert_all_went(Many(desk, signer, LEAVING, random.Random(SEED)).played())


def assert_all_went(many: Many) -> None:
    """Every certificate is signed, chained, and says what there was; nothing is left; nobody else was touched."""
    assert many.written == [Outcome.STORED] * OTHERS
    entries = many.entries()
    assert len(entries) == many.leaving and all(many.signer.verifies(entry) for entry in entries)
    chain = sorted((entry.body["number"], entry.body["previous_hash"], entry.hash) for entry in entries)
    assert [number for number, *_ in chain] == list(range(1, many.leaving + 1))
    assert all(later[1] == earlier[2] for earlier, later in pairwise(chain))
    assert many.history.taken == [], "nobody but the eraser takes anything away"
    said = {entry.body["request_id"]: entry.body["stores"] for entry in entries}
    for request in map(many.desk.request, many.requests):
        assert request.done(Step.CERTIFIED)
        there = places(many.history.counted[request.id], request)
        assert said[request.id] == {
            store: {"found": there[store], "destroyed": there[store], "retained": 0} for store in SECTIONS
        }, SEED
    assert {pk.partition("#")[0] for _, pk, _ in belonging(many.after, many.ids())} == {"request", "tombstone"}
    many.assert_others_are_as_they_were()
