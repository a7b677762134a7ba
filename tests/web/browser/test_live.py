"""Pages that stay open, in Chromium: they ask little, take over what changed alone, and bear a bad connection."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.web.chromium import CHROMIUM, SIZES, check, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.composing import TEXT
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, fill, say

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
MARK = "selector => document.querySelectorAll(selector).forEach(one => { one.kept = true; })"
KEPT = "selector => [...document.querySelectorAll(selector)].map(one => Boolean(one.kept))"


def opened(chromium: Any, web: Web, address: str, path: str, *, clock: bool = False, **context: Any) -> Any:
    """A page of Bolat's, with a clock of its own if wished."""
    page = fresh(chromium, **{"viewport": {"width": 1440, "height": 900}, **context})
    if clock:
        page.clock.install()
    page.context.add_cookies([{"name": "desk", "value": web.session("bolat", "page"), "url": address}])
    page.goto(f"{address}{path}")
    return page


@pytest.fixture
def ticket(web: Web) -> str:
    """The path of Amina's ticket."""
    say(web, AMINA, "Терминал қосылмайды")
    return f"/dashboard/tickets/{web.tickets()[0]['id']}"


@pytest.fixture
def page(chromium: Any, web: Web, address: str, ticket: str) -> Iterator[Any]:
    page = opened(chromium, web, address, ticket, clock=True)
    yield page
    page.context.close()


def questions(page: Any) -> list[str]:
    """What the page asks from now on."""
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "x-parts" in one.headers else None)
    return asked


