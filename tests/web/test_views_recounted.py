"""Whatever happens to tickets, lists and badges are what a plain recount gives; and races leave both true."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import SWEEP, TICKET
from chalicelib.tickets import queues
from chalicelib.tickets.badges import count
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import State
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import TicketFilter
from chalicelib.tickets.writes import TicketWrites
from chalicelib.wiring import base as wiring
from chalicelib.wiring import web as wiring_web
from tests.support.web.desk import Web
from tests.support.web.serving import customer, say

WHO = [customer(f"Клиент {number}", "telegram", str(600_000_000 + number)) for number in range(4)]
TAGS = ("касса", "терминал")
ACTS = st.one_of(
    st.tuples(st.just("state"), st.sampled_from(["open", "pending", "snoozed", "solved", "closed"])),
    st.tuples(st.just("assignee"), st.sampled_from(["bolat", "saule", ""])),
    st.tuples(st.just("tags"), st.lists(st.sampled_from(TAGS), unique=True)),
    st.tuples(st.sampled_from(["message", "reply", "idle"]), st.none()),
)


@pytest.fixture(autouse=True)
def ready(web: Web) -> None:
    DeskRow(*SWEEP.key("lists")[1:], ready_at=web.now, swept_at=web.now).save()


def act(web: Web, number: int, ticket_id: str, what: str, value: Any) -> None:
    """One thing that happens to a customer's ticket; what is refused changes nothing."""
    path = f"/api/v1/tickets/{ticket_id}"
    if what == "message":
        say(web, WHO[number], "Ещё вопрос")
    elif what == "reply":
        web.call("POST", f"{path}/replies", {"text": "Ответ", "client_id": f"r-{next(web.numbers)}"})
    elif what == "idle":
        from chalicelib.tickets.writes import AutoClose

        closing = AutoClose(wiring.gateway())
        for idle in [one for one in closing.idle("open", web.now + 1) if one.ticket_id == ticket_id]:
            assert closing.close(idle, "closed_idle", {"days": 90}, web.now, web.seconds + 90 * 86_400)
    else:
        wanted = (web.staff[value] if value else None) if what == "assignee" else value
        web.call("PATCH", path, {what: wanted})


def recounted(web: Web, wanted: TicketFilter) -> list[str]:
    """Ids of the tickets that pass a filter, by reading every row."""
    found = [row for row in DeskRow.scan(DeskRow.sk == TICKET.sk) if queues.matches(wanted, row)]
    return [str(row.ticket_id) for row in sorted(found, key=queues.position, reverse=True)]


def filters(web: Web) -> list[TicketFilter]:
    states = [TicketFilter((state.value,)) for state in State]
    people = [TicketFilter(("open",), assignee=one) for one in (web.staff["bolat"], web.staff["saule"], "none")]
    return [*states, *people, *(TicketFilter((state,), tag=tag) for state in ("open", "pending") for tag in TAGS)]


@pytest.mark.parametrize("whole", [True, False], ids=["few tickets", "many tickets"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.integers(0, 3), ACTS), min_size=1, max_size=8))
def test_lists_and_badges_are_what_a_recount_gives(
    web: Web, whole: bool, acts: list[tuple[int, tuple[str, Any]]]
) -> None:
    """With few tickets the open ones are read whole; with many the lists of keys are asked."""
    for who in WHO:
        say(web, who, "Вопрос")
    newest = {one["contact"]["name"]: one["id"] for one in reversed(web.tickets("?limit=100"))}
    for number, (what, value) in acts:
        act(web, number, newest[WHO[number].name], what, value)
    with pytest.MonkeyPatch.context() as patched:
        if not whole:
            for module in ("queues", "badges", "listing"):
                patched.setattr(f"chalicelib.tickets.{module}.BEGINNING", 1)
        desk = TicketQueries(wiring.decryptor(), web.now)
        badges = count(desk.queues, web.staff["bolat"])
        for wanted in filters(web):
            fresh = TicketQueries(wiring.decryptor(), web.now)
            assert [one.id for one in page(fresh, wanted, web.now, 100).items] == recounted(web, wanted)
    mine = recounted(web, TicketFilter(("open",), assignee=web.staff["bolat"]))
    assert badges.mine == (len(mine), False)
    if whole:
        assert badges.unassigned.number == len(recounted(web, TicketFilter(("open",), assignee="none")))
        assert badges.states["open"].number == len(recounted(web, TicketFilter(("open",))))
        for tag in TAGS:
            assert badges.tag(tag).number == len(recounted(web, TicketFilter(("open",), tag=tag)))


