"""Mine, unassigned and tags: each list is whole and its badge exact, however many tickets of others there are."""

import re
from base64 import urlsafe_b64encode
from functools import partial

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import QueryError

from chalicelib.core.clock import DAY
from chalicelib.core.settings import settings
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import SWEEP, TICKET
from chalicelib.ops.__main__ import COMMANDS
from chalicelib.retention.expired_store import ExpiredStore
from chalicelib.retention.model import Misplaced, OldTicket
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import State
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import TicketFilter
from chalicelib.wiring import base as wiring
from chalicelib.wiring import web as wiring_web
from tests.support.attachments.no_files import NO_FILES
from tests.support.storage.tickets import lay_tickets
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, customer, say

OTHERS = 600


@pytest.fixture(autouse=True)
def ready(web: Web) -> None:
    """The first full pass is through, so that the lists are complete."""
    DeskRow(*SWEEP.key("lists")[1:], ready_at=web.now, swept_at=web.now).save()


def three(web: Web, **change: object) -> list[str]:
    """Tickets of three customers who wrote before all others, newest first, changed by Bolat."""
    for number in range(3):
        say(web, customer(f"Клиент {number}", "telegram", str(600_000_000 + number)), f"Вопрос {number}")
    ids = [one["id"] for one in web.tickets()]
    for ticket_id in ids if change else ():
        assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", change).status == 200
    return ids


def others(web: Web, count: int = OTHERS, **more: object) -> list[str]:
    """Newer tickets of colleagues."""
    given = {"assignee": web.staff["saule"], **more}
    return lay_tickets(web.dynamodb, web.tables["desk"], State.OPEN, range(count), web.now, **given)  # type: ignore[arg-type]


def shown(web: Web, query: str = "") -> tuple[list[str], str, dict[str, str]]:
    """The tickets of a list of the dashboard, the number of its heading, and the badges of the sidebar."""
    page = web.signed_in("bolat").get(f"/dashboard{query}")
    assert page.status == 200
    rows = re.findall(r'<li class="row[^"]*" data-id="([^"]+)"', page.text)
    heading = re.search(r'data-live="count">([^<]*)<', page.text)
    badges = re.findall(r'<span class="cut">([^<]*)</span>(?:<b class="n">([^<]*)</b>)?</a></li>', page.text)
    assert heading
    return rows, heading[1], dict(badges)


def test_mine_shows_three_tickets_behind_six_hundred_of_others(web: Web) -> None:
    ids = three(web, assignee="me")
    others(web)
    rows, heading, badges = shown(web, "?view=mine")
    assert (rows, heading) == (ids, "3")
    assert badges["Mine"] == "3" and badges["All open"] == "99+" and badges["Unassigned"] == "0"
    assert [one["id"] for one in web.tickets("?state=open&assignee=me&limit=2")] == ids[:2]


def test_unassigned_shows_three_tickets_behind_six_hundred_of_others(web: Web) -> None:
    ids = three(web)
    others(web)
    rows, heading, badges = shown(web, "?view=unassigned")
    assert (rows, heading, badges["Unassigned"]) == (ids, "3", "3")
    assert badges["Mine"] == "0"
    assert [one["id"] for one in web.tickets("?state=open&assignee=none")] == ids


def test_a_tag_shows_three_tickets_behind_six_hundred_of_others(web: Web) -> None:
    ids = three(web, tags=["касса"])
    others(web, tags=("терминал",))
    rows, heading, badges = shown(web, "?tag=касса")
    assert (rows, heading) == (ids, "3")
    assert badges["касса"] == "3" and badges["терминал"] == "99+"
    assert [one["id"] for one in web.tickets("?state=open&tag=касса")] == ids


def test_few_open_tickets_are_counted_exactly_by_channel_and_tag(web: Web) -> None:
    three(web, tags=["касса"])
    say(web, AMINA, "Сәлем")
    others(web, 4, tags=("терминал", "касса"))
    badges = shown(web)[2]
    assert {name: badges[name] for name in ("All open", "Unassigned", "WhatsApp", "Telegram", "касса", "терминал")} == {
        "All open": "8", "Unassigned": "4", "WhatsApp": "5", "Telegram": "3", "касса": "7", "терминал": "4",
    }  # fmt: skip


