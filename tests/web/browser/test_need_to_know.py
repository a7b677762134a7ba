"""A ticket of another team in Chromium: the page in its place, its box for the reason, and where the team is chosen."""

from typing import Any

import pytest

from tests.support.web.chromium import CHROMIUM, SIZES, check, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say
from tests.support.web.teams import REASON, hand_over
from tests.support.web.teams import teams as teams

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("teams"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]


def enter(chromium: Any, web: Web, address: str, name: str, language: str, size: str) -> Any:
    """A page of a colleague, in this language and size."""
    page = fresh(chromium, viewport=dict(zip(("width", "height"), SIZES[size], strict=True)))
    page.context.add_cookies([{"name": "desk", "value": web.session(name, "page"), "url": address}])
    page.goto(f"{address}/dashboard")
    page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
    page.wait_for_selector(f"html[lang={language}]")
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_page_in_its_place_and_the_ticket_behind_a_reason(
    chromium: Any, web: Web, address: str, language: str, size: str
) -> None:
    say(web, AMINA, "Терминал чек шығармай тұр")
    path = f"{address}/dashboard/tickets/{web.tickets()[0]['id']}"
    page = enter(chromium, web, address, "saule", language, size)
    page.goto(path)
    check(page, f"refused-{language}-{size}")
    page.fill("#reason", "     аз  себеп   ")
    page.click("form button.main")
    page.wait_for_selector("#problem")
    check(page, f"refused-why-{language}-{size}")
    page.fill("#reason", REASON)
    page.click("form button.main")
    page.wait_for_selector(f".note:has-text('{REASON}')")
    check(page, f"opened-{language}-{size}")
    page.context.close()
    page = enter(chromium, web, address, "aigul", language, size)
    check(page, f"none-{language}-{size}")
    page.goto(path)
    check(page, f"administrator-{language}-{size}")
    page.goto(f"{address}/dashboard/staff")
    check(page, f"staff-{language}-{size}")
    page.context.close()


def test_an_open_page_is_replaced_when_its_ticket_is_handed_over(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Терминал чек шығармай тұр")
    ticket_id = web.tickets()[0]["id"]
    page = enter(chromium, web, address, "bolat", "en", "wide" if "wide" in SIZES else next(iter(SIZES)))
    page.goto(f"{address}/dashboard/tickets/{ticket_id}")
    page.wait_for_selector(".msg")
    assert hand_over(web, ticket_id, by="madina").status == 200
    page.wait_for_selector(".gate-page h1:has-text('Another team answers this conversation')", timeout=30_000)
    assert AMINA.name not in page.content()


def test_a_ticket_is_handed_over_in_the_panel(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Терминал чек шығармай тұр")
    ticket_id = web.tickets()[0]["id"]
    page = enter(chromium, web, address, "bolat", "en", next(iter(SIZES)))
    page.goto(f"{address}/dashboard/tickets/{ticket_id}")
    page.evaluate("document.querySelector('#change').open = true")
    page.select_option("#f-team", "second_line")
    check(page, "panel")
    page.evaluate("document.querySelector('#f-team').form.requestSubmit()")
    page.wait_for_selector("h1:has-text('Another team answers this conversation')")
    assert web.ticket(ticket_id, by="saule")["team"] == "second_line"
