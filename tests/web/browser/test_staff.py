"""Ending access and giving it again, and the undertaking in one's own language, in Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.web.chromium import CHROMIUM, check, enter
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
__all__ = ["chromium"]


@pytest.fixture
def address(web: Web) -> Iterator[str]:
    with serve(web) as url:
        yield url


@pytest.mark.parametrize("size", [(1440, 900), (360, 780)])
def test_access_ends_after_a_question_and_can_be_given_again(
    chromium: Any, address: str, size: tuple[int, int]
) -> None:
    page = enter(chromium, address, "aigul", viewport={"width": size[0], "height": size[1]})
    page.goto(f"{address}/dashboard/staff")
    row = page.locator("tr", has_text="bolat@")
    row.locator("summary").click()
    assert "Tickets stay assigned" in row.inner_text()
    check(page, f"end-access-{size[0]}")
    row.locator("summary").click()
    assert not row.locator("form[action$=revoke] button").is_visible(), "the question is put away and nothing is done"

    row.locator("summary").click()
    row.locator("form[action$=revoke] button").click()
    page.wait_for_selector("tr:has-text('bolat@') form[action$=restore]")
    check(page, f"access-ended-{size[0]}")
    page.locator("tr", has_text="bolat@").locator("form[action$=restore] button").click()
    page.wait_for_selector("tr:has-text('bolat@') form[action$=revoke]", state="attached")
    enter(chromium, address, "bolat").context.close()


def test_the_undertaking_is_read_in_ones_own_language(chromium: Any, address: str) -> None:
    page = enter(chromium, address, "newcomer")
    for language, words in (("kk", "Құпиялылық"), ("ru", "конфиденциальност")):
        page.click(f".langs [value={language}]")
        page.wait_for_selector(f"html[lang={language}]")
        assert words.lower() in page.locator("h1").inner_text().lower()
        assert page.url.endswith("/dashboard/undertaking")
        check(page, f"undertaking-{language}")