def test_a_ticket_leaves_and_enters_lists_as_it_is_changed(web: Web) -> None:
    mine, second, _ = three(web, assignee="me", tags=["касса"])
    others(web, 120)
    patch = f"/api/v1/tickets/{mine}"

    def lists() -> tuple[str, str]:
        return shown(web, "?view=mine")[1], shown(web, "?tag=касса")[1]

    assert lists() == ("3", "3")
    web.call("PATCH", patch, {"assignee": web.staff["saule"]})
    assert lists() == ("2", "3")
    web.call("PATCH", patch, {"tags": []})
    assert lists() == ("2", "2")
    web.call("PATCH", patch, {"assignee": "me", "tags": ["касса", "терминал"]})
    assert lists() == ("3", "3")
    web.call("PATCH", patch, {"state": "closed"})
    assert lists() == ("2", "2")
    web.call("PATCH", patch, {"state": "open"})
    assert lists() == ("3", "3")
    web.call("PATCH", f"/api/v1/tickets/{second}", {"state": "solved"})
    assert lists() == ("2", "2")


def test_a_message_reopens_a_ticket_in_the_list_of_its_assignee(web: Web) -> None:
    ids = three(web, assignee="me", tags=["касса"])
    for state in ("pending", "snoozed", "solved"):
        web.call("PATCH", f"/api/v1/tickets/{ids[2]}", {"state": state})
        assert shown(web, "?view=mine")[0] == ids[:2]
        say(web, customer("Клиент 0", "telegram", "600000000"), "Ещё вопрос")
        others(web, 120)
        assert shown(web, "?view=mine")[0] == [ids[2], *ids[:2]] == shown(web, "?tag=касса")[0]
        assert ids[2] not in shown(web, "?view=unassigned")[0]


def test_a_page_of_mine_goes_on_where_it_ended(web: Web) -> None:
    lay_tickets(web.dynamodb, web.tables["desk"], State.OPEN, range(7), web.now - 9, assignee=web.staff["bolat"])
    others(web, 120)
    seen, cursor = [], ""
    for _ in range(4):
        answer = web.call("GET", f"/api/v1/tickets?state=open&assignee=me&limit=3{cursor}").json
        seen += [one["id"][-1] for one in answer["items"]]
        if not answer["cursor"]:
            break
        cursor = f"&cursor={answer['cursor']}"
    assert seen == list("6543210")


def test_a_cursor_of_the_release_before_goes_on_behind_its_ticket_in_every_queue(web: Web) -> None:
    table, now = web.tables["desk"], web.now - 9
    free = lay_tickets(web.dynamodb, table, State.OPEN, range(0, 8, 2), now)
    taken = lay_tickets(web.dynamodb, table, State.OPEN, range(1, 8, 2), now, assignee=web.staff["saule"])
    row = DeskRow.get(*TICKET.key(free[2])[1:])
    old = urlsafe_b64encode(f"open:{int(row.activity)}.{free[2]}".encode()).decode().rstrip("=")
    found = [one["id"] for one in web.tickets(f"?state=open&cursor={old}")]
    assert found == [taken[1], free[1], taken[0], free[0]]


def test_a_cursor_of_one_way_serves_the_other(web: Web) -> None:
    ids = lay_tickets(web.dynamodb, web.tables["desk"], State.OPEN, range(7), web.now - 9, assignee=web.staff["bolat"])
    others(web, 120)
    wanted, newest = TicketFilter(("open",), assignee=web.staff["bolat"]), ids[::-1]
    for ways in ((True, False), (False, True)):
        seen, cursor = list[str](), ""
        for way, limit in zip(ways, (3, 50), strict=True):
            desk = TicketQueries(wiring.decryptor(), web.now, partial(bool, way))
            found = page(desk, wanted, web.now, limit, cursor)
            seen, cursor = [*seen, *(one.id for one in found.items)], found.cursor
        assert seen == newest


# -- rows of the release before


def test_tickets_that_an_older_release_assigned_are_mine_and_not_unassigned(web: Web) -> None:
    old = lay_tickets(
        web.dynamodb, web.tables["desk"], State.OPEN, range(2), web.now - 99, assignee=web.staff["bolat"], old=True
    )
    free = three(web)[:3]
    assert shown(web, "?view=mine")[0] == old[::-1]
    rows, heading, badges = shown(web, "?view=unassigned")
    assert (rows, heading, badges["Mine"], badges["All open"]) == (free, "3", "2", "5")


def test_a_message_and_a_change_move_such_a_ticket_where_it_belongs(web: Web) -> None:
    ids = three(web, assignee="me")
    row = DeskRow(*TICKET.key(ids[0])[1:])
    row.update([DeskRow.opens_in.remove(), DeskRow.list.remove(), DeskRow.place.remove(), DeskRow.queue.set("open#0")])
    say(web, customer("Клиент 2", "telegram", "600000002"), "Ещё вопрос")
    assert shown(web, "?view=mine")[0] == ids and shown(web, "?view=unassigned")[0] == []
    web.call("PATCH", f"/api/v1/tickets/{ids[0]}", {"priority": "high"})
    row.refresh(consistent_read=True)
    assert (row.queue, row.opens_in, row.list) == (
        "open.taken#0", "open.taken#0", f"assigned#{web.staff['bolat']}"
    )  # fmt: skip


