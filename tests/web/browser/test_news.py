"""News by mail in Chromium: the public page, what lies behind its links, and the pages of staff, wide and narrow, in
three languages."""

from typing import Any

import pytest

from chalicelib.core.clock import SECOND
from chalicelib.core.languages import LANGUAGES
from chalicelib.web.http.watch import PERIOD
from tests.support.web.asking import set_state
from tests.support.web.chromium import CHROMIUM, SIZES, check, enter, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.mailings import GULNUR, TEXTS, Mailbox, path_in
from tests.support.web.mailings import mailbox as mailbox
from tests.support.web.mailings import provider as provider

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_page_and_what_lies_behind_its_links(
    chromium: Any, web: Web, address: str, mailbox: Mailbox, language: str, size: str
) -> None:
    width, height = SIZES[size]
    page = fresh(
        chromium,
        viewport={"width": width, "height": height},
        color_scheme="dark" if size == "360" else None,
        java_script_enabled=True,
    )
    page.goto(f"{address}/news?lang={language}")
    check(page, f"news-{language}-{size}")
    page.fill("#email", "gulnur@example")
    web.advance(5)
    page.click("main .btn.main")
    page.wait_for_selector("[role=alert]")
    check(page, f"news-wrong-{language}-{size}")
    page.fill("#email", GULNUR)
    page.check("#news")
    web.advance(5)
    page.click("main .btn.main")
    page.wait_for_selector("main:not(:has(form))")
    check(page, f"news-sent-{language}-{size}")
    page.goto(f"{address}{mailbox.confirmation()}?lang={language}")
    check(page, f"news-confirm-{language}-{size}")
    page.click("main .btn.main")
    page.wait_for_selector("main:not(:has(form))")
    check(page, f"news-confirmed-{language}-{size}")
    mailbox.mailing()
    page.goto(f"{address}{path_in(mailbox.mails()[-1], '/news/end/')}?lang={language}")
    check(page, f"news-end-{language}-{size}")
    page.click("main .btn.main")
    page.wait_for_selector("main:not(:has(form))")
    check(page, f"news-ended-{language}-{size}")
    page.context.close()


def test_the_page_of_somebody_who_is_destroyed_meanwhile_shows_them_no_more(
    chromium: Any, web: Web, address: str, mailbox: Mailbox
) -> None:
    contact_id = mailbox.subscribe()
    page = enter(chromium, address)
    page.goto(f"{address}/dashboard/contacts/{contact_id}")
    assert GULNUR in page.content()
    set_state(web, contact_id, "erasing")
    page.wait_for_selector("[data-code=erasing]", timeout=25_000)
    assert GULNUR not in page.content()
    page.context.close()


def test_the_page_of_somebody_who_is_gone_shows_them_no_more(
    chromium: Any, web: Web, address: str, mailbox: Mailbox
) -> None:
    contact_id = mailbox.subscribe()
    page = enter(chromium, address)
    page.goto(f"{address}/dashboard/contacts/{contact_id}")
    key = {"pk": {"S": f"contact#{contact_id}"}, "sk": {"S": "contact"}}
    web.dynamodb.delete_item(TableName=web.tables["desk"], Key=key)
    web.advance(PERIOD // SECOND)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("[data-gone=gone]", timeout=25_000)
    assert GULNUR not in page.content()
    page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_staff(chromium: Any, web: Web, address: str, mailbox: Mailbox, language: str) -> None:
    contact_id = mailbox.subscribe()
    path = mailbox.write()
    for size, (width, height) in SIZES.items():
        page = enter(chromium, address, "madina", viewport={"width": width, "height": height})
        page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
        page.wait_for_selector(f"html[lang={language}]")
        page.goto(f"{address}/dashboard/mailings")
        check(page, f"mailings-{language}-{size}")
        page.goto(f"{address}{path}")
        check(page, f"mailing-{language}-{size}")
        page.goto(f"{address}/dashboard/contacts/{contact_id}")
        check(page, f"contact-of-subscriber-{language}-{size}")
        page.context.close()
    officer = enter(chromium, address, "dana")
    officer.goto(f"{address}/dashboard/contacts/{contact_id}")
    check(officer, f"contact-of-officer-{language}")
    officer.context.close()
    mailbox.release(path)
    mailbox.send()
    page = enter(chromium, address, "madina")
    page.goto(f"{address}{path}")
    check(page, f"mailing-sent-{language}")
    page.context.close()
    assert TEXTS
