"""Two hundred people are destroyed at once, up to their certificates, while two hundred others write, and indexer,
sender, dater, colleagues and the people themselves are at work: on real tables, by threads.

Every call is written down in the order in which it was made, so what was there when each fence closed is known; every
certificate must say exactly that.
"""

import random
from collections import Counter

import pytest

from chalicelib.certificates.ledger import Signer
from tests.chaos.report import REPORT
from tests.support.erasure.desk import ErasureDesk, desk
from tests.support.erasure.many import Many, assert_all_went
from tests.support.erasure.many import signer as signer

__all__ = ["desk", "signer"]  # fixtures
PART = "two hundred"
LEAVING = 200


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_two_hundred_go_and_every_certificate_counts_what_there_was(desk: ErasureDesk, signer: Signer) -> None:
    with REPORT.timed(PART, "all"):
        many = Many(desk, signer, LEAVING, random.Random(REPORT.seed)).played()
    assert_all_went(many)
    counts: Counter[str] = Counter()
    for entry in many.entries():
        counts.update({store: numbers["destroyed"] for store, numbers in entry.body["stores"].items()})
    REPORT.note(PART, certificates=LEAVING, rows=dict(counts), calls=many.history.calls)