@pytest.mark.parametrize("ready", [False, True])
def test_before_the_lists_are_complete_a_long_list_is_walked(web: Web, ready: bool) -> None:
    ids = three(web, assignee="me")
    others(web, 120)
    desk = TicketQueries(wiring.decryptor(), web.now, lambda: ready)
    found = page(desk, TicketFilter(("open",), assignee=web.staff["bolat"]), web.now, 50)
    assert [one.id for one in found.items] == ids and (found.total == 3) is ready


def pass_over(store: ExpiredStore, now: int) -> None:
    """What the full pass does with rows that stand wrongly."""
    for found, _ in store.page("desk", (), now).items:
        if isinstance(found, Misplaced):
            store.move(found)
        if isinstance(found, OldTicket):
            assert store.put_into_lists(found)


def test_the_full_pass_puts_tickets_of_an_older_release_into_queue_and_lists(web: Web) -> None:
    given = {"assignee": web.staff["bolat"], "tags": ("касса",), "old": True}
    (old,) = lay_tickets(web.dynamodb, web.tables["desk"], State.OPEN, [1], web.now - 99, **given)  # type: ignore[arg-type]
    others(web, 120)
    assert shown(web, "?tag=касса")[0] == []
    store = ExpiredStore(wiring.gateway(), NO_FILES)
    pass_over(store, web.now)
    assert shown(web, "?tag=касса")[0] == [old] == shown(web, "?view=mine")[0]
    assert not [one for one, _ in store.page("desk", (), web.now).items if isinstance(one, OldTicket)]


def test_after_a_release_without_lists_has_run_they_are_walked(web: Web) -> None:
    """It has assigned and tagged tickets, for a day, and nobody has swept since."""
    DeskRow(*SWEEP.key("lists")[1:], ready_at=web.now, swept_at=web.now - DAY).save()
    given = {"assignee": web.staff["bolat"], "tags": ("касса",), "old": True}
    lay_tickets(web.dynamodb, web.tables["desk"], State.OPEN, range(3), web.now, **given)  # type: ignore[arg-type]
    lay_tickets(web.dynamodb, web.tables["desk"], State.OPEN, range(100, 220), web.now, assignee=web.staff["saule"])
    lay_tickets(web.dynamodb, web.tables["desk"], State.OPEN, range(300, 420), web.now)
    for wanted in (TicketFilter(("open",), assignee=web.staff["bolat"]), TicketFilter(("open",), tag="касса")):
        found = page(wiring_web.desk(None), wanted, web.now, 50)
        assert (len(found.items), found.total) == (3, None)


def test_while_the_index_is_built_anew_mine_is_walked(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = three(web, assignee="me")
    others(web, 120)

    def building(*_: object, **__: object) -> object:
        error = {"Error": {"Code": "ValidationException", "Message": "Cannot read from backfilling index: lists"}}
        raise QueryError("no", ClientError(error, "Query"))  # type: ignore[arg-type]

    monkeypatch.setattr(DeskRow.lists_index, "query", building)
    assert shown(web, "?view=mine")[0] == ids


def test_what_an_older_release_unassigned_and_tagged_is_put_where_it_belongs(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    (ticket_id,) = [one["id"] for one in web.tickets()]
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"})
    DeskRow(*TICKET.key(ticket_id)[1:]).update([DeskRow.tags.set(["касса"]), DeskRow.assignee.remove()])
    store = ExpiredStore(wiring.gateway(), NO_FILES)
    pass_over(store, web.now)
    assert not store.page("desk", (), web.now).items
    assert [one.ticket_id for one, _ in store.page("desk", (), web.now, tagged=True).items] == [ticket_id]  # type: ignore[union-attr]
    assert shown(web, "?view=unassigned")[0] == [ticket_id]
    for assignee, numbers in (("", range(100, 220)), (web.staff["saule"], range(300, 420))):
        lay_tickets(web.dynamodb, web.tables["desk"], State.OPEN, numbers, web.now, assignee=assignee)
    found_ones = page(wiring_web.desk(None), TicketFilter(("open",), tag="касса"), web.now, 50)
    assert ([one.id for one in found_ones.items], found_ones.total) == ([ticket_id], 1)


def test_a_release_without_the_queue_of_assigned_tickets_gets_them_back(web: Web) -> None:
    ids = three(web, assignee="me")
    for _ in range(2):
        assert COMMANDS["tickets-back"](settings()) is None
        rows = [DeskRow.get(*TICKET.key(one)[1:]) for one in ids]
        assert {(row.queue, row.opens_in) for row in rows} == {("open#0", None)}
    assert shown(web, "?view=mine")[0] == ids
