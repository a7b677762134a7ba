"""What a list of tickets learns of people behind the write barrier: by one consistent read of one row."""

from typing import Any

import pytest

from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import BARRIER
from chalicelib.privacy.monitor_requests import MonitorRequests
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.suppression.barrier import SETTLES, complete, leave
from chalicelib.tickets.listing import page
from chalicelib.tickets.records import TicketFilter
from chalicelib.wiring import base as wiring
from chalicelib.wiring import web as wiring_web
from tests.support.calls import Call, heard_by
from tests.support.web.asking import freeze, opened
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say


class Reads:
    """Writes down which tables are read, and how consistently."""

    def __init__(self, web: Web) -> None:
        self._names = {real: name for name, real in web.tables.items()}
        self.seen: list[tuple[str, str, bool]] = []

    def asked(self, call: Call) -> None:
        pass

    def answered(self, call: Call, answer: dict[str, Any], status: int) -> None:
        for real, asked in call.params.get("RequestItems", {}).items():
            self.seen.append((call.operation, self._names[real], asked.get("ConsistentRead", False)))


def names(web: Web) -> list[str]:
    """The names that a list of open tickets shows."""
    return sorted(one.name for one in page(wiring_web.desk(None), TicketFilter(("open",)), web.now, 50).items)


def sweep(web: Web) -> None:
    """The part of the sweeper that looks at requests."""
    MonitorRequests(RequestStore(wiring.gateway()), len, lambda: None, wiring.clock(), 1)(float("inf"))


@pytest.fixture
def two(web: Web) -> Any:
    """A request of Daniyar's, and a ticket of Amina's."""
    request = opened(web, DANIYAR)
    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Последний вопрос")
    return request


def settle(web: Web) -> None:
    """The row of the barrier has named everybody for long enough."""
    for seconds in (SETTLES // 1000, 0):
        complete(wiring.gateway(), frozenset(), web.now)
        web.advance(seconds)


def test_once_the_row_is_complete_a_list_reads_no_contact_and_its_keys_at_half_the_cost(web: Web, two: Any) -> None:
    before, after = Reads(web), Reads(web)
    with heard_by(before):
        assert names(web) == [AMINA.name, DANIYAR.name]
    settle(web)
    with heard_by(after):
        assert names(web) == [AMINA.name, DANIYAR.name]
    assert before.seen == [("BatchGetItem", "desk", False), ("BatchGetItem", "keys", True)]
    assert after.seen == [("BatchGetItem", "keys", False)]


def test_who_is_behind_the_barrier_is_hidden_while_their_key_is_there(web: Web, two: Any) -> None:
    settle(web)
    freeze(web, two)
    assert names(web) == ["", AMINA.name]
    DeskRow("contact#" + two.contact_id, "contact").delete()
    assert names(web) == ["", AMINA.name], "the row alone tells it"


def test_until_the_row_is_complete_the_contacts_themselves_are_asked(web: Web, two: Any) -> None:
    freeze(web, two)
    wiring.gateway().write(leave(wiring.gateway(), two.contact_id))
    assert names(web) == ["", AMINA.name], "as a barrier that an older release closed"
    sweep(web)
    web.advance(SETTLES // 1000 - 1)
    assert DeskRow.get(*BARRIER.key()[1:]).contacts == {two.contact_id}
    assert names(web) == ["", AMINA.name]
    web.advance(1)
    assert names(web) == ["", AMINA.name]


def test_the_sweeper_notes_that_it_was_here(web: Web, two: Any) -> None:
    sweep(web)
    since = DeskRow.get(*BARRIER.key()[1:]).since
    web.advance(60)
    sweep(web)
    row = DeskRow.get(*BARRIER.key()[1:])
    assert (row.since, row.contacts) == (since, None) and row.seen_at >= since + 60_000


def test_whose_barrier_an_older_release_closed_meanwhile_is_hidden(web: Web, two: Any) -> None:
    """The release before ran for a day, and then this one again."""
    settle(web)
    freeze(web, two)
    wiring.gateway().write(leave(wiring.gateway(), two.contact_id))
    web.advance(86_400)
    assert names(web) == ["", AMINA.name], "before the first sweep"
    complete(wiring.gateway(), frozenset(), web.now)
    assert names(web) == ["", AMINA.name], "a sweep is no proof that older functions write no more"
    sweep(web)
    for _ in range(2):
        web.advance(SETTLES // 2000)
        sweep(web)
    seen = Reads(web)
    with heard_by(seen):
        assert names(web) == ["", AMINA.name]
    assert ("BatchGetItem", "desk", False) not in seen.seen
