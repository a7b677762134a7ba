"""The steps of a first sign-in and the account page in Chromium: readable, accessible, useful without scripts."""

import secrets
from typing import Any

import pytest

from chalicelib.staff.login_throttle import CODE_LASTS
from chalicelib.wiring import web as wiring_web
from tests.support.web.chromium import CHROMIUM, SIZES, check
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.first_sign_in import OWN, TEMPORARY, DemandingPool, create_account, totp
from tests.support.web.first_sign_in import demanding as demanding

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]


def _page(chromium: Any, size: str, **context: Any) -> Any:
    width, height = SIZES[size]
    page = chromium.new_context(viewport={"width": width, "height": height}, **context).new_page()
    page.problems = []
    page.on("console", lambda one: page.problems.append(one.text) if "Content Security Policy" in one.text else None)
    page.on("pageerror", lambda one: page.problems.append(str(one)))
    return page


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("size", SIZES)
def test_the_first_sign_in_of_a_pool_that_demands_codes(
    chromium: Any, web: Web, address: str, demanding: DemandingPool, language: str, size: str
) -> None:
    who = create_account(web, TEMPORARY, permanent=False)
    page = _page(chromium, size, java_script_enabled=True, color_scheme="dark" if language == "ru" else "light")
    page.goto(f"{address}/dashboard/sign-in?lang={language}")
    page.fill("#email", who.email)
    page.fill("#password", TEMPORARY)
    page.click(".btn.main")
    page.wait_for_selector("#new-password")
    check(page, f"first-password-{language}-{size}")
    page.fill("#new-password", f"{OWN}-{secrets.token_hex(2)}")
    page.fill("#repeat", OWN)
    page.click(".btn.main")
    page.wait_for_selector("[role=alert]")
    check(page, f"first-differ-{language}-{size}")
    page.fill("#new-password", OWN)
    page.fill("#repeat", OWN)
    page.click(".btn.main")
    page.wait_for_selector(".qr svg")
    check(page, f"first-application-{language}-{size}")
    assert page.locator(".qr").bounding_box()["width"] >= 180, "a phone can read the picture from a desk away"
    page.fill("#code", totp(page.inner_text(".key").replace(" ", "")))
    page.click(".btn.main")
    page.wait_for_selector(".app")
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("size", SIZES)
def test_an_application_without_scripts(chromium: Any, web: Web, address: str, language: str, size: str) -> None:
    who = create_account(web, OWN, permanent=True)
    wiring_web.staff().set_language(who.sub, language)
    page = _page(chromium, size)
    page.goto(f"{address}/dashboard/sign-in")
    page.fill("#email", who.email)
    page.fill("#password", OWN)
    page.click(".btn.main")
    page.goto(f"{address}/dashboard/account")
    check(page, f"account-off-{language}-{size}")
    cookies = page.context.cookies()
    page.context.close()
    page = _page(chromium, size, java_script_enabled=False)
    page.context.add_cookies(cookies)
    page.goto(f"{address}/dashboard/account")
    page.fill("#password", OWN)
    page.click(".own .btn.main")
    key = page.locator(".key").inner_text().replace(" ", "")
    page.fill("#code", totp(key))
    page.click(".own .btn.main")
    assert page.locator(".own .ok").count() == 1
    looked_at = _page(chromium, size)
    looked_at.context.add_cookies(cookies)
    looked_at.goto(f"{address}/dashboard/account")
    check(looked_at, f"account-on-{language}-{size}")
    looked_at.context.close()
    page.fill("#password", OWN)
    web.advance(CODE_LASTS + 1)  # the code that switched it on is used
    page.fill("#code", totp(key))
    page.click(".own .btn.stop")
    assert page.locator(".own .ok").count() == 0
    page.context.close()
