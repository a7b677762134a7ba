"""The consent to the transfer abroad beside a ticket and on the officer's page, in Chromium: whole in each language."""

from typing import Any

import pytest

from chalicelib.core.working_days import day_of
from tests.support.web.chromium import CHROMIUM, SIZES, check, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.drafts import reply
from tests.support.web.serving import AMINA, say

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]


def entered(chromium: Any, web: Web, address: str, language: str, path: str, size: tuple[int, int]) -> Any:
    page = fresh(chromium, viewport={"width": size[0], "height": size[1]})
    page.context.add_cookies([{"name": "desk", "value": web.session("dana", "page"), "url": address}])
    page.goto(f"{address}/dashboard")
    page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
    page.wait_for_selector(f"html[lang={language}]")
    page.goto(f"{address}{path}")
    return page


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_an_officer_enters_a_refusal_and_the_ticket_says_what_may_leave(
    chromium: Any, web: Web, address: str, language: str
) -> None:
    say(web, AMINA, "Сәлем")
    (ticket,) = web.tickets()
    form = f"/dashboard/privacy/new?contact={ticket['contact']['id']}"
    page = entered(chromium, web, address, language, form, SIZES["1440"])
    check(page, f"transfer-form-{language}-1440")
    page.check("[name=answer][value=no]")
    page.fill("#transfer-received", "2019-01-01")
    page.evaluate("document.querySelector('#transfer-received').removeAttribute('min')")
    page.locator("form[action$='privacy/transfer#transfer'] button.btn").click()
    page.wait_for_selector("#why-transfer")
    check(page, f"transfer-refused-{language}-1440")
    page.fill("#transfer-received", day_of(web.now))
    page.locator("form[action$='privacy/transfer#transfer'] button.btn").click()
    page.wait_for_selector("#why-transfer", state="detached")
    page.context.close()
    reply(web, ticket["id"], "Жауап")
    for size, measures in SIZES.items():
        path = f"/dashboard/tickets/{ticket['id']}{'' if size == '1440' else '#side'}"
        page = entered(chromium, web, address, language, path, measures)
        page.wait_for_selector("#side", state="attached")
        check(page, f"transfer-{language}-{size}")
        page.context.close()
