"""Requests about data in Chromium: accessible, readable at every width, in every language; without scripts, too."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.certificates.check import CheckCertificate
from chalicelib.certificates.ledger import Signer
from chalicelib.core.clock import DAY
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.wiring import base as wiring
from tests.support.aws import Aws
from tests.support.erasure.certificates import SECRET, Office
from tests.support.web.asking import every_state, freeze, opened, read, through, with_box
from tests.support.web.chromium import CHROMIUM, SIZES, check, enter, fresh
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.serving import DANIYAR, fill, serve

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
__all__ = ["chromium"]
WIDER = """[...document.querySelectorAll('.case .btn')].filter(one =>
    one.getBoundingClientRect().right > one.closest('form, section').getBoundingClientRect().right + 1)
    .map(one => one.textContent)"""
"""Buttons that reach out of what they belong to."""


@pytest.fixture
def address(web: Web) -> Iterator[str]:
    with serve(web) as url:
        yield url


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_pages_in_every_language_and_width(chromium: Any, web: Web, address: str, language: str) -> None:
    made = every_state(web)
    made["late"] = opened(web, received_at=web.now - 30 * DAY, evidence="Хат 20 қараша, тіркелген пошта арқылы")
    for size, (width, height) in SIZES.items():
        page = enter(
            chromium, address, "dana", viewport={"width": width, "height": height},
            color_scheme="dark" if language == "ru" else "light",
        )  # fmt: skip
        page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
        page.wait_for_selector(f"html[lang={language}]")
        page.goto(f"{address}/dashboard/privacy")
        check(page, f"privacy-{language}-{size}")
        for state, request in made.items():
            page.goto(f"{address}/dashboard/privacy/{request.id}")
            check(page, f"case-{state}-{language}-{size}")
        page.goto(f"{address}/dashboard/privacy/new?contact={made['deciding'].contact_id}")
        check(page, f"new-{language}-{size}")
        for state in ("verifying", "destroying"):
            ticket = next(one for one in web.tickets() if one["contact"]["id"] == made[state].contact_id)
            page.goto(f"{address}/dashboard/tickets/{ticket['id']}{'#side' if size == '360' else ''}")
            check(page, f"ticket-{state}-{language}-{size}")
        page.context.close()


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_hold_in_every_language_and_width(chromium: Any, web: Web, address: str, language: str) -> None:
    grace = through(web, opened(web), Step.VERIFIED, state="grace", waits="grace", due_at=web.now - DAY)
    for size, (width, height) in SIZES.items():
        page = enter(
            chromium, address, "dana", viewport={"width": width, "height": height},
            color_scheme="dark" if language == "ru" else "light",
        )  # fmt: skip
        page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
        page.wait_for_selector(f"html[lang={language}]")
        page.goto(f"{address}/dashboard/privacy")
        page.click("header a[href$='/dashboard/privacy/hold']")
        check(page, f"hold-off-{language}-{size}")
        page.click(".btn.stop")
        page.wait_for_selector(".notice.warn")
        check(page, f"hold-on-{language}-{size}")
        for name, path in (("list", ""), ("case", f"/{grace.id}")):
            page.goto(f"{address}/dashboard/privacy{path}")
            assert page.locator(".notice.warn a[href$='/hold']").count() == 1
            check(page, f"hold-{name}-{language}-{size}")
        page.click(".notice.warn a[href$='/hold']")
        page.click(".own .btn.main")
        page.wait_for_selector(".own .ok")
        page.context.close()


def test_the_empty_list_and_the_widths_between(chromium: Any, web: Web, address: str) -> None:
    page = enter(chromium, address, "dana")
    page.goto(f"{address}/dashboard/privacy")
    check(page, "privacy-empty")
    fill(web)
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    for width in (801, 1000, 1100, 1345):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{address}/dashboard/privacy/{request.id}")
        check(page, f"case-{width}")
    page.context.close()


def test_a_request_without_scripts_from_the_ticket_to_the_decision(chromium: Any, web: Web, address: str) -> None:
    request = opened(web, DANIYAR)
    through(web, request, Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    page = enter(chromium, address, "dana", java_script_enabled=False)
    page.click(".rail a[href$='/dashboard/privacy']")
    page.click(".row a")
    page.select_option("[name=check]", "in_person")
    page.click("button[value=erase]")
    assert page.locator("button[value=agree]").count() == 0, "one alone decides nothing"
    assert not read(web, request.id).done(Step.VERIFIED)
    other = enter(chromium, address, "erlan", java_script_enabled=False)
    other.goto(f"{address}/dashboard/privacy/{request.id}")
    other.click("button[value=agree]")
    assert read(web, request.id).done(Step.VERIFIED)
    assert other.locator("button[value=erase]").count() == 0
    for one in (page, other):
        one.context.close()


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_telling_and_the_letter_in_every_language_and_width(
    chromium: Any, web: Web, address: str, language: str
) -> None:
    request = with_box(web)
    for size, (width, height) in SIZES.items():
        page = enter(
            chromium, address, "dana", viewport={"width": width, "height": height},
            color_scheme="dark" if language == "ru" else "light",
        )  # fmt: skip
        page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
        page.wait_for_selector(f"html[lang={language}]")
        page.goto(f"{address}/dashboard/privacy/{request.id}")
        check(page, f"telling-{language}-{size}")
        page.click("a[href$='/letter']")
        check(page, f"letter-{language}-{size}")
        page.context.close()
    proposed = {"decision": "refuse", "ground": "not_proved", "reason": "Хат бейтаныс мекенжайдан келді"}
    assert web.signed_in("dana").post(f"/dashboard/privacy/{request.id}/decision", proposed).status == 303
    for size, (width, height) in SIZES.items():
        page = enter(chromium, address, "erlan", viewport={"width": width, "height": height})
        page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
        page.wait_for_selector(f"html[lang={language}]")
        page.goto(f"{address}/dashboard/privacy/{request.id}")
        assert page.locator("button[value=agree]").count() == 1 and page.evaluate(WIDER) == []
        check(page, f"proposed-{language}-{size}")
        page.context.close()


def test_an_open_ticket_freezes_by_itself(chromium: Any, web: Web, address: str) -> None:
    request = opened(web, DANIYAR)
    page = enter(chromium, address)
    page.click(".row a:has-text('Данияр')")
    page.fill("textarea[name=text]", "Бұл жоба")
    freeze(web, request)
    page.wait_for_selector("[data-frozen]", timeout=15_000)
    assert "Данияр" not in page.content() and "Бұл жоба" not in page.content()
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_certificate_is_checked_by_anybody(
    chromium: Any, web: Web, address: str, aws: Aws, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    key = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    office = Office(web.dynamodb, web.tables, Signer(aws.client("kms"), key))
    monkeypatch.setattr(wiring, "check_certificate", lambda: CheckCertificate(office.ledger, office.signer))
    request = office.request()
    office.issue(request)
    for size, (width, height) in SIZES.items():
        page = fresh(chromium, viewport={"width": width, "height": height})
        page.goto(f"{address}/certificates?lang={language}&id={request.certificate_id}")
        check(page, f"certificate-form-{language}-{size}")
        page.fill("#secret", "wrong")
        page.click("button.main")
        page.wait_for_selector("[role=alert]")
        check(page, f"certificate-wrong-{language}-{size}")
        page.fill("#secret", SECRET)
        page.click("button.main")
        page.wait_for_selector(".certificate [role=status]")
        check(page, f"certificate-{language}-{size}")
        page.context.close()
