"""A withdrawal that comes while a colleague types: the page learns of it, refuses what may not leave, and keeps the
words."""

from typing import Any

import pytest

from chalicelib.privacy.requests.vocabulary import Step
from tests.support.web.asking import contact_of, opened, through
from tests.support.web.chromium import CHROMIUM, SIZES, check
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.composing import TEXT, texts, ticket_page, told
from tests.support.web.desk import Web
from tests.support.web.drafts import reply, suppress
from tests.support.web.serving import AMINA, say

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]


def withdraw(web: Web) -> str:
    request = through(web, opened(web, AMINA), Step.OUTREACH_PAUSED, state="verifying")
    suppress(web, request.contact_id)
    return str(contact_of(web, AMINA)["id"])


def test_the_open_page_learns_of_it_and_the_typed_words_stay(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Терминал қосылмайды")
    page = ticket_page(chromium, web, address)
    page.fill(TEXT, "Өшіріп қайта қосыңыз")
    ticket_id = withdraw(web)
    page.wait_for_selector(".composer .notice:has-text('You may answer the customer')", timeout=15_000)
    assert page.input_value(TEXT) == "Өшіріп қайта қосыңыз"
    page.press(TEXT, "Control+Enter")
    page.wait_for_selector("[data-composer=suppressed]", timeout=15_000)
    assert texts(web) == ["Өшіріп қайта қосыңыз"]
    say(web, AMINA, "Рақмет, ал кепілдік ше?")
    page.wait_for_selector("[data-composer=open]", timeout=15_000)
    page.fill(TEXT, "Бізде акция бар")
    assert reply(web, ticket_id, "Бір жыл").status == 201
    page.press(TEXT, "Control+Enter")
    told(page, "Not sent. The customer has withdrawn consent")
    page.wait_for_selector("[data-composer=suppressed]")
    assert page.input_value(TEXT) == "Бізде акция бар"
    assert texts(web)[-1] == "Бір жыл"
    page.reload()
    assert page.input_value(TEXT) == "Бізде акция бар"
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_banner_and_the_closed_box_in_every_language_and_width(
    chromium: Any, web: Web, address: str, language: str
) -> None:
    say(web, AMINA, "Терминал қосылмайды")
    ticket_id = withdraw(web)
    for part in ("open", "closed"):
        for size, (width, height) in SIZES.items():
            page = ticket_page(chromium, web, address, viewport={"width": width, "height": height})
            page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
            page.wait_for_selector(f"html[lang={language}]")
            page.wait_for_timeout(1500)
            check(page, f"withdrawn-{part}-{language}-{size}")
            page.context.close()
        if part == "open":
            assert reply(web, ticket_id, "Жауап").status == 201
