"""Lists, badges and searches show what is open to their reader, and nothing of the rest leaves the server."""

import re
from functools import partial

import pytest

from chalicelib.dynamo.models import DeskRow
from chalicelib.tickets.badges import count
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import State
from chalicelib.tickets.need_to_know import Reader
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import TicketFilter
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery
from chalicelib.wiring import web as wiring_web
from tests.support.storage.tickets import lay_tickets
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say
from tests.support.web.teams import FIRST, SECOND, hand_over, open_with_reason
from tests.support.web.teams import teams as teams

pytestmark = pytest.mark.usefixtures("teams")
OF_AMINA, OF_DANIYAR = "Терминал чек шығармай тұр", "Второй терминал не печатает чек"


@pytest.fixture
def two(web: Web) -> dict[str, str]:
    """Amina's ticket is the first team's, Daniyar's was handed to the second; both are found by name."""
    say(web, AMINA, OF_AMINA)
    say(web, DANIYAR, OF_DANIYAR)
    ids = {one["channel"]: str(one["id"]) for one in web.tickets()}
    assert hand_over(web, ids["telegram"]).status == 200
    for row in DeskRow.scan():
        if row.sk == "contact":
            wiring_delivery.index_contact()(row.contact_id)
    return {"amina": ids["whatsapp"], "daniyar": ids["telegram"]}


def seen(web: Web, name: str, query: str = "") -> set[str]:
    return {one["contact"]["name"] for one in web.tickets(query, by=name)}


def both(text: str) -> set[str]:
    """Whose ticket stands in a page."""
    return {who.name for who in (AMINA, DANIYAR) if who.name in text}


@pytest.mark.parametrize("query", ["", "?state=open", "?assignee=none", "?channel=whatsapp", "?channel=telegram"])
def test_each_team_sees_its_own(web: Web, two: dict[str, str], query: str) -> None:
    everything = seen(web, "madina", query)
    assert seen(web, "bolat", query) == everything & {AMINA.name}
    assert seen(web, "saule", query) == everything & {DANIYAR.name}
    assert seen(web, "dana", query) == everything
    assert seen(web, "aigul", query) == set()


@pytest.mark.parametrize(
    "view", ["", "?view=unassigned", "?view=open&channel=whatsapp", "?tag=касса", "?tag=касса&view=open"]
)
def test_the_page_shows_the_same_and_its_badges_count_it(web: Web, two: dict[str, str], view: str) -> None:
    for ticket_id in two.values():
        web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"tags": ["касса"]}, by="madina")
    everything = both(web.signed_in("madina").get(f"/dashboard{view}").text)
    for name, own, other in (("bolat", AMINA, OF_DANIYAR), ("saule", DANIYAR, OF_AMINA)):
        answer = web.signed_in(name).get(f"/dashboard{view}")
        assert both(answer.text) == everything & {own.name} and other not in answer.text
    nothing = web.signed_in("aigul").get(f"/dashboard{view}").text
    assert both(nothing) == set() and "Administrators open no conversation" in nothing


def test_badges_count_what_is_open(web: Web, two: dict[str, str]) -> None:
    web.call("PATCH", f"/api/v1/tickets/{two['amina']}", {"state": "pending", "tags": ["касса"]})
    for name, expected in {"bolat": (0, 1, 0), "saule": (1, 0, 1), "madina": (1, 1, 1), "aigul": (0, 0, 0)}.items():
        desk = wiring_web.desk(wiring_web.staff().get(web.staff[name]))
        badges = count(desk.queues, web.staff[name])
        counted = badges.states["open"].number, badges.states["pending"].number, badges.unassigned.number
        assert (counted, badges.states["pending"].more) == (expected, False), name
        assert badges.channel("telegram").number == expected[0]


@pytest.mark.parametrize("q", [AMINA.name, "77000000107", "number"])
def test_a_search_finds_what_is_open(web: Web, two: dict[str, str], q: str) -> None:
    said = web.ticket(two["amina"], by="madina")["number"] if q == "number" else q
    for name in ("bolat", "madina", "dana"):
        assert seen(web, name, f"?q={said}") == {AMINA.name}
        assert OF_AMINA in web.signed_in(name).search(said).text
    for name in ("saule", "aigul"):
        assert web.tickets(f"?q={said}", by=name) == []
        found = web.signed_in(name).search(said).text
        assert two["amina"] not in found and OF_AMINA not in found


