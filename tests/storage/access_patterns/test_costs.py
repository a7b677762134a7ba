"""The cost of a list stays the same when it grows."""

import pytest

from chalicelib.tickets.badges import count
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import State
from chalicelib.tickets.queues import BEGINNING
from chalicelib.tickets.records import TicketFilter
from tests.storage.access_patterns.patterns import Action
from tests.storage.access_patterns.preparing import reader, write_tickets
from tests.support.delivery.desk import BOLAT
from tests.support.retention.desk import RetentionDesk
from tests.support.storage.recorded import Recorder


def costs(recorder: Recorder, action: Action) -> list[tuple[str, str, float]]:
    """Operation, place and units of each call."""
    with recorder.listening() as calls:
        action()
    return [(call.operation, call.place, call.units) for call in calls]


GROWING = (range(200), range(200, 2_000))


@pytest.mark.dynamodb
@pytest.mark.parametrize("assignee", [None, BOLAT, "none"], ids=["all", "mine", "unassigned"])
def test_a_page_with_its_badges_costs_the_same_with_200_and_2000_tickets(
    desk: RetentionDesk, recorder: Recorder, assignee: str | None
) -> None:
    """Of 50 open tickets that are Bolat's, and very many of Saule's and of nobody, newer than his."""
    write_tickets(desk, State.OPEN, range(2_000, 2_050), BOLAT)
    desk.now += 5_000
    wanted, found = TicketFilter(("open",), assignee=assignee or ""), []

    def show() -> None:
        made = reader(desk)
        badges = count(made.queues, desk.now, BOLAT, wanted)
        assert badges.mine == (50, False) and badges.states["solved"].number == BEGINNING
        assert len(page(made, wanted, desk.now, 50).items) == 50

    for numbers in GROWING:
        write_tickets(desk, State.OPEN, numbers, "saule")
        write_tickets(desk, State.OPEN, numbers)
        write_tickets(desk, State.SOLVED, numbers)
        found.append(costs(recorder, show))

    assert found[0] == found[1]
