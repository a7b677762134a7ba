"""New messages: what makes them read, and where the line stands before which they begin."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.ids import MessageRef
from chalicelib.staff.model import Staff
from chalicelib.tickets.albums import Unread
from chalicelib.tickets.records import Message, Thread, Ticket
from chalicelib.tickets.view_ticket import MarkSeen
from chalicelib.web.dashboard.seen import first_new
from tests.support.web.desk import Web
from tests.support.web.looking import line, unread, with_scripts
from tests.support.web.serving import AMINA, say


@pytest.fixture
def ticket_id(web: Web) -> str:
    for text in ("Бірінші", "Екінші", "Үшінші"):
        say(web, AMINA, text)
        web.advance(1)
    return str(web.tickets()[0]["id"])


def messages(page: str) -> list[str]:
    """References of the customer's messages on a page."""
    return re.findall(r'id="([^"]+)" data-in>', page)


def test_without_scripts_what_is_shown_is_read(web: Web, ticket_id: str) -> None:
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert line(page) == (messages(page)[0], 3) and unread(web) == 0
    assert line(web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text) == ("", 0)


def test_with_scripts_nothing_is_read_by_being_shown_or_refreshed(web: Web, ticket_id: str) -> None:
    browser = with_scripts(web, "bolat")
    for _ in range(2):
        page = browser.get(f"/dashboard/tickets/{ticket_id}").text
        assert line(page) == (messages(page)[0], 3) and unread(web) == 3
    assert 'data-looks="5"' in page, "a glance at a ticket that is nobody's clears nothing"
    assert browser.post(f"/dashboard/tickets/{ticket_id}/change", {"assignee": "me"}).status == 303
    assert 'data-looks="2"' in browser.get(f"/dashboard/tickets/{ticket_id}").text and unread(web) == 3


def test_the_line_stays_and_grows_while_the_page_is_open(web: Web, ticket_id: str) -> None:
    browser, path = with_scripts(web, "bolat"), f"/dashboard/tickets/{ticket_id}"
    shown = messages(browser.get(path).text)
    assert browser.post(f"{path}/seen", {"message": shown[-1]}).json == {"read": True}
    assert unread(web) == 0
    assert line(browser.get(path, **{"X-Fresh": shown[0]}).text) == (shown[0], 3), "read, and the page is still open"
    say(web, AMINA, "Төртінші")
    assert line(browser.get(path, **{"X-Fresh": shown[0]}).text) == (shown[0], 4)
    assert line(browser.get(path).text)[1] == 1, "loaded again it counts what is unread"


def test_the_wish_for_a_person_is_new_in_its_place_and_read_when_it_was_seen(web: Web, ticket_id: str) -> None:
    browser, path = with_scripts(web, "bolat"), f"/dashboard/tickets/{ticket_id}"
    shown = messages(browser.get(path).text)
    assert browser.post(f"{path}/seen", {"message": shown[-1]}).json == {"read": True}
    say(web, AMINA, "/person")
    assert web.tickets()[0]["person_asked"] and unread(web) == 1
    page = browser.get(path).text
    wish = messages(page)[-1]
    assert line(page) == (wish, 1), "it begins with the wish, and not with the message before"
    assert browser.post(f"{path}/seen", {"message": shown[-1]}).json == {"read": False}
    assert browser.post(f"{path}/seen", {"message": wish}).json == {"read": True}
    assert unread(web) == 0


@pytest.mark.parametrize(
    "shown",
    ["", "x", "<b>", "0" * 20 + ".1795000000000." + "a" * 32, "a.b.c" * 50],
    ids=["none", "no reference", "tag", "other", "long"],
)
def test_a_line_that_no_message_of_the_ticket_has_is_none(web: Web, ticket_id: str, shown: str) -> None:
    page = with_scripts(web, "bolat").get(f"/dashboard/tickets/{ticket_id}", **{"X-Fresh": shown}).text
    assert line(page) == (messages(page)[0], 3)
    assert not shown or f'data-fresh="{shown}"' not in page


