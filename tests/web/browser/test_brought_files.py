"""Files of a reply in Chromium: chosen, pasted and dropped, uploaded to the bucket, sent, removed, still there after a
reload."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.wiring import files as wiring_files
from tests.support.aws import Aws
from tests.support.web.chromium import CHROMIUM, SIZES, check, enter
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.files import PNG
from tests.support.web.files import bucket as bucket
from tests.support.web.serving import AMINA, say

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
PICTURE = {"name": "Құпия чек.png", "mimeType": "image/png", "buffer": PNG}
PDF = {"name": "келісім.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 kelisim"}


@pytest.fixture
def open_bucket(bucket: str, address: str, aws: Aws) -> Iterator[str]:
    """The bucket, which lets the desk's own pages post."""
    rules = [{"AllowedMethods": ["POST"], "AllowedOrigins": [address]}]
    aws.client("s3").put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    wiring_files.origin.cache_clear()
    yield bucket
    wiring_files.origin.cache_clear()


def opened(chromium: Any, web: Web, address: str, **context: Any) -> Any:
    if not web.tickets():
        say(web, AMINA, "Сәлем")
    page = enter(chromium, address, **context)
    page.goto(f"{address}/dashboard/tickets/{web.tickets()[0]['id']}")
    return page


def chips(page: Any) -> list[str]:
    return [" ".join(one.split()) for one in page.locator(".chip").all_inner_texts()]


def attached(page: Any, *files: dict[str, Any]) -> None:
    before = page.locator(".chip").count()
    page.set_input_files("[data-attach]", list(files))
    page.wait_for_function(
        "n => document.querySelector('[name=attachments]').value.split(' ').filter(Boolean).length === n",
        arg=before + len(files),
    )


def sent(web: Web) -> list[list[str]]:
    """The names of the files of each reply of staff."""
    messages = web.ticket(web.tickets()[0]["id"])["messages"]
    return [[file["name"] for file in one["attachments"]] for one in messages if one["author"] not in (None, "desk")]


@pytest.mark.usefixtures("open_bucket")
def test_files_alone_are_a_reply_and_are_shown_when_they_are_sent(chromium: Any, web: Web, address: str) -> None:
    page = opened(chromium, web, address)
    attached(page, PICTURE, PDF)
    assert [one.split(" ")[0] for one in chips(page)] == ["Құпия", "келісім.pdf"] and "Ready" in chips(page)[0]
    check(page, "brought")
    page.click(".pane.reply [data-send]")
    page.wait_for_selector(".sent-file")
    assert sent(web) == [["Құпия чек.png", "келісім.pdf"]]
    page.wait_for_function("() => document.querySelectorAll('.chip').length === 0")
    assert page.locator(".sent-file img").count() == 1
    check(page, "sent-files")
    assert page.problems == []


@pytest.mark.usefixtures("open_bucket")
def test_what_was_brought_is_there_after_a_reload_and_goes_with_remove(chromium: Any, web: Web, address: str) -> None:
    page = opened(chromium, web, address)
    attached(page, PICTURE)
    page.reload()
    page.wait_for_selector(".chip")
    assert chips(page)[0].startswith("Құпия чек.png")
    page.click(".chip [data-off]")
    page.wait_for_function("() => document.querySelectorAll('.chip').length === 0")
    page.wait_for_load_state("networkidle")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert chips(page) == [] and page.input_value("[name=attachments]") == ""


@pytest.mark.usefixtures("open_bucket")
def test_a_refusal_stands_beside_its_file(chromium: Any, web: Web, address: str) -> None:
    page = opened(chromium, web, address)
    page.set_input_files("[data-attach]", [{"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK"}])
    page.wait_for_selector(".chip.bad")
    assert "does not carry files of this type" in chips(page)[0]
    attached_before = page.locator(".chip").count()
    page.set_input_files("[data-attach]", [{"name": "b.png", "mimeType": "image/png", "buffer": b"<html>"}])
    page.wait_for_function("() => document.querySelector('[name=attachments]').value")
    page.fill(".pane.reply textarea", "Мынау")
    page.click(".pane.reply [data-send]")
    page.wait_for_function("n => document.querySelectorAll('.chip.bad').length > n", arg=attached_before)
    assert "not what its name says" in chips(page)[1] and page.input_value(".pane.reply textarea") == "Мынау"
    assert sent(web) == []


@pytest.mark.usefixtures("open_bucket")
def test_a_picture_is_pasted_and_a_document_dropped(chromium: Any, web: Web, address: str) -> None:
    page = opened(chromium, web, address)
    given = """([kind, target, name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
        const more = { bubbles: true, cancelable: true };
        const how = kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, ...more })
            : new DragEvent('drop', { dataTransfer: data, ...more });
        document.querySelector(target).dispatchEvent(how);
    }"""
    page.evaluate(given, ["paste", ".composer [name=text]", "", list(PNG)])
    page.evaluate(given, ["drop", ".talk", "b.png", list(PNG)])
    page.wait_for_function("() => document.querySelector('[name=attachments]').value.split(' ').length === 2")
    page.click(".pane.reply [data-send]")
    page.wait_for_selector(".sent-file")
    assert len(sent(web)[0]) == 2


@pytest.mark.usefixtures("open_bucket")
def test_while_a_file_is_on_its_way_sending_waits_and_it_can_be_taken_away(
    chromium: Any, web: Web, address: str
) -> None:
    page = opened(chromium, web, address)
    page.route(lambda url: "/files-" in url, lambda route: None)  # the bucket never answers
    page.set_input_files("[data-attach]", [PICTURE])
    page.wait_for_selector(".chip")
    page.fill(".pane.reply textarea", "Мынау")
    page.click(".pane.reply [data-send]")
    page.wait_for_selector("[data-told] .notice")
    assert "still on its way" in page.inner_text("[data-told]") and sent(web) == []
    page.click(".chip [data-off]")
    page.click(".pane.reply [data-send]")
    page.wait_for_selector(".msg.out >> text=Мынау")
    assert sent(web) == [[]]


@pytest.mark.usefixtures("open_bucket")
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_composer_with_files_fits_in_every_width(chromium: Any, web: Web, address: str, language: str) -> None:
    web.signed_in("bolat").post("/dashboard/language", {"language": language})
    for size, (width, height) in SIZES.items():
        page = opened(chromium, web, address, viewport={"width": width, "height": height})
        page.wait_for_load_state("networkidle")
        if page.locator(".chip").count() == 0:
            page.set_input_files("[data-attach]", [PICTURE, PDF])
        page.wait_for_function("() => document.querySelector('[name=attachments]').value.split(' ').length >= 2")
        check(page, f"brought-{language}-{size}")
        page.context.close()
