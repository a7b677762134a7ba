"""The picker of templates in Chromium: the preview follows what is typed, and it is sent."""

from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.provider_templates.store import TemplateStore
from chalicelib.wiring import base as wiring
from tests.support.delivery.templates import BUSINESS, SHOWN, template
from tests.support.people import WHATSAPP_ACCOUNT
from tests.support.web.chromium import CHROMIUM
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.composing import texts, ticket_page
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]


def test_the_preview_follows_what_is_typed_and_the_template_is_sent(chromium: Any, web: Web, address: str) -> None:
    say(web, AMINA, "Сәлем")
    web.advance(DAY // 1000 + 1)
    web.tokens.clear()
    store = TemplateStore(wiring.gateway())
    store.note("whatsapp", WHATSAPP_ACCOUNT, BUSINESS, web.now)
    store.put(BUSINESS, template(), web.seconds)
    page = ticket_page(chromium, web, address)

    page.fill("[data-fills='body.1']", "Амина")
    page.fill("[data-fills='body.2']", "тіркелім")

    assert page.inner_text(".picker .msg p").strip() == SHOWN
    page.fill("[data-fills='body.2']", "")
    assert "{{2}}" in page.inner_text(".picker .msg p")
    page.fill("[data-fills='body.2']", "тіркелім")
    page.click(".picker button:has-text('Send the template')")
    page.wait_for_selector(".log .msg.out:has-text('тіркелім')")
    assert texts(web) == [SHOWN]
