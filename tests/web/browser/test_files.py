"""Files in Chromium: pictures load under the page's policy, nothing jumps, what plays goes on playing."""

import struct
import zlib
from typing import Any

import pytest

from tests.support.web.chromium import CHROMIUM, SIZES, check, enter
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.desk import Web
from tests.support.web.files import bucket as bucket
from tests.support.web.files import sent
from tests.support.web.serving import AMINA, say

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
    pytest.mark.usefixtures("bucket"),
]


def picture() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x40\x80\xc0" * 64) * 900
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 900, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def opened(chromium: Any, web: Web, address: str, **context: Any) -> Any:
    page = enter(chromium, address, **context)
    (ticket,) = web.tickets()
    page.goto(f"{address}/dashboard/tickets/{ticket['id']}")
    return page


def test_pictures_recordings_and_documents_in_every_language_and_width(chromium: Any, web: Web, address: str) -> None:
    sent(web, "image", picture(), "a.png")
    sent(web, "voice", b"OggS\0\2" + bytes(20) + b"\1\x13OpusHead\1\1", "", duration=3)
    sent(web, "document", b"%PDF-1.7", "Өте ұзақ атауы бар шарт, екі жақтың қолы қойылған.pdf")
    for size, (width, height) in SIZES.items():
        page = opened(chromium, web, address, viewport={"width": width, "height": height})
        image = page.locator(".media img")
        image.scroll_into_view_if_needed()
        before = page.locator("a.media").bounding_box()
        page.wait_for_function("() => document.querySelector('.media img').naturalWidth === 64")
        assert page.locator("a.media").bounding_box() == before, "its place was kept"
        check(page, f"files-{size}")
        page.context.close()


def test_what_plays_is_left_alone_when_something_new_arrives(chromium: Any, web: Web, address: str) -> None:
    sent(web, "voice", b"OggS\0\2" + bytes(20) + b"\1\x13OpusHead\1\1", "", duration=3)
    page = opened(chromium, web, address)
    page.evaluate("document.querySelector('audio').dataset.mine = 'yes'")
    say(web, AMINA, "Тағы бір сөз")
    page.wait_for_selector("text=Тағы бір сөз")
    assert page.locator("audio[data-mine=yes]").count() == 1


def test_an_album_is_reached_by_keyboard_and_keeps_what_was_loaded_when_a_sibling_arrives(
    chromium: Any, web: Web, address: str
) -> None:
    album = {"media_group_id": "13579246801234567"}
    for _ in range(2):
        sent(web, "image", picture(), "a.png", **album)
        web.advance(1)
    for size, (width, height) in SIZES.items():
        page = opened(chromium, web, address, viewport={"width": width, "height": height})
        for place in range(2):
            image = page.locator(".tiles img").nth(place)
            image.scroll_into_view_if_needed()
            image.evaluate("(one) => one.decode()")
            assert image.evaluate("(one) => one.naturalWidth") == 64
        links = page.locator(".tiles a")
        links.first.focus()
        for number in range(1, 4):
            page.keyboard.press("Tab")
            assert links.nth(number).evaluate("(one) => one === document.activeElement")
        check(page, f"album-{size}")
        page.context.close()

    page = opened(chromium, web, address)
    page.wait_for_selector(".tiles > li:nth-child(2) img")
    page.evaluate("document.querySelectorAll('.tiles img').forEach((one) => { one.dataset.mine = 'yes' })")
    say(web, AMINA, "", kind="image", details={"media_id": "3", **album})
    page.wait_for_selector(".tiles > li:nth-child(3)")
    assert page.locator(".album").count() == 1 and page.locator("img[data-mine=yes]").count() == 2