def test_a_message_that_arrives_while_the_ticket_is_assigned_leaves_it_in_the_right_queue(web: Web) -> None:
    say(web, WHO[0], "Вопрос")
    (ticket,) = web.tickets()
    path = f"/api/v1/tickets/{ticket['id']}"
    for round_number in range(6):
        assignee = "me" if round_number % 2 == 0 else None
        with ThreadPoolExecutor(2) as pool:
            wanted = {"assignee": assignee, "state": "pending"}
            changed = pool.submit(web.call, "PATCH", path, wanted)
            pool.submit(say, web, WHO[0], "Ещё вопрос").result()
            assert changed.result().status == 200
        say(web, WHO[0], "И ещё")
        row = DeskRow.get(*TICKET.key(ticket["id"])[1:])
        assert (row.state, row.queue) == ("open", "open.taken#0" if assignee else "open#0")
        assert bool(web.tickets("?state=open&assignee=me")) is bool(assignee)


def test_two_who_tag_at_once_leave_the_lists_as_the_ticket_says(web: Web) -> None:
    say(web, WHO[0], "Вопрос")
    (ticket,) = web.tickets()
    path = f"/api/v1/tickets/{ticket['id']}"
    for tags in (["касса"], ["терминал"]), ([], ["касса", "терминал"]):
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda some: web.call("PATCH", path, {"tags": some}), tags))
        assert {one.status for one in answers} == {200}
        row = DeskRow.get(*TICKET.key(ticket["id"])[1:])
        listed = {tag for tag in TAGS if list(DeskRow.lists_index.query(f"tag#{tag}"))}
        assert listed == set(row.tags or ())


def tagged_meanwhile(web: Web, first: dict[str, Any]) -> Any:
    """A ticket as somebody has read it, which then a colleague has tagged."""
    say(web, WHO[0], "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    path = f"/api/v1/tickets/{ticket_id}"
    assert web.call("PATCH", path, first).status == 200
    read = TicketQueries(wiring_web.desk(None).decryptor, web.now).ticket(ticket_id)
    assert web.call("PATCH", path, {"tags": ["касса"]}).status == 200
    return read


def in_list(tag: str) -> list[str]:
    return [str(row.sk) for row in DeskRow.lists_index.query(f"tag#{tag}")]


def test_what_is_tagged_while_it_is_reopened_is_in_the_list_of_its_tag(web: Web) -> None:
    read = tagged_meanwhile(web, {"state": "closed"})
    new = {"state": "open", "closed_at": None, "expires_at": None}
    assert not TicketWrites(wiring.gateway()).change(read, new, [], "bolat", web.now), "it is not as it was read"


def test_what_is_tagged_while_it_is_closed_leaves_the_list_of_its_tag(web: Web) -> None:
    read = tagged_meanwhile(web, {"priority": "high"})
    new = {"state": "closed", "closed_at": web.now, "expires_at": web.seconds + 90 * 86_400}
    assert not TicketWrites(wiring.gateway()).change(read, new, [], "bolat", web.now), "it is not as it was read"
    assert web.call("PATCH", f"/api/v1/tickets/{read.id}", {"state": "closed"}).status == 200
    assert in_list("касса") == []
