"""Pages in Chromium: accessible, readable at every width and in every language, useful without scripts."""

import re
from typing import Any

import pytest

from tests.support.web.chromium import CHROMIUM, SHOTS, SIZES, check, enter
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, fill, say

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_pages_in_every_language_and_width(chromium: Any, web: Web, address: str, language: str) -> None:
    tickets = fill(web)
    for size, (width, height) in SIZES.items():
        page = enter(
            chromium, address, viewport={"width": width, "height": height},
            color_scheme="dark" if language == "ru" and size == "360" else "light",
        )  # fmt: skip
        page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
        page.wait_for_selector(f"html[lang={language}]")
        check(page, f"queue-{language}-{size}")
        for name in ("Амина", "Виктория", "Бекмұхамбетова"):
            page.goto(f"{address}/dashboard/tickets/{tickets[name]}")
            check(page, f"ticket-{language}-{size}-{tickets[name] if not SHOTS else list(tickets).index(name)}")
        page.goto(f"{address}/dashboard/tickets/{tickets['Амина']}")
        page.goto(address + page.locator(".as-request").first.get_attribute("href"))
        check(page, f"recognised-{language}-{size}")
        if size == "360":
            page.goto(f"{address}/dashboard/tickets/{tickets['Амина']}#side")
            check(page, f"side-{language}-{size}")
            page.goto(f"{address}/dashboard#menu")
            check(page, f"menu-{language}-{size}")
        page.goto(f"{address}/dashboard?view=solved")
        check(page, f"empty-{language}-{size}")
        page.goto(f"{address}/dashboard/keys")
        check(page, f"keys-{language}-{size}")
        page.context.clear_cookies()
        page.goto(f"{address}/dashboard/sign-in?lang={language}")
        check(page, f"signin-{language}-{size}")
        page.context.close()


def test_other_pages(chromium: Any, web: Web, address: str) -> None:
    for size, (width, height) in SIZES.items():
        view = {"width": width, "height": height}
        page = enter(chromium, address, "newcomer", viewport=view)
        check(page, f"undertaking-{size}")
        page.context.close()
        page = enter(chromium, address, "aigul", viewport=view)
        page.goto(f"{address}/dashboard/staff")
        check(page, f"staff-{size}")
        page.goto(f"{address}/dashboard/tickets/{'0' * 20}")
        check(page, f"error-{size}")
        page.context.close()


def test_the_window_and_the_block_take_the_place_of_the_reply_box(chromium: Any, web: Web, address: str) -> None:
    from chalicelib.channels.parts import ReachChanged

    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Привет")
    web.reach(ReachChanged("telegram", "100000001", DANIYAR, True, web.seconds))
    web.advance(25 * 3600)
    page = enter(chromium, address)
    for name, who in (("window", "Амина"), ("blocked", "Данияр")):
        page.goto(f"{address}/dashboard")
        page.click(f".row a:has-text('{who}')")
        page.wait_for_selector("[data-composer]")
        assert page.get_attribute("[data-composer]", "data-composer") == name
        assert page.locator("textarea[name=text]").count() == 0
        check(page, f"composer-{name}")
    page.context.close()


def test_a_day_without_scripts(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Терминал қосылмайды")
    page = enter(chromium, address, java_script_enabled=False)
    page.click(".row a:has-text('Амина')")
    page.fill("textarea[name=text]", "Қазір көмектесеміз")
    page.click(".pane.reply button:has-text('Keep as draft')")
    page.click("button[name=assignee][value=me]")
    assert page.input_value("textarea[name=text]") == "Қазір көмектесеміз"
    page.click(".pane.reply [data-send]")
    assert "Қазір көмектесеміз" in page.inner_text(".log")
    page.click("label[for=mode-comment]")
    page.fill("textarea[name=note]", "Роутерді тексеру")
    page.click(".pane.comment [data-send]")
    assert "Internal comment, the customer does not see it" in page.inner_text(".note")
    page.click("button[name=state][value=solved]")
    assert "Solved" in page.inner_text("[data-live=head]")
    page.context.close()


def test_what_arrives_appears_by_itself_and_typed_text_stays(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Бірінші хабарлама")
    page = enter(chromium, address)
    page.click(".row a:has-text('Амина')")
    page.fill("textarea[name=text]", "Жауаптың басы")
    say(web, AMINA, "Екінші хабарлама")
    page.wait_for_selector(".log:has-text('Екінші хабарлама')", timeout=15_000)
    assert page.input_value("textarea[name=text]") == "Жауаптың басы"
    page.press("textarea[name=text]", "Control+Enter")
    page.wait_for_selector(".msg.out:has-text('Жауаптың басы')")
    assert page.input_value("textarea[name=text]") == ""
    page.context.close()


def test_the_closed_window_opens_without_reloading(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Сәлем")
    web.advance(25 * 3600)
    page = enter(chromium, address)
    page.click(".row a:has-text('Амина')")
    page.wait_for_selector("[data-composer=window]")
    page.click("label[for=mode-comment]")
    page.fill("textarea[name=note]", "Күтеміз")
    say(web, AMINA, "Мен қайттым")
    page.wait_for_selector("[data-composer=open]", timeout=15_000)
    assert page.input_value("textarea[name=note]") == "Күтеміз"
    page.context.close()


def test_the_keyboard_works_on_any_layout(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Привет")
    page = enter(chromium, address)
    page.keyboard.press("KeyJ")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-composer]")
    page.keyboard.press("KeyC")
    assert page.evaluate("document.activeElement.name") == "note"
    page.keyboard.press("Escape")
    page.keyboard.press("KeyR")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.press("Escape")
    page.keyboard.press("KeyE")
    page.wait_for_selector("[data-live=head]:has-text('Solved')")
    page.keyboard.press("KeyU")
    page.wait_for_selector("main.list")
    page.keyboard.press("Slash")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Escape")
    page.keyboard.press("KeyG")
    page.keyboard.press("KeyD")
    page.wait_for_selector("h1:has-text('Solved')")
    assert re.search("view=solved", page.url)
    page.context.close()
