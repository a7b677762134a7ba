"""The search: one can go back to what was found, and nobody reads in an address what was looked for."""

import base64
import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contacts import text_search
from chalicelib.core.clock import SECOND
from chalicelib.staff.model import SESSION_LASTS, Staff
from chalicelib.web.dashboard.list_query import ListQuery
from chalicelib.web.dashboard.search import seal_search, search_words
from chalicelib.wiring import delivery as wiring_delivery
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, customer, say
from tests.support.web.visiting import Answer, Browser

PHONE = "+7 700 000 01 07"


@pytest.fixture
def browser(web: Web) -> Browser:
    """Bolat's, on a desk where Amina and Daniyar have written."""
    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Привет")
    return web.signed_in("bolat")


def search(browser: Browser, q: str) -> str:
    """Search; returns the address of what is found."""
    answer = browser.post("/dashboard/search", {"q": q})
    assert answer.status == 303
    return answer.location


def index(web: Web) -> None:
    """Make everybody who has a ticket found by their words."""
    for ticket in web.tickets():
        wiring_delivery.index_contact()(ticket["contact"]["id"])


def links(page: Answer) -> list[str]:
    return re.findall(r'<div class="who"><a [^>]*href="([^"]+)"', page.text)


def rows(page: Answer) -> str:
    """The list beside a ticket."""
    found = re.search(r'<ol class="scroll".*?</ol>', page.text, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("q", [PHONE, AMINA.name, "@daniyar_osp"])
def test_no_word_of_a_search_is_to_be_read_in_an_address(web: Web, browser: Browser, q: str) -> None:
    address = search(browser, q)
    (token,) = parse_qs(urlsplit(address).query)["s"]
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert q not in address and q.encode() not in raw
    assert search(browser, q) != address, "nor whether two searches were for the same"
    page = browser.get(address)
    assert all(q not in link for link in re.findall(r'(?:href|action)="([^"]*)"', page.text))


def test_what_was_found_is_loaded_again_and_gone_back_to(browser: Browser) -> None:
    address = search(browser, PHONE)
    for _ in range(2):
        page = browser.get(address)
        assert page.status == 200 and AMINA.name in page.text and DANIYAR.name not in page.text
    (link,) = links(page)
    ticket = browser.get(link)
    assert AMINA.name in rows(ticket) and DANIYAR.name not in rows(ticket), "the list beside it is the search's"
    assert ticket.text.count(f'href="{address}"') == 2, "back leads to what was found"
    changed = browser.post(f"{urlsplit(link).path}/change", {"priority": "high", **_place(ticket)})
    assert changed.location == link, "and a change keeps the place"


def _place(page: Answer) -> dict[str, str]:
    found = re.search(r'name="s" value="([^"]+)"', page.text)
    assert found
    return {"view": "open", "channel": "", "tag": "", "s": found[1]}


def test_a_refresh_of_the_ticket_does_not_search_again(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    (link,) = links(browser.get(search(browser, PHONE)))
    for headers, times in (({}, 1), ({"X-Refresh": "1"}, 0)):
        caplog.clear()
        page = browser.get(link, **headers)
        assert page.status == 200 and bool(rows(page)) == bool(times)
        assert sum(one.message == "search" for one in caplog.records) == times


def test_what_was_found_refreshes_only_by_hand_and_says_how_many(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    address = search(browser, PHONE)
    caplog.clear()
    page = browser.get(address)
    assert "data-every" not in page.text
    (line,) = [one for one in caplog.records if one.message == "search"]
    assert PHONE not in str(line.__dict__)


def test_what_many_people_share_comes_page_by_page(web: Web, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_search, "MOST_FOUND", 1)
    for number in range(2):
        say(web, customer(f"Амина Серік{number}", "whatsapp", f"7701555010{number}"), "Сәлем")
    index(web)
    address, seen, path = search(browser, "Амина"), list[str](), ""
    for number in range(3):
        page = browser.get(path or address)
        seen += links(page)
        more = re.findall(r'rel="next" href="([^"]+)"', page.text)
        assert len(more) == ("page-more" in page.text) == (number < 2)
        path = html.unescape(more[0]) if more else ""
        assert number == 2 or path.startswith("/dashboard/found?")
    assert len(set(seen)) == 3
    assert browser.get(f"{address}&cursor=0-9-a").status == 400
    assert browser.get(f"{address}&cursor=x").status == 400


def test_the_api_goes_on_through_a_search_to_its_end(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_search, "MOST_FOUND", 2)
    for number in range(5):
        say(web, customer(f"Амина Серік{number}", "whatsapp", f"7701555010{number}"), "Сәлем")
    index(web)
    for limit in (1, 2, 3):
        seen, cursor = list[str](), ""
        while True:
            page = web.call("GET", f"/api/v1/tickets?q=%D0%90%D0%BC%D0%B8%D0%BD%D0%B0&limit={limit}{cursor}").json
            assert len(page["items"]) <= limit
            seen += [one["id"] for one in page["items"]]
            if not page["cursor"]:
                break
            cursor = f"&cursor={page['cursor']}"
        assert len(seen) == len(set(seen)) == 5


def test_a_search_that_is_over_anothers_or_changed_shows_the_plain_list_and_says_so(web: Web, browser: Browser) -> None:
    address = search(browser, PHONE)
    (link,) = links(browser.get(address))
    changed = address[:-3] + ("AAA" if address[-3:] != "AAA" else "BBB")
    tried = [(web.signed_in("saule"), address), (browser, changed), (browser, "/dashboard/found")]
    tried += [(browser, f"/dashboard/found?s={one}") for one in ("x", "а", "A" * 3000)]
    for who, path in tried:
        page = who.get(path)
        assert page.status == 200 and "This search has ended, or a colleague made it" in page.text
        assert AMINA.name in page.text and DANIYAR.name in page.text
        assert all("s=" not in one for one in links(page))
    beside = rows(web.signed_in("saule").get(link))
    assert AMINA.name in beside and DANIYAR.name in beside, "the plain list beside the ticket, too"


def test_it_lasts_as_long_as_a_session(web: Web, browser: Browser) -> None:
    bolat = Staff(web.staff["bolat"], "b@desk.local", "Болат", frozenset(), 1, 1)
    place = ListQuery.of({"s": seal_search(PHONE, bolat)})
    web.advance(SESSION_LASTS // SECOND - 5)
    assert search_words(place, bolat) == PHONE
    web.advance(10)
    assert search_words(place, bolat) == ""


@pytest.mark.parametrize(("q", "status"), [("", 303), ("   ", 303), ("\u200b", 400), ("a\x00b", 400)])
def test_a_search_for_nothing_leads_to_the_list(browser: Browser, q: str, status: int) -> None:
    answer = browser.post("/dashboard/search", {"q": q})
    assert answer.status == status
    assert status != 303 or answer.location == "/dashboard"


def test_any_word_comes_back_as_it_was(web: Web) -> None:
    bolat = Staff(web.staff["bolat"], "b@desk.local", "Болат", frozenset(), 1, 1)
    saule = Staff(web.staff["saule"], "s@desk.local", "Сәуле", frozenset(), 1, 1)

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
    def comes_back(q: str) -> None:
        place = ListQuery.of({"s": seal_search(q, bolat)})
        assert place.s and (search_words(place, bolat), search_words(place, saule)) == (q, "")

    comes_back()
