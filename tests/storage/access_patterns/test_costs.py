"""The cost of a list stays the same when it grows."""

import pytest

from chalicelib.tickets.listing import COUNTED, counts, page
from chalicelib.tickets.model import State
from chalicelib.tickets.records import TicketFilter
from tests.storage.access_patterns.patterns import Action
from tests.storage.access_patterns.preparing import reader, write_tickets
from tests.support.retention.desk import RetentionDesk
from tests.support.storage.recorded import Recorder


def costs(recorder: Recorder, action: Action) -> list[tuple[str, str, float]]:
    """Operation, place and units of each call."""
    with recorder.listening() as calls:
        action()
    return [(call.operation, call.place, call.units) for call in calls]


GROWING = (range(50), range(50, 500), range(500, 2_000))


@pytest.mark.dynamodb
def test_a_page_of_a_list_costs_the_same_with_50_500_and_2000_tickets(desk: RetentionDesk, recorder: Recorder) -> None:
    found = []
    for numbers in GROWING:
        write_tickets(desk, State.OPEN, numbers)
        found.append(costs(recorder, lambda: page(reader(desk), TicketFilter(("open",)), desk.now, 25)))

    assert found[0] == found[1] == found[2]
    assert [operation for operation, _, _ in found[0]] == ["Query", "BatchGetItem", "BatchGetItem"]


@pytest.mark.dynamodb
def test_badges_cost_the_same_with_500_and_2000_tickets(desk: RetentionDesk, recorder: Recorder) -> None:
    found = []
    for numbers in GROWING:
        write_tickets(desk, State.OPEN, numbers)
        write_tickets(desk, State.SOLVED, numbers)
        found.append(costs(recorder, lambda: counts(desk.now)))

    assert [len(calls) for calls in found] == [4, 4, 4]
    assert found[1] == found[2]
    assert counts(desk.now).states["solved"] == COUNTED
