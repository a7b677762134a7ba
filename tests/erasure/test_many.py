"""Twenty people are destroyed, up to their certificates, while two hundred others write and everybody else is at work:
on real tables, by threads. `make chaos` does it with two hundred."""

import random

import pytest

from chalicelib.certificates.ledger import Signer
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroyed import SEED
from tests.support.erasure.many import Many, assert_all_went
from tests.support.erasure.many import signer as signer

LEAVING = 20


@pytest.mark.timeout(120)
def test_twenty_go_while_two_hundred_write(desk: ErasureDesk, signer: Signer) -> None:
    assert_all_went(Many(desk, signer, LEAVING, random.Random(SEED)).played())
