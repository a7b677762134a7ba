"""A part that the desk keeps, in Chromium: choosing and reading it at every width and language, without scripts too."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.working_days import day_of
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.profile.load import load_profile
from tests.support.erasure.keeping import KEEPS_HERE
from tests.support.web.asking import mark, opened, read, through
from tests.support.web.chromium import CHROMIUM, SIZES, check, enter
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.kept import kept
from tests.support.web.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
__all__ = ["chromium"]


@pytest.fixture
def address(web: Web, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setitem(vars(load_profile("spoint")), "retain", KEEPS_HERE.retain)
    with serve(web) as url:
        yield url


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_choosing_and_reading_in_every_language_and_width(chromium: Any, web: Web, address: str, language: str) -> None:
    undecided = through(
        web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY
    )
    both = {"by": [web.staff["dana"], web.staff["erlan"]], "until": web.now + HOUR}
    request = mark(web, kept(web), part_opened=both)
    for size, (width, height) in SIZES.items():
        page = enter(
            chromium, address, "dana", viewport={"width": width, "height": height},
            color_scheme="dark" if language == "ru" else "light",
        )  # fmt: skip
        page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
        page.wait_for_selector(f"html[lang={language}]")
        page.goto(f"{address}/dashboard/privacy/{undecided.id}")
        page.locator("[name=keep_message_text]").scroll_into_view_if_needed()
        check(page, f"keep-choose-{language}-{size}")
        page.goto(f"{address}/dashboard/privacy/{request.id}")
        check(page, f"keep-case-{language}-{size}")
        page.goto(f"{address}/dashboard/privacy/{request.id}/kept")
        check(page, f"keep-read-{language}-{size}")
        page.context.close()


def test_an_open_page_shows_it_for_no_longer_than_it_may_be_read(chromium: Any, web: Web, address: str) -> None:
    both = {"by": [web.staff["dana"], web.staff["erlan"]], "until": web.now + HOUR}
    request = mark(web, kept(web), part_opened=both)
    page = enter(chromium, address, "dana")
    page.clock.install()
    page.goto(f"{address}/dashboard/privacy/{request.id}/kept")
    page.clock.fast_forward("59:00")
    assert page.locator("[data-until]").count() == 1 and "What is kept" in page.content()
    web.advance(3_601)
    page.clock.fast_forward("01:02")
    page.wait_for_selector("[data-code=not_opened]", timeout=15_000)
    assert "What is kept" not in page.content()
    page.context.close()


def test_it_is_chosen_without_scripts(chromium: Any, web: Web, address: str) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    page = enter(chromium, address, "dana", java_script_enabled=False)
    page.goto(f"{address}/dashboard/privacy/{request.id}")
    page.check("[name=keep_message_text]")
    page.check("[name=keep_ticket_data]")
    page.fill("#until-claims", day_of(web.now + 9 * DAY))
    page.click("button[value=retain]")
    proposal = read(web, request.id).proposal
    assert proposal and proposal.categories == ("message_text", "ticket_data")
    page.context.close()
