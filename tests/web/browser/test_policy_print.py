"""The policy on paper: nothing is cut off, and what only a screen needs is not printed."""

from typing import Any

import pytest

from tests.support.web.chromium import CHROMIUM, SHOTS, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
A4 = {"width": 657, "height": 987}
"""What the margins of 18 mm leave of a sheet, in CSS pixels."""
CUT_OFF = """() => [...document.querySelectorAll('.wrap, main, body')]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.tagName + one.className)"""
SHOWN = """() => ['.langs', '.toc', '.skip']
    .filter(one => getComputedStyle(document.querySelector(one)).display != 'none')"""


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_policy_fits_on_a_sheet_in_dark_on_light(chromium: Any, address: str, language: str) -> None:
    page = fresh(chromium, viewport=A4, color_scheme="dark")
    page.goto(f"{address}/policy?lang={language}")
    page.emulate_media(media="print")
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SHOWN) == []
    ink = page.evaluate("() => getComputedStyle(document.querySelector('main p')).color")
    assert max(map(int, ink.removeprefix("rgb(").removesuffix(")").split(", "))) < 128, ink
    assert page.pdf(format="A4", path=f"{SHOTS}/policy-{language}.pdf" if SHOTS else None)
    page.context.close()