def pass_time(page: Any, seconds: int, step: int = 1) -> None:
    """Let the page's time pass, with a little real time after each step of some seconds for the answers."""
    for _ in range(seconds // step):
        page.clock.run_for(1000 * step)
        page.wait_for_timeout(20)


def settle(page: Any, web: Web) -> None:
    """Let the page ask until nothing is new."""
    with page.expect_response(lambda one: "x-parts" in one.request.headers):
        page.clock.run_for(5000)
    web.advance(3)
    with page.expect_response(lambda one: one.status == 304):
        pass_time(page, 15)


def hold_one(page: Any, ticket: str) -> list[Any]:
    """Hold back the next question of the page, which is found in the list then; those after it are answered."""
    held: list[Any] = []
    page.route(
        f"**{ticket}",
        lambda one: held.append(one) if "x-parts" in one.request.headers and not held else one.continue_(),
    )
    return held


def test_what_is_new_is_added_and_everything_else_stays_as_it_is(page: Any, web: Web) -> None:
    page.evaluate(MARK, ".msg, .slim .row")
    say(web, AMINA, "Екінші хабарлама")
    say(web, DANIYAR, "Привет")
    page.clock.run_for(5000)
    page.wait_for_selector(".slim .row:has-text('Привет')")
    assert page.evaluate(KEPT, ".msg[data-in]") == [True, False]
    assert page.locator(".slim .row").count() == 2 and page.locator(".msg .as-request").count() == 2


def test_a_list_keeps_the_focus_when_its_row_changes_its_place(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Привет")
    page = opened(chromium, web, address, "/dashboard", clock=True)
    page.focus(".row a:has-text('Амина')")
    say(web, AMINA, "Тағы бір сұрақ")
    page.clock.run_for(5000)
    page.wait_for_selector(".row:first-child:has-text('Тағы бір сұрақ')")
    assert "Амина" in page.evaluate("document.activeElement.textContent")
    assert page.locator(".row").count() == 2
    page.context.close()


def test_an_empty_list_fills_and_empties_by_itself(chromium: Any, web: Web, address: str) -> None:
    page = opened(chromium, web, address, "/dashboard", clock=True)
    page.wait_for_selector("h2:has-text('Nobody is waiting')")
    say(web, AMINA, "Сәлем")
    page.clock.run_for(5000)
    page.wait_for_selector(".row:has-text('Сәлем')")
    assert page.locator(".empty").count() == 0
    web.call("PATCH", f"/api/v1/tickets/{web.tickets()[0]['id']}", {"state": "solved"})
    page.clock.run_for(6000)
    page.wait_for_selector("h2:has-text('Nobody is waiting')")
    assert page.locator(".row").count() == 0
    page.context.close()


def test_a_menu_that_is_open_waits_and_what_came_meanwhile_is_there_when_it_is_closed(page: Any, web: Web) -> None:
    page.click(".acts details summary")
    web.call("PATCH", f"/api/v1/tickets/{web.tickets()[0]['id']}", {"assignee": "me"}, by="saule")
    page.clock.run_for(5000)
    page.wait_for_selector("[data-live=side]:has-text('Сәуле Нұрланова')")
    assert page.locator(".acts details[open]").count() == 1 and "Сәуле" not in page.inner_text(".acts")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.clock.run_for(5000)
    page.wait_for_selector(".acts:has-text('Сәуле Нұрланова')")


def test_a_page_at_which_nobody_looks_asks_less_and_less_until_somebody_is_there(page: Any) -> None:
    asked = questions(page)
    pass_time(page, 60)
    lively = len(asked)
    assert 7 <= lively <= 18
    pass_time(page, 600, 10)
    assert 8 <= len(asked) - lively <= 20
    before = -1
    while before != len(asked):  # what was asked just now is not asked again when somebody comes
        before = len(asked)
        pass_time(page, 5)
    page.mouse.move(200, 300)
    page.mouse.move(220, 320)
    pass_time(page, 2)
    assert len(asked) == before + 1, "at once, and not again with each move"
    pass_time(page, 12)
    assert 2 <= len(asked) - before <= 5


def test_a_draft_kept_in_another_window_is_there_when_this_one_gets_the_focus(page: Any, web: Web, ticket: str) -> None:
    settle(page, web)
    fields = {"text": "Басқа терезеде жазылды", "client_id": page.input_value("[name=client_id]")}
    assert web.signed_in("bolat").post(f"{ticket}/draft", fields).status == 303
    asked = questions(page)
    with page.expect_response(lambda one: one.status == 304):
        while not asked:
            page.clock.run_for(200)
            page.wait_for_timeout(20)
    assert page.input_value(TEXT) == "", "a draft leaves no mark"
    page.evaluate("dispatchEvent(new Event('focus'))")
    sync_api.expect(page.locator(TEXT)).to_have_value("Басқа терезеде жазылды")


def test_it_is_there_too_when_the_page_was_just_asking(page: Any, web: Web, ticket: str) -> None:
    settle(page, web)
    held = hold_one(page, ticket)
    pass_time(page, 10)
    assert len(held) == 1
    fields = {"text": "Басқа терезеде жазылды", "client_id": page.input_value("[name=client_id]")}
    assert web.signed_in("bolat").post(f"{ticket}/draft", fields).status == 303
    page.evaluate("dispatchEvent(new Event('focus'))")
    held[0].fulfill(status=304)
    sync_api.expect(page.locator(TEXT)).to_have_value("Басқа терезеде жазылды")


@pytest.mark.parametrize("status", [429, 503])
def test_a_desk_that_cannot_answer_is_asked_less_often(page: Any, ticket: str, status: int) -> None:
    asked = questions(page)
    page.route(f"**{ticket}", lambda route: route.fulfill(status=status, content_type="application/json", body="{}"))
    pass_time(page, 60)
    assert 2 <= len(asked) <= 5, "after 4, 8, 16 and 32 seconds"
    assert page.locator(".msg").count() == 2, "and the page stays as it is"


def test_a_slow_answer_is_waited_for_and_a_lost_connection_is_said(page: Any, web: Web, ticket: str) -> None:
    asked, held = questions(page), []
    page.route(
        f"**{ticket}", lambda route: held.append(route) if "x-parts" in route.request.headers else route.continue_()
    )
    page.fill(TEXT, "Жартылай жауап")
    say(web, AMINA, "Баяу келген хабарлама")
    pass_time(page, 15)
    assert len(asked) == len(held) == 1, "one question at a time"
    held[0].continue_()
    page.unroute(f"**{ticket}")
    page.wait_for_selector(".msg:has-text('Баяу келген хабарлама')")

    page.context.set_offline(True)
    page.wait_for_selector("[data-bar]:visible")
    say(web, AMINA, "Желісіз келген хабарлама")
    pass_time(page, 30)
    assert page.locator(".msg:has-text('Желісіз')").count() == 0 and page.is_visible("[data-bar]")
    page.context.set_offline(False)
    page.wait_for_selector(".msg:has-text('Желісіз келген хабарлама')")
    page.wait_for_selector("[data-bar]", state="hidden")
    assert page.input_value(TEXT) == "Жартылай жауап"


@pytest.mark.parametrize("size", SIZES)
def test_refreshed_pages_are_as_accessible_as_loaded_ones(chromium: Any, web: Web, address: str, size: str) -> None:
    tickets = fill(web)
    width, height = SIZES[size]
    for name, path in (("queue", "/dashboard"), ("ticket", f"/dashboard/tickets/{tickets['Амина']}")):
        page = opened(chromium, web, address, path, clock=True, viewport={"width": width, "height": height})
        say(web, AMINA, f"Жаңа хабарлама: {name}")
        page.clock.run_for(5000)
        page.wait_for_selector(f"text=Жаңа хабарлама: {name} >> visible=true")
        check(page, f"live-{name}-{size}")
        page.context.close()


def test_an_answer_that_comes_after_a_newer_one_hides_no_message(page: Any, web: Web, ticket: str) -> None:
    held = hold_one(page, ticket)
    page.clock.run_for(5000)
    page.wait_for_timeout(100)
    assert len(held) == 1
    say(web, AMINA, "Екінші")
    page.evaluate("desk.refresh(true)")  # as after sending a reply
    page.wait_for_selector(".msg:has-text('Екінші')")
    say(web, AMINA, "Үшінші")
    held[0].continue_()
    page.wait_for_selector(".msg:has-text('Үшінші')")
    assert page.locator(".log .msg:has-text('Екінші')").count() == 1
