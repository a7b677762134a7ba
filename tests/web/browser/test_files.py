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
        page.wait_for_function("document.querySelector('.media img').naturalWidth === 64")
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
