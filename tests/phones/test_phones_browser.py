"""A person plays customers on the page, in Chromium."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.support.phones.phones import Phones

pytestmark = pytest.mark.browser


@pytest.fixture
def page(phones: Phones) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), headless=True, args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(phones.url)
        yield page
        browser.close()
        assert problems == [], "the page had errors"


def test_amina_writes_and_sees_the_answer_arrive(phones: Phones, page: Page) -> None:
    chat = page.get_by_role("region", name="WhatsApp chat")
    field = page.get_by_role("textbox", name="Message from Амина")
    field.fill("Сәлеметсіз бе")
    field.press("Enter")

    expect(chat.get_by_text("Сәлеметсіз бе")).to_be_visible()
    expect(field).to_have_value("")
    assert len(phones.desk.got) == 1

    phones.send("Өтінішіңіз қабылданды. Нөмірі: 481-207.")

    expect(chat.get_by_text("Нөмірі: 481-207.")).to_be_visible()
    expect(chat.get_by_text("read", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="POST /v23.0/100000000000001/messages")).to_be_visible()


def test_daniyar_presses_a_button_and_blocks_the_bot(phones: Phones, page: Page) -> None:
    markup = {"inline_keyboard": [[{"text": "Мои данные", "callback_data": "mine"}]]}
    phones.bot("sendMessage", chat_id=500000042, text="Здравствуйте", reply_markup=markup)
    chat = page.get_by_role("region", name="Telegram chat")
    chat.get_by_role("button", name="Мои данные").click()
    expect(chat.get_by_role("button", name="Мои данные", pressed=True)).to_be_visible()
    assert "callback_query" in phones.desk.got[0].json

    page.get_by_role("button", name="Block bot").click()
    expect(page.get_by_role("button", name="Unblock bot")).to_be_visible()
    assert phones.bot("sendMessage", chat_id=500000042, text="x").status_code == 403


def test_the_clock_a_fault_and_a_new_person(phones: Phones, page: Page) -> None:
    page.get_by_role("button", name="+24 h 1 s").click()
    page.get_by_label("Next call").select_option("WhatsApp 190, token expired")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("whatsapp: 190, 1×")).to_be_visible()
    assert phones.send().status_code == 401
    expect(page.get_by_role("cell", name="401, 190")).to_be_visible()
    assert phones.clock.offset == 86_401

    page.locator("summary", has_text="Who").first.click()
    form = page.get_by_role("form", name="New person on whatsapp")
    form.get_by_label("Name").fill("Ержан")
    form.get_by_label("Number").fill("+7 700 000 02 02")
    form.get_by_role("button", name="Add to WhatsApp").click()
    page.locator("summary", has_text="Who").first.click()
    page.get_by_role("link", name="Ержан").click()
    expect(page.get_by_role("textbox", name="Message from Ержан")).to_be_visible()


def test_it_works_without_javascript_and_fits_a_narrow_screen(phones: Phones) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), headless=True, args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 360, "height": 740}, java_script_enabled=False)
        page.goto(phones.url)
        page.get_by_role("textbox", name="Message from Амина").fill("Сәлем")
        page.locator("#wa").locator("xpath=ancestor::section").get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("region", name="WhatsApp chat").get_by_text("Сәлем")).to_be_visible()
        browser.close()
    assert len(phones.desk.got) == 1


def test_a_failure_of_choice_is_played_on_a_reply(phones: Phones, page: Page) -> None:
    phones.send("Сәлем, Амина")
    chat = page.get_by_role("region", name="WhatsApp chat")
    expect(chat.get_by_text("read", exact=True)).to_be_visible()
    chat.get_by_text("What became of it").click()
    chat.get_by_label("Code").fill("130472")
    chat.get_by_role("button", name="Failed").click()

    expect(chat.get_by_text("failed 130472")).to_be_visible()
    assert phones.desk.statuses()[-1]["errors"][0]["code"] == 130472
