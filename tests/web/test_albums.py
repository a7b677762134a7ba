"""Albums of customers: messages that come seconds apart are one block on the page and one unread message."""

import re

import pytest

from chalicelib.core.ids import album_number
from chalicelib.tickets.albums import Unread, blocks, unread_from, unread_of
from chalicelib.tickets.records import Message
from tests.support.web.desk import Web
from tests.support.web.looking import line, unread, with_scripts
from tests.support.web.serving import DANIYAR, say
from tests.support.web.visiting import Browser


def sibling(web: Web, text: str = "", album: str = "13579246801234567", kind: str = "image") -> None:
    say(web, DANIYAR, text, kind=kind, details={"media_id": "1", "media_group_id": album})


def page_of(web: Web, browser: Browser | None = None) -> str:
    (ticket,) = web.tickets()
    return (browser or web.signed_in("bolat")).get(f"/dashboard/tickets/{ticket['id']}").text


def articles(page: str) -> list[str]:
    """The customer's messages and albums on a page."""
    return re.findall(r"<article class=\"msg[^>]*data-in.*?</article>", page, re.DOTALL)


def newest(page: str) -> str:
    """What the page's script reports of the last article: an album's newest message, or the message itself."""
    found = re.findall(r'<article [^>]*id="([^"]+)" data-in(?:="([^"]+)")?', page)[-1]
    return str(found[1] or found[0])


def test_three_files_over_twelve_seconds_are_one_block_with_one_time_and_one_unread(web: Web) -> None:
    for text in ("", "Үш сурет", ""):
        sibling(web, text)
        web.advance(6)
    assert unread(web) == 1

    page = page_of(web, with_scripts(web, "bolat"))

    (block,) = articles(page)
    assert re.findall(r"Album, (\d) of (\d)", block) == [("1", "3"), ("2", "3"), ("3", "3")]
    assert block.count("<time ") == 1 and block.count("<footer>") == 1
    assert block.count("Үш сурет") == 1
    assert line(page)[1] == 1
    (shown,) = web.tickets()
    assert len(web.call("GET", f"/api/v1/tickets/{shown['id']}").json["messages"]) >= 3, "each is stored"


def test_what_stands_between_does_not_part_an_album(web: Web) -> None:
    sibling(web)
    web.advance(3)
    say(web, DANIYAR, "бұл не?")
    web.advance(3)
    sibling(web)
    assert unread(web) == 2

    album, text = articles(page_of(web, with_scripts(web, "bolat")))

    assert "of 2" in album and "бұл не?" in text


def test_two_albums_and_a_picture_alone_are_three(web: Web) -> None:
    for album in ("1", "1", "2", "2", ""):
        sibling(web, album=album)
    assert unread(web) == 3
    assert ["of 2" in one for one in articles(page_of(web))] == [True, True, False]
    assert unread(web) == 0, "a page without scripts has shown all of it"


def test_a_sibling_that_comes_after_the_rest_was_read_is_unread_until_it_is_seen(web: Web) -> None:
    browser = with_scripts(web, "bolat")
    sibling(web)
    web.advance(1)
    say(web, DANIYAR, "осында")
    (ticket,) = web.tickets()
    path = f"/dashboard/tickets/{ticket['id']}/seen"
    assert browser.post(path, {"message": newest(page_of(web, browser))}).json == {"read": True}
    assert unread(web) == 0

    sibling(web)
    assert unread(web) == 1
    page = page_of(web, browser)
    block, _ = articles(page)
    first = re.search(r'id="([^"]+)" data-in="([^"]+)"', block)
    assert first and first[1] != first[2], "the newest of an album is what is reported as seen"
    assert line(page)[0] == first[1]
    assert browser.post(path, {"message": first[2]}).json == {"read": True}
    assert unread(web) == 0


def test_what_stands_behind_the_album_that_was_seen_stays_unread(web: Web) -> None:
    browser = with_scripts(web, "bolat")
    say(web, DANIYAR, "бірінші")
    for _ in range(2):
        web.advance(1)
        sibling(web, album="1")
    for _ in range(2):
        web.advance(1)
        sibling(web, album="2")
    web.advance(1)
    say(web, DANIYAR, "соңғы")
    assert unread(web) == 4
    _, album, _, _ = articles(page_of(web, browser))
    reported = re.search(r'data-in="([^"]+)"', album)
    (ticket,) = web.tickets()

    assert reported and browser.post(f"/dashboard/tickets/{ticket['id']}/seen", {"message": reported[1]}).json["read"]

    assert unread(web) == 2
    page = page_of(web, browser)
    assert line(page)[1] == 2
    assert browser.post(f"/dashboard/tickets/{ticket['id']}/seen", {"message": reported[1]}).json == {"read": False}


@pytest.mark.parametrize("kind", ["document", "video", "audio"])
def test_other_files_stand_one_under_the_other(web: Web, kind: str) -> None:
    for _ in range(2):
        sibling(web, kind=kind)
    (block,) = articles(page_of(web))
    assert block.count("<li") == 2 and "of 2" in block
    assert 'class="whole"' in block or kind == "video"


def test_a_number_of_an_album_tells_nothing_of_its_id() -> None:
    assert 0 < album_number("c" * 20, "13579246801234567") < 2**32
    assert album_number("c" * 20, "1") != album_number("d" * 20, "1")


def test_nothing_is_unread_of_nothing() -> None:
    assert unread_from([], Unread(2, frozenset({1}))) == 0
    found = blocks([Message("a", "in", "image", 1), Message("b", "out", "image", 2, details={"media_group_id": "1"})])
    assert [len(one) for one in found] == [1, 1] and unread_of(found) == Unread(2)
