"""A failed reply in Chromium: the red bubble with its reason, Send again, what the list says of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.web.chromium import CHROMIUM, SIZES, check, enter
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.delivered import replied, report, settle
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
SAID = "Message failed to send because this user's number is part of an experiment that was not named."


@pytest.fixture
def failed(web: Web) -> Iterator[tuple[str, str]]:
    """Amina's ticket with a reply that failed, and the customer's later words: the ids of ticket and reply."""
    say(web, AMINA, "Лифт жүрмейді, үшінші қабатта тұрмыз", kind="image", minutes_ago=50)
    ticket_id, message_id = replied(web, "Шебер шықты, қырық минутта сізде болады. Есікті ашып қойыңызшы.")
    report(web, message_id, "failed", "130472", SAID)
    settle(web, message_id)
    say(web, AMINA, "Лифт әлі тұр", kind="image", minutes_ago=3)
    say(web, DANIYAR, "Здравствуйте, как выгрузить отчёт?", minutes_ago=1)
    return ticket_id, message_id


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_failed_reply_in_every_language_and_width(
    chromium: Any, web: Web, address: str, failed: tuple[str, str], language: str
) -> None:
    ticket_id, message_id = failed
    for size, (width, height) in SIZES.items():
        page = enter(chromium, address, viewport={"width": width, "height": height})
        page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
        page.wait_for_selector(f"html[lang={language}]")
        row = page.locator("li.row").first
        assert row.get_attribute("data-id") == ticket_id
        assert "Шебер шықты" in row.inner_text() and "Лифт" not in row.inner_text()
        check(page, f"failed-queue-{language}-{size}")
        page.goto(f"{address}/dashboard/tickets/{ticket_id}")
        bubble = page.locator(f'[id="{message_id}"]')
        bubble.scroll_into_view_if_needed()
        assert "130472" in bubble.inner_text() and SAID in bubble.inner_text()
        check(page, f"failed-ticket-{language}-{size}")
        page.context.close()


def test_send_again_is_one_press_and_the_old_bubble_points_to_the_new_one(
    chromium: Any, web: Web, address: str, failed: tuple[str, str]
) -> None:
    ticket_id, message_id = failed
    page = enter(chromium, address)
    page.goto(f"{address}/dashboard/tickets/{ticket_id}")
    old = page.locator(f'[id="{message_id}"]')
    old.get_by_role("button", name="Send again").dblclick()
    page.wait_for_selector(f'[id="{message_id}"]:not(.failed)')

    assert page.get_by_role("button", name="Send again").count() == 0
    link = old.get_by_role("link", name="Sent again")
    new = page.locator(f'[id="{(link.get_attribute("href") or "").removeprefix("#")}"]')
    assert "Шебер шықты" in new.inner_text()
    texts = [one["text"] for one in web.ticket(ticket_id)["messages"] if one["direction"] == "out"]
    assert sum(text.startswith("Шебер") for text in texts) == 2
    link.click()
    assert new.is_visible()
    check(page, "sent-again")


def test_send_again_works_without_scripts(chromium: Any, web: Web, address: str, failed: tuple[str, str]) -> None:
    ticket_id, message_id = failed
    page = enter(chromium, address, java_script_enabled=False)
    page.goto(f"{address}/dashboard/tickets/{ticket_id}")
    page.locator(f'[id="{message_id}"]').get_by_role("button", name="Send again").click()
    page.wait_for_selector(f'[id="{message_id}"]:not(.failed)')
    assert page.get_by_role("link", name="Sent again").count() == 1
