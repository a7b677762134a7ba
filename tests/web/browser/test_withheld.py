"""The supervisors' page in Chromium: accessible, readable at every width and in every language."""

from typing import Any

import pytest

from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.same_text import MOST_PEOPLE
from chalicelib.wiring import web as wiring_web
from tests.support.web.chromium import CHROMIUM, SIZES, check, enter
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
SALE = (
    "Акция! Скидка 30 % на все терминалы до пятницы, https://example.kz/sale-for-everybody-who-reads-this-long-address"
)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_page_of_replies_that_wait(chromium: Any, web: Web, address: str, language: str) -> None:
    say(web, AMINA, "Сәлем")
    (ticket,) = web.tickets()
    texts = wiring_web.reply().same_texts
    for one in range(MOST_PEOPLE):
        use = texts.use("whatsapp", f"somebody-{one}", ReplyContent(SALE), web.now)
        assert use is not None
        assert texts.tables.transact(use.counted(texts.tables)) is None
    body = {"text": SALE, "client_id": "page-1"}
    assert web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", body).json["status"] == "withheld"
    for size, (width, height) in SIZES.items():
        page = enter(chromium, address, "madina", viewport={"width": width, "height": height})
        page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
        page.wait_for_selector(f"html[lang={language}]")
        page.goto(f"{address}/dashboard/withheld")
        check(page, f"withheld-{language}-{size}")
        page.goto(f"{address}/dashboard/tickets/{ticket['id']}")
        check(page, f"withheld-ticket-{language}-{size}")
        page.context.close()
