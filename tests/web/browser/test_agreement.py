"""What stands beside a ticket of an agreement, and the sidebar, in Chromium: whole in each language, for each role."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.kept_for import KeptFor
from chalicelib.core.working_days import day_of
from chalicelib.profile.model import Retention
from chalicelib.staff.model import ALL_ROLES
from chalicelib.wiring import web as wiring_web
from tests.support.forgetting import forget_wiring
from tests.support.web.chromium import CHROMIUM, SIZES, check, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
CUT = """where => [...document.querySelectorAll(where)].filter(one => one.scrollWidth > one.clientWidth + 1)
    .map(one => one.textContent)"""


def entered(chromium: Any, web: Web, address: str, name: str, language: str, path: str, size: tuple[int, int]) -> Any:
    page = fresh(chromium, viewport={"width": size[0], "height": size[1]})
    page.context.add_cookies([{"name": "desk", "value": web.session(name, "page"), "url": address}])
    page.goto(f"{address}/dashboard")
    page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
    page.wait_for_selector(f"html[lang={language}]")
    page.goto(f"{address}{path}")
    return page


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_end_of_an_agreement_is_noted(
    chromium: Any, web: Web, address: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = property(lambda self: KeptFor(3, "years", self.id in ("ticket", "contact")))
    monkeypatch.setattr(Retention, "kept", kept)
    forget_wiring()
    say(web, AMINA, "Сәлем")
    (ticket,) = web.tickets()
    for size, measures in SIZES.items():
        path = f"/dashboard/tickets/{ticket['id']}{'' if size == '1440' else '#side'}"
        page = entered(chromium, web, address, "bolat", language, path, measures)
        page.wait_for_selector("#f-ended")
        check(page, f"agreement-{language}-{size}")
        page.fill("#f-ended", day_of(web.now))
        page.locator("#f-ended + .btn").click()
        page.wait_for_selector("[name=lasts]")
        check(page, f"agreement-ended-{language}-{size}")
        page.evaluate("document.querySelector('[name=lasts]').click()")
        page.wait_for_selector("[name=lasts]", state="detached")
        page.context.close()


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_sidebar_is_whole_for_every_role(chromium: Any, web: Web, address: str, language: str) -> None:
    everything = wiring_web.staff().get(web.staff["aigul"])
    assert everything is not None
    wiring_web.staff().put(replace(everything, roles=frozenset(map(str, ALL_ROLES))))
    for name in ("bolat", "madina", "dana", "aigul"):
        page = entered(chromium, web, address, name, language, "/dashboard", SIZES["1440"])
        assert page.evaluate(CUT, ".rail .cut, .rail small") == [], f"{name} {language}"
        check(page, f"sidebar-{name}-{language}")
        page.context.close()
