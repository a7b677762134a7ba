"""Lists, reading and refused changes in Chromium: nothing is lost by going back, by a glance or by a colleague."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.web.chromium import CHROMIUM, SHOTS, check, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, fill, say

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
TEXT, TAGS = "textarea[name=text]", "input[name=tags]"
WIDE = {"width": 1440, "height": 900}


def open_page(chromium: Any, web: Web, address: str, path: str, **context: Any) -> Any:
    """A page of Bolat's."""
    page = fresh(chromium, **{"viewport": WIDE, **context})
    page.context.add_cookies([{"name": "desk", "value": web.session("bolat", "page"), "url": address}])
    page.goto(f"{address}/dashboard/keys")  # as after signing in: the desk knows whether scripts run here
    page.goto(f"{address}{path}")
    return page


@pytest.fixture
def page(chromium: Any, web: Web, address: str) -> Iterator[Any]:
    """Amina's ticket."""
    say(web, AMINA, "Терминал қосылмайды")
    page = open_page(chromium, web, address, f"/dashboard/tickets/{web.tickets()[0]['id']}")
    page.wait_for_timeout(1500)  # the first refresh
    yield page
    page.context.close()


def unread(web: Web) -> int:
    return int(web.tickets()[0]["unread"])


# -- changes that are refused


def test_a_refused_tag_stays_in_its_field_with_the_rule_beside_it(page: Any, web: Web) -> None:
    page.fill(TEXT, "Жартылай жауап")
    page.keyboard.press("Escape")
    page.click("#change summary")
    page.select_option("select[name=priority]", "high")
    page.fill(TAGS, "касса, a@b")
    page.press(TAGS, "Enter")
    page.wait_for_selector("[data-live=change-tags] [role=alert]:has-text('no @ and at most two digits')")
    assert page.evaluate("document.activeElement.name") == "tags"
    page.wait_for_timeout(5000)  # over a refresh
    assert page.locator("#why-tags").count() == 1 and page.locator(".beside").count() == 0
    assert page.input_value(TAGS) == "касса, a@b" and page.input_value(TEXT) == "Жартылай жауап"
    assert page.input_value("select[name=priority]") == "high", "what is not saved yet stays as well"
    check(page, "refused-tag")
    page.fill(TAGS, "касса")
    page.press(TAGS, "Enter")
    page.wait_for_selector("[data-live=side] .tag:has-text('касса')")
    assert page.locator("#why-tags").count() == 0 and page.input_value("select[name=priority]") == "high"
    assert web.tickets()[0]["tags"] == ["касса"]


def test_a_colleague_who_was_quicker_is_named_and_the_ticket_is_taken_by_one_more_press(page: Any, web: Web) -> None:
    ticket = web.tickets()[0]["id"]
    page.route(f"**/dashboard/tickets/{ticket}", lambda route: route.abort())  # no refresh brings the news
    web.call("PATCH", f"/api/v1/tickets/{ticket}", {"assignee": "me"}, by="saule")
    page.click(".acts button[name=assignee][value=me]:visible")
    page.wait_for_selector(".refused [role=alert]:has-text('Сәуле Нұрланова has taken this ticket meanwhile.')")
    assert web.tickets()[0]["assignee"] == web.staff["saule"]
    assert "Сәуле Нұрланова" in page.inner_text(".acts")
    check(page, "taken")
    page.unroute(f"**/dashboard/tickets/{ticket}")
    page.click(".refused button:has-text('Take it all the same')")
    page.wait_for_selector(".acts .flat:has-text('You')")
    assert page.locator(".refused [role=alert]").count() == 0
    assert web.tickets()[0]["assignee"] == web.staff["bolat"]


def test_a_choice_in_the_panel_says_who_was_seen_when_it_was_made(page: Any, web: Web) -> None:
    ticket = web.tickets()[0]["id"]
    page.click("#change summary")
    page.select_option("select[name=assignee]", label="Болат Ахметов")
    web.call("PATCH", f"/api/v1/tickets/{ticket}", {"assignee": "me"}, by="saule")
    page.wait_for_selector("[data-live=side]:has-text('Сәуле Нұрланова')", timeout=15_000)
    page.click("[data-live=change-assignee] button")
    page.wait_for_selector("[data-live=change-assignee] [role=alert]:has-text('has taken this ticket meanwhile')")
    page.click("[data-live=change-assignee] button:has-text('Take it all the same')")
    page.wait_for_selector(".acts .flat:has-text('You')")


def test_without_scripts_the_rule_and_the_colleague_stand_on_the_same_page(
    chromium: Any, web: Web, address: str
) -> None:
    say(web, AMINA, "Сәлем")
    ticket = web.tickets()[0]["id"]
    narrow = {"width": 360, "height": 780}
    page = open_page(
        chromium, web, address, f"/dashboard/tickets/{ticket}#side", java_script_enabled=False, viewport=narrow
    )
    page.click("#change summary")
    page.fill(TAGS, "77000000107")
    page.press(TAGS, "Enter")
    assert "no @ and at most two digits" in page.inner_text("[data-live=change-tags]")
    assert page.input_value(TAGS) == "77000000107" and page.locator("#side:visible").count() == 1
    web.call("PATCH", f"/api/v1/tickets/{ticket}", {"assignee": "me"}, by="saule")
    page.select_option("select[name=assignee]", label="Болат Ахметов")
    page.click("[data-live=change-assignee] button")
    page.click("[data-live=change-assignee] button:has-text('Take it all the same')")
    assert web.tickets()[0]["assignee"] == web.staff["bolat"]
    page.context.close()


