"""What a file is by its bytes, and the names under which it is handed out."""

import pytest

from chalicelib.attachments.model import BYTES, neutral_name, sniff, wait
from chalicelib.core.clock import HOUR, SECOND

SHOWN = {
    b"\xff\xd8\xff\xe0\x00\x10JFIF": "image/jpeg",
    b"\x89PNG\r\n\x1a\n\x00": "image/png",
    b"GIF89a": "image/gif",
    b"RIFF\x10\x00\x00\x00WEBPVP8 ": "image/webp",
    b"\x00\x00\x00\x20ftypisom": "video/mp4",
    b"\x00\x00\x00\x18ftypmp42": "video/mp4",
    b"\x00\x00\x00\x1cftypM4A ": "audio/mp4",
    b"\x00\x00\x00\x1cftyp3gp4": "video/3gpp",
    b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm": "video/webm",
    b"OggS\x00\x02": "audio/ogg",
    b"ID3\x04": "audio/mpeg",
    b"\xff\xfb\x90": "audio/mpeg",
}
ONLY_DOWNLOADED = (
    b"<!doctype html><script>alert(1)</script>",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<?xml version='1.0'?>",
    b"%PDF-1.7",
    b"PK\x03\x04",
    b"MZ",
    b"  \x89PNG\r\n\x1a\n",
    b"",
)


@pytest.mark.parametrize(("head", "found"), SHOWN.items(), ids=SHOWN.values())
def test_what_a_browser_shows_is_known_by_its_bytes(head: bytes, found: str) -> None:
    assert sniff(head + b"\x00" * 100) == found


@pytest.mark.parametrize("head", ONLY_DOWNLOADED)
def test_what_a_browser_could_run_is_bytes(head: bytes) -> None:
    assert sniff(head) == BYTES


def test_a_name_in_an_address_tells_kind_and_ending_alone() -> None:
    assert neutral_name("document", "Удостоверение Сәтбаевой.DOCX", BYTES) == "document.docx"
    assert neutral_name("image", "a.html", "image/png") == "image.png"
    assert neutral_name("document", 'x.pdf"; filename="y', BYTES) == "document.bin"
    assert neutral_name("voice", "", "audio/ogg") == "voice.ogg"


def test_attempts_grow_rarer_up_to_six_hours() -> None:
    assert [wait(n) for n in (0, 1, 2)] == [60 * SECOND, 120 * SECOND, 240 * SECOND]
    assert wait(50) == 6 * HOUR
