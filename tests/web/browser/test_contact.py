"""The form and the private link in Chromium: without scripts too, wide and narrow, in three languages."""

import pytest
from playwright.sync_api import Browser

from chalicelib.core.languages import LANGUAGES
from tests.support.filled_forms import TEXT
from tests.support.pictures import png
from tests.support.web.chromium import CHROMIUM, SIZES, check, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.contact import FILE_NAME, Visitor, deliver, reply_with_files
from tests.support.web.desk import Web
from tests.support.web.files import bucket as bucket

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
LONG = "Ұзын жауап: " + "келісім" * 40


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_and_what_lies_behind_its_link(
    chromium: Browser, web: Web, address: str, language: str, size: str
) -> None:
    width, height = SIZES[size]
    page = fresh(chromium, viewport={"width": width, "height": height}, color_scheme="dark" if size == "360" else None)
    page.goto(f"{address}/contact?lang={language}")
    check(page, f"contact-{language}-{size}")
    assert not page.locator("#website").is_visible() or page.locator("#website").bounding_box()["x"] < 0
    page.fill("#full_name", "Әбдірахманқызы Гүлнұр-Айсұлу")
    page.fill("#email", "gulnur@example")
    web.advance(5)
    page.click("main .btn.main")
    page.wait_for_selector("[role=alert]")
    check(page, f"contact-wrong-{language}-{size}")
    assert page.locator("[aria-invalid]").count() == 3 and page.input_value("#email") == "gulnur@example"
    page.click("[role=alert] a >> nth=0")
    page.fill("#email", "gulnur@example.kz")
    page.fill("#text", TEXT)
    page.check("#consent")
    web.advance(5)
    page.click("main .btn.main")
    page.wait_for_url("**/contact/r/*")
    (ticket,) = web.tickets()
    web.advance(60)
    reply = {"text": LONG, "client_id": "1", "choices": ["Бірінші касса", "Екінші"]}
    assert web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", reply).status == 201
    deliver(web)
    page.reload()
    assert page.locator(".said .msg").count() == 3 and page.locator(f"text={TEXT}").is_visible()
    check(page, f"link-{language}-{size}")
    web.advance(5)
    page.click("text=Бірінші касса")
    page.wait_for_url("**/contact/r/*")
    assert page.locator(".said .msg.out").count() == 2
    page.context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_files_behind_the_link_and_a_link_behind_which_nothing_lies(
    chromium: Browser, web: Web, address: str, bucket: str, language: str, size: str
) -> None:
    visitor = Visitor(web)
    assert visitor.send().status == 303
    deliver(web)
    reply_with_files(web, png(), png() + b"2")
    width, height = SIZES[size]
    page = fresh(chromium, viewport={"width": width, "height": height})
    page.goto(f"{address}{visitor.link}?lang={language}")
    assert page.locator(f"a[download]:has-text('{FILE_NAME}')").count() == 2
    check(page, f"link-files-{language}-{size}")
    with page.expect_download() as download:
        page.click("a[download] >> nth=0")
    assert download.value.suggested_filename.endswith(".png")
    for path in (f"/contact/r/{'A' * 43}", f"{visitor.link}/files/x"):
        assert page.goto(f"{address}{path}?lang={language}").status == 404
        check(page, f"link-nothing-{language}-{size}")
    page.context.close()


def test_the_form_works_without_scripts_and_by_the_keyboard(chromium: Browser, web: Web, address: str) -> None:
    page = fresh(chromium, java_script_enabled=False)
    page.goto(f"{address}/contact?lang=ru")
    for typed in ("Сергей", "s@example.kz", "+7 701 000 00 01", TEXT):
        page.keyboard.press("Tab") if typed != "Сергей" else page.focus("#full_name")
        page.keyboard.type(typed)
    page.focus("#consent")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    web.advance(5)
    page.focus("main .btn.main")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contact/r/*")
    assert len(web.tickets()) == 1
    page.context.close()
