"""A sign-up for mailings is stored before anybody is told that a mail is on its way."""

import pytest

from chalicelib.core.backoff import TRIES
from chalicelib.core.errors import Unavailable
from tests.support.faults import Conflicting
from tests.support.retention.desk import RetentionDesk
from tests.support.retention.desk import desk as desk
from tests.support.storage.mailings import PAGE, PLACE, WANTED, sign_up

pytestmark = pytest.mark.dynamodb


def test_a_table_that_is_busy_for_a_while_stores_it_once(desk: RetentionDesk) -> None:
    sign_up(desk, Conflicting(desk.dynamodb, TRIES - 1))(WANTED, PAGE, PLACE)
    assert len(desk.of("sign_up")) == len(desk.of("visitor")) == 1


def test_a_table_that_stays_busy_tells_so_and_the_same_page_is_taken_later(desk: RetentionDesk) -> None:
    with pytest.raises(Unavailable):
        sign_up(desk, Conflicting(desk.dynamodb, 10 * TRIES))(WANTED, PAGE, PLACE)
    assert not desk.of("sign_up")
    sign_up(desk)(WANTED, PAGE, PLACE)
    sign_up(desk)(WANTED, PAGE, PLACE)
    assert len(desk.of("sign_up")) == len(desk.of("visitor")) == 1
