"""Pages in Chromium, checked for accessibility, width and policy."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import PROJECT
from tests.support.web.desk import Web
from tests.support.web.serving import serve
from tests.support.web.visiting import PASSWORD, email

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
AXE = (PROJECT / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OUTSIDE = """() => [...document.querySelectorAll('.msg > :not(.react)')].filter(one => {
    const [part, whole] = [one, one.parentElement].map(each => each.getBoundingClientRect());
    return part.left < whole.left - 1 || part.right > whole.right + 1 || part.bottom > whole.bottom + 1;
}).map(one => one.outerHTML.slice(0, 120))"""
"""What of a message does not lie within its bubble."""
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def address(web: Web) -> Iterator[str]:
    with serve(web) as url:
        yield url


def fresh(chromium: Any, **context: Any) -> Any:
    """Return a fresh page that notes what its policy refuses and what breaks in it."""
    page = chromium.new_context(**{"locale": "en-GB", "bypass_csp": False, **context}).new_page()
    problems: list[str] = []
    page.on("console", lambda one: problems.append(one.text) if "Content Security Policy" in one.text else None)
    page.on("pageerror", lambda one: problems.append(str(one)))
    page.problems = problems
    return page


def enter(chromium: Any, address: str, name: str = "bolat", **context: Any) -> Any:
    """Sign in on a fresh page and return it."""
    page = fresh(chromium, **context)
    page.goto(f"{address}/dashboard")
    page.fill("#email", email(name))
    page.fill("#password", PASSWORD)
    page.click(".btn.main")
    page.wait_for_selector(".app, form[action$=undertaking]")
    return page


def check(page: Any, name: str) -> None:
    """No violation of accessibility rules, nothing wider than the window, nothing refused by the policy."""
    assert page.locator(".mono:has-text('500 error')").count() == 0, f"{name}: the page broke"
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name}: {wide} px wider than the window"
    outside = page.evaluate(OUTSIDE)
    assert outside == [], f"{name}: outside of its message: {outside}"
    assert page.problems == [], (name, page.problems)
    # The page's own policy forbids foreign scripts, so the checker comes by the debugging protocol.
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE})
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(r => r.violations.map(v =>"
        " [v.id, v.nodes.map(n => n.html.slice(0, 160) + ' | ' + n.failureSummary.slice(0, 160))]))",
        RULES,
    )
    assert found == [], f"{name}: {found}"


SIZES = {"1440": (1440, 900), "360": (360, 780)}
