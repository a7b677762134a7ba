"""What is kept and who is told, in Chromium: the numbers that remain, and a request with recipients and grounds."""

from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from chalicelib.retention.statistics import Cell, StatisticsStore
from chalicelib.wiring import base as wiring
from tests.support.web.asking import opened, through
from tests.support.web.chromium import CHROMIUM, SIZES, check, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
COUNTED = {Cell("whatsapp", "kk", "day", "касса,жаңа клиент"): 12, Cell("email", "ru", "longer", ""): 3,
           Cell("telegram", "", "hour", ""): 4}  # fmt: skip


def shown(chromium: Any, web: Web, address: str, name: str, language: str, path: str, size: str) -> None:
    """The page is whole, and clean."""
    page = fresh(chromium, viewport=dict(zip(("width", "height"), SIZES[size], strict=True)))
    page.context.add_cookies([{"name": "desk", "value": web.session(name, "page"), "url": address}])
    page.goto(f"{address}/dashboard")
    page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
    page.wait_for_selector(f"html[lang={language}]")
    page.goto(f"{address}{path}")
    check(page, f"{path.split('/')[2]}-{language}-{size}")
    page.context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_numbers_that_remain(
    chromium: Any, web: Web, address: str, language: str, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Profile, "anonymises", property(lambda self: True))
    store = StatisticsStore(wiring.gateway())
    monkeypatch.setattr(store, "_counts", lambda month: COUNTED)
    store.publish("2026-05", web.now)
    shown(chromium, web, address, "madina", language, "/dashboard/statistics", size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_request_with_recipients_and_grounds(
    chromium: Any, web: Web, address: str, language: str, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(load_profile("spoint")), "retain", load_profile("smartaqkol").retain)
    one = through(web, opened(web), Step.VERIFIED, state="telling", waits="told", due_at=web.now + DAY)
    shown(chromium, web, address, "dana", language, f"/dashboard/privacy/{one.id}", size)