def test_what_lies_behind_the_newest_that_was_seen_stays_unread(web: Web, ticket_id: str) -> None:
    browser, path = with_scripts(web, "bolat"), f"/dashboard/tickets/{ticket_id}"
    shown = messages(browser.get(path).text)
    for place, left in ((0, 2), (0, 2), (1, 1), (0, 1), (2, 0), (2, 0)):
        assert browser.post(f"{path}/seen", {"message": shown[place]}).status == 200
        assert unread(web) == left, place


def test_only_the_assignees_look_counts(web: Web, ticket_id: str) -> None:
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"}, by="saule")
    browser, path = with_scripts(web, "bolat"), f"/dashboard/tickets/{ticket_id}"
    page = browser.get(path).text
    assert line(page) == ("", 0) and "data-looks" not in page
    assert browser.post(f"{path}/seen", {"message": messages(page)[-1]}).json == {"read": False}
    assert unread(web) == 3


@pytest.mark.parametrize("message", ["", "x", "0" * 20 + ".1795000000000." + "a" * 32])
def test_what_is_no_message_of_the_ticket_makes_nothing_read(web: Web, ticket_id: str, message: str) -> None:
    browser = with_scripts(web, "bolat")
    assert browser.post(f"/dashboard/tickets/{ticket_id}/seen", {"message": message}).status == 404
    assert unread(web) == 3


def test_the_cookie_that_says_scripts_run_changes_nothing_for_the_api(web: Web, ticket_id: str) -> None:
    assert web.ticket(ticket_id)["unread"] == 3
    assert unread(web) == 0


# -- whatever happens between reading and writing


@dataclass
class Row:
    """A ticket's row and its messages, and what happens before the next write arrives."""

    unread: int = 0
    count: int = 0
    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def arrive(self) -> None:
        self.unread, self.count = self.unread + 1, self.count + 1

    # as the desk reads it

    def ticket(self, _: str) -> Ticket:
        return replace(_TICKET, unread=self.unread, activity=self.count)

    def erasing(self, _: str) -> bool:
        return False

    def messages(self, _: Ticket) -> Thread:
        return Thread(tuple(Message(str(_ref(n)), "in", "text", n) for n in range(self.count)), False)

    # as the desk changes it

    def mark_seen(self, ticket: Ticket, behind: Unread, _: str) -> bool:
        while self.meanwhile:
            self.meanwhile.pop()()
        if (self.unread, self.count) != (ticket.unread, ticket.activity):
            return False
        self.unread -= ticket.unread - behind.messages
        return True


_TICKET = Ticket("t", "1", "open", "telegram", "a", "0" * 20, "c")
_BY = Staff("s", "b@desk.local", "Болат", frozenset(), 1, 1)


def _ref(number: int) -> MessageRef:
    return MessageRef("0" * 20, 1_795_000_000_000 + number, f"{number:032x}")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), st.integers(0, 3), st.integers(0, 8)), max_size=8))
def test_nobody_takes_off_what_nobody_has_seen(turns: list[tuple[int, int, int, int]]) -> None:
    """Two look at once while messages arrive: the number is exactly what lies behind the newest that was seen."""
    row, newest = Row(), -1

    def look(place: int) -> None:
        nonlocal newest
        if row.count:
            place = min(place, row.count - 1)
            newest = max(newest, place)
            MarkSeen(row, row)("t", _ref(place), _BY)  # type: ignore[arg-type]

    for before, mine, between, hers in turns:
        for _ in range(before):
            row.arrive()
        row.meanwhile = [*[row.arrive] * between, lambda hers=hers: look(hers)]  # type: ignore[misc]
        look(mine)
        row.meanwhile = []
        assert row.unread == row.count - 1 - newest


def test_more_unread_than_messages_begins_with_the_first() -> None:
    """A reaction counts as unread and is shown on its message."""
    found = (Message("a", "in", "text", 1), Message("b", "out", "text", 2), Message("c", "in", "text", 3))
    assert [first_new(found, Unread(number), "") for number in (0, 1, 2, 5)] == ["", "c", "a", "a"]
    assert first_new(found, Unread(), "a") == "a" and first_new(found, Unread(), "b") == ""
    assert first_new((), Unread(2), "") == ""
