"""The cost of a list stays the same when it grows."""

import pytest

from chalicelib.tickets.badges import count
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import State
from chalicelib.tickets.queues import BEGINNING
from chalicelib.tickets.records import TicketFilter
from tests.storage.access_patterns.patterns import Action
from tests.storage.access_patterns.preparing import changes, reader, write_tickets
from tests.support.delivery.desk import BOLAT
from tests.support.people import from_amina
from tests.support.retention.desk import RetentionDesk
from tests.support.storage.recorded import Recorder


def costs(recorder: Recorder, action: Action) -> list[tuple[str, str, float]]:
    """Operation, place and units of each call."""
    with recorder.listening() as calls:
        action()
    return [(call.operation, call.place, call.units) for call in calls]


GROWING = (range(200), range(200, 2_000))


@pytest.mark.dynamodb
def test_a_page_with_its_badges_costs_the_same_with_200_and_2000_tickets(
    desk: RetentionDesk, recorder: Recorder
) -> None:
    """Of 50 open tickets that are Bolat's, and very many of Saule's and of nobody, newer than his: all, his and
    nobody's."""
    write_tickets(desk, State.OPEN, range(2_000, 2_050), BOLAT)
    desk.now += 5_000
    found = []

    def show(wanted: TicketFilter) -> None:
        made = reader(desk)
        badges = count(made.queues, BOLAT, wanted)
        assert badges.mine == (50, False) and badges.states["solved"].number == BEGINNING
        assert len(page(made, wanted, desk.now, 50).items) == 50

    for numbers in GROWING:
        write_tickets(desk, State.OPEN, numbers, "saule")
        write_tickets(desk, State.OPEN, numbers)
        write_tickets(desk, State.SOLVED, range(200))
        lists = [TicketFilter(("open",), assignee=one) for one in ("", BOLAT, "none")]
        found.append([costs(recorder, lambda wanted=wanted: show(wanted)) for wanted in lists])

    assert found[0] == found[1]
    assert [len(calls) for calls in found[0]] == [10, 10, 10]


@pytest.mark.dynamodb
@pytest.mark.timeout(300)  # what the test before has written is deleted row by row
def test_a_message_costs_no_more_on_a_ticket_that_is_in_lists(desk: RetentionDesk, recorder: Recorder) -> None:
    """Of nobody and open, of somebody with tags and open, and of somebody and pending, solved or snoozed."""
    row = desk.open_ticket()
    ticket_id = row["ticket_id"]
    found = [costs(recorder, lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds)))]
    for new in ({"assignee": BOLAT, "tags": ["касса"]}, *({"state": one} for one in ("pending", "solved", "snoozed"))):
        ticket = reader(desk).ticket(ticket_id)
        assert ticket is not None
        more = {"solved_at": desk.now} if new.get("state") == "solved" else {}
        assert changes(desk).change(ticket, new | more, [], BOLAT, desk.now)
        desk.now += 1_000
        found.append(costs(recorder, lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))))
        assert desk.ticket(row)["queue"] == "open.taken#0"
    assert found[1:] == found[:1] * 4