def test_an_earlier_ticket_is_found_behind_one_that_is_not_open(web: Web, two: dict[str, str]) -> None:
    web.call("PATCH", f"/api/v1/tickets/{two['daniyar']}", {"state": "closed"}, by="saule")
    web.advance(60)
    say(web, DANIYAR, "Тағы бір сұрақ")
    newest = next(one["id"] for one in web.tickets("?state=open", by="madina") if one["channel"] == "telegram")
    assert [one["id"] for one in web.tickets(f"?q={DANIYAR.name}", by="saule")] == [two["daniyar"]]
    assert [one["id"] for one in web.tickets(f"?q={DANIYAR.name}", by="bolat")] == [newest]
    side = web.signed_in("bolat").get(f"/dashboard/tickets/{newest}").text
    assert OF_DANIYAR not in side and "Earlier tickets" not in side
    side = web.signed_in("madina").get(f"/dashboard/tickets/{newest}").text
    assert OF_DANIYAR in side and "Earlier tickets" in side


def test_what_a_message_quotes_of_a_ticket_that_is_not_open_is_not_shown(web: Web, two: dict[str, str]) -> None:
    first = say(web, AMINA, "Құпия нөмірім 4455")
    hand_over(web, two["amina"])
    web.call("PATCH", f"/api/v1/tickets/{two['amina']}", {"state": "closed"}, by="saule")
    web.advance(60)
    say(web, AMINA, "Осы туралы тағы", quote=first.provider_id)
    newest = next(one["id"] for one in web.tickets("?state=open", by="madina") if one["channel"] == "whatsapp")
    for name, shown in (("madina", True), ("bolat", False)):
        quotes = [one["quote"] for one in web.ticket(newest, by=name)["messages"] if one["quote"]]
        assert ["4455" in one["text"] for one in quotes] == [shown], name
        assert ("4455" in web.signed_in(name).get(f"/dashboard/tickets/{newest}").text) == shown


def test_the_list_beside_a_ticket_shows_the_same(web: Web, two: dict[str, str]) -> None:
    beside = web.signed_in("bolat").get(f"/dashboard/tickets/{two['amina']}").text
    assert OF_DANIYAR not in beside and DANIYAR.name not in beside
    assert open_with_reason(web, two["amina"]).status == 201
    beside = web.signed_in("saule").get(f"/dashboard/tickets/{two['amina']}").text
    assert AMINA.name in beside and DANIYAR.name in beside, "what was opened with a reason stands in lists, too"
    assert seen(web, "saule") == {AMINA.name, DANIYAR.name}


def test_a_page_is_filled_up_behind_tickets_of_others_and_goes_on(web: Web) -> None:
    table = web.tables["desk"]
    own = lay_tickets(web.dynamodb, table, State.OPEN, range(30), web.now)
    lay_tickets(web.dynamodb, table, State.OPEN, range(100, 800), web.now)
    for ticket_id in own:
        DeskRow(f"ticket#{ticket_id}", "ticket").update([DeskRow.team.set(SECOND)])
    saule = wiring_web.staff().get(web.staff["saule"])
    found: list[str] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        desk = TicketQueries(wiring.decryptor(), web.now, partial(bool, 1), Reader(saule, (FIRST, SECOND), web.now))
        shown = page(desk, TicketFilter(("open",)), web.now, 20, cursor)
        found, cursor, pages = found + [one.id for one in shown.items], shown.cursor, pages + 1
    assert sorted(found) == sorted(own) and pages <= 4
    html = web.signed_in("saule").get("/dashboard").text
    assert "This part of the list holds no such ticket" in html and re.search(r'rel="next"|Go on', html)


def test_the_page_of_who_opens_nothing_is_whole(web: Web, two: dict[str, str]) -> None:
    web.call("PATCH", f"/api/v1/tickets/{two['amina']}", {"tags": ["касса"]})
    page = web.signed_in("aigul").get("/dashboard").text
    assert "касса" not in page and '<span class="cut"></span>' not in page and "<h2>Tags</h2>" not in page
