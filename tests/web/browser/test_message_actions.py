"""Quotes, choices, reactions, edits and deletions in Chromium: by mouse and keyboard, wide and narrow."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.web.chromium import CHROMIUM, SIZES, check
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.composing import TEXT, ticket_page
from tests.support.web.desk import Web
from tests.support.web.serving import DANIYAR, say

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
SEND = ".pane.reply [data-send]"
REACT = ".msg[data-in] .act-menu summary"


@pytest.fixture
def page(chromium: Any, web: Web, address: str) -> Iterator[Any]:
    """Daniyar's ticket with a reply that waits, opened by Bolat."""
    say(web, DANIYAR, "Терминал қосылмайды")
    ticket_id = web.tickets()[0]["id"]
    web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", {"text": "Жауап", "client_id": "X"})
    page = ticket_page(chromium, web, address)
    yield page
    page.context.close()


def ours(web: Web) -> list[dict[str, Any]]:
    found = web.ticket(web.tickets()[0]["id"])["messages"]
    return [one for one in found if one["direction"] == "out" and one["author"] != "desk"]


def test_a_reply_quotes_without_leaving_the_page_and_choices_go_with_it(page: Any, web: Web) -> None:
    before = page.url
    page.fill(TEXT, "Қай күні")
    page.locator("main").press("Escape")
    page.keyboard.press("q")
    assert page.inner_text("[data-quoted]") == "Терминал қосылмайды"
    assert page.evaluate("document.activeElement.name") == "text"
    page.click("[data-choices] summary")
    page.fill("[name=choice-1]", "Бүгін")
    page.fill("[name=choice-3]", "Ертең")
    page.click(SEND)
    page.wait_for_selector(".given li:has-text('Ертең')")
    reply = ours(web)[-1]
    assert (reply["text"], reply["choices"]) == ("Қай күні", ["Бүгін", "Ертең"])
    assert reply["quote"]["text"] == "Терминал қосылмайды"
    assert page.is_hidden("[data-quoting]")
    assert page.input_value("[name=choice-1]") == ""
    assert page.url == before


def test_a_quote_is_taken_away_again(page: Any, web: Web) -> None:
    page.click(".msg[data-in] [data-quote]")
    page.click("[data-unquote]")
    assert page.is_hidden("[data-quoting]")
    page.fill(TEXT, "Жауап 2")
    page.click(SEND)
    page.wait_for_selector(".msg.out:has-text('Жауап 2')")
    assert ours(web)[-1]["quote"] is None


def test_a_reaction_is_chosen_by_keyboard(page: Any, web: Web) -> None:
    page.focus(REACT)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".msg[data-in] .why:has-text('👍')")
    assert page.locator(".act-menu[open]").count() == 0


def test_a_reply_that_waits_is_edited_and_deleted(page: Any, web: Web) -> None:
    page.click(".msg.out summary[title=Edit]")
    page.fill(".msg.out textarea", "Басқа жауап")
    page.click(".msg.out button:has-text('Save the text')")
    page.wait_for_selector(".msg.out p:has-text('Басқа жауап')")
    assert ours(web)[0]["text"] == "Басқа жауап"
    page.click(".msg.out summary[title=Delete]")
    page.click(".msg.out button:has-text('Delete the reply')")
    page.wait_for_selector(".msg.out:has-text('Deleted by You')")
    assert ours(web)[0]["deleted"]


def test_what_happens_meanwhile_does_not_take_away_a_text_that_is_being_edited(page: Any, web: Web) -> None:
    page.click(".msg.out summary[title=Edit]")
    page.fill(".msg.out textarea", "Жартылай")
    web.call("POST", f"/api/v1/tickets/{web.tickets()[0]['id']}/comments", {"text": "Көрдім", "client_id": "Y"})
    page.clock.run_for(20_000)
    page.wait_for_timeout(500)
    assert page.input_value(".msg.out textarea") == "Жартылай"
    page.click(".msg.out button:has-text('Save the text')")
    page.wait_for_selector(".msg.note:has-text('Көрдім')")
    assert ours(web)[0]["text"] == "Жартылай"


@pytest.mark.parametrize("language", ["en", "kk", "ru"])
@pytest.mark.parametrize("size", SIZES)
def test_all_of_it_is_there_for_everybody(page: Any, web: Web, language: str, size: str) -> None:
    page.set_viewport_size({"width": SIZES["1440"][0], "height": SIZES["1440"][1]})
    page.click(f".langs [value={language}]")
    page.wait_for_selector(f".langs [value={language}][aria-current]")
    page.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
    page.wait_for_selector("[data-composer]")
    page.click(".msg[data-in] [data-quote]")
    page.click("[data-choices] summary")
    page.fill("[name=choice-1]", "Бүгін")
    check(page, f"composer-{language}-{size}")
    page.click(REACT)
    check(page, f"reactions-{language}-{size}")
    page.keyboard.press("Escape")
    page.locator(".msg.out .wide-act summary").nth(0).click()
    check(page, f"edit-{language}-{size}")