# -- what makes read


def test_the_line_stays_grows_and_goes_with_a_reload_once_read(page: Any, web: Web) -> None:
    line = page.locator(".fresh")
    assert line.inner_text() == "New messages: 1"
    page.wait_for_timeout(1500)
    assert unread(web) == 1, "a glance at a ticket that is nobody's"
    page.click("button[data-key=take]:visible")
    page.wait_for_selector(".acts .flat")
    wait_for(page, lambda: unread(web) == 0)
    say(web, AMINA, "Тағы бір хабарлама")
    sync_api.expect(line).to_have_text("New messages: 2", timeout=15_000)
    wait_for(page, lambda: unread(web) == 0)
    page.wait_for_timeout(4500)
    assert line.inner_text() == "New messages: 2"
    page.reload()
    page.wait_for_selector("[data-composer]")
    assert line.count() == 0


def test_what_is_not_in_view_or_not_looked_at_stays_unread(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Бірінші")
    ticket = web.tickets()[0]["id"]
    web.call("PATCH", f"/api/v1/tickets/{ticket}", {"assignee": "me"})
    page = open_page(chromium, web, address, f"/dashboard/tickets/{ticket}")
    wait_for(page, lambda: unread(web) == 0)
    for number in range(30):
        say(web, AMINA, f"Хабарлама {number}")
    page.evaluate("document.hasFocus = () => false")  # another window lies above
    page.wait_for_selector(".log:has-text('Хабарлама 29')", timeout=15_000)
    page.wait_for_timeout(3000)
    assert unread(web) == 30
    page.evaluate("document.querySelector('.talk').scrollTop = -1e6")  # the oldest ones
    page.evaluate("delete document.hasFocus")
    wait_for(page, lambda: unread(web) < 30)
    page.wait_for_timeout(2500)
    left = unread(web)
    assert 0 < left < 30, "what lies below the visible part is not read"
    page.evaluate("document.querySelector('.talk').scrollTop = 0")
    wait_for(page, lambda: unread(web) == 0)
    page.context.close()


def wait_for(page: Any, true: Any, seconds: int = 12) -> None:
    for _ in range(seconds * 4):
        if true():
            return
        page.wait_for_timeout(250)
    raise AssertionError("it did not come")


# -- back from a ticket to what was found


def test_back_and_forth_between_a_search_and_its_tickets(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Привет")
    page = open_page(chromium, web, address, "/dashboard")
    page.fill(".find input[name=q]", "77000000107")
    page.press(".find input[name=q]", "Enter")
    page.wait_for_selector("h1:has-text('Search')")
    assert page.locator(".row").count() == 1 and "77000000107" not in page.url
    page.click(".row .who a")
    page.wait_for_selector("[data-composer]")
    page.wait_for_timeout(6000)  # over a refresh
    assert page.locator(".slim .row").count() == 1, "the list beside the ticket is the search's"
    page.go_back()
    page.wait_for_selector("h1:has-text('Search')")
    assert page.locator(".row").count() == 1 and page.input_value(".find input[name=q]") == "77000000107"
    page.go_forward()
    page.wait_for_selector("[data-composer]")
    page.click("button[name=state][value=solved]")
    page.wait_for_selector("[data-live=head]:has-text('Solved')")
    assert page.locator(".slim .row").count() == 1
    page.keyboard.press("KeyU")
    page.wait_for_selector("main.list")
    assert page.locator(".row").count() == 1
    page.context.close()


# -- words at every width

WIDTHS = (360, 800, 1024, 1344, 1440)
BROKEN = """() => [...document.querySelectorAll('dt')].flatMap(dt => {
  const text = document.createTreeWalker(dt, NodeFilter.SHOW_TEXT).nextNode(), found = [];
  for (const one of text?.textContent.matchAll(/\\S+/g) ?? []) {
    const range = document.createRange();
    range.setStart(text, one.index);
    range.setEnd(text, one.index + one[0].length);
    if (range.getClientRects().length > 1) found.push(one[0]);
  }
  return found;
})"""
CUT = """() => [...document.querySelectorAll('.head .line > *')]
  .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow === 'hidden')
  .map(one => one.textContent)"""


@pytest.mark.parametrize(
    ("language", "opens", "urgent"), [("ru", "Открыть обращение", "Срочно"), ("kk", "Өтінішті ашу", "Шұғыл")]
)
def test_words_are_whole_at_every_width(
    chromium: Any, web: Web, address: str, language: str, opens: str, urgent: str
) -> None:
    tickets = fill(web)
    page = open_page(chromium, web, address, "/dashboard")
    page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
    page.wait_for_selector(f"html[lang={language}]")
    paths = ["/dashboard", "/dashboard/keys", "/dashboard?view=solved", "/dashboard/account"]
    paths += [f"/dashboard/tickets/{tickets['Амина']}{part}" for part in ("", "#side")]
    for path in paths:
        page.goto(f"{address}{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            name = f"{language} {width} {path}"
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{language}-{paths.index(path)}-{width}.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert page.evaluate(BROKEN) == [], name
            if "/tickets/" in path:
                assert page.evaluate(CUT) == [], name
                assert urgent in page.inner_text(".head .line") or "#side" in path, name
            else:
                menu, rail = page.locator(".bar .mid").is_visible(), page.locator(".rail").is_visible()
                assert menu != rail, f"{name}: the menu or the way to it"
            if path.endswith("keys"):
                assert opens in page.inner_text("main"), name
    page.context.close()
