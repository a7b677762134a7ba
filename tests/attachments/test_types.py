"""What a file is by its bytes, and the names under which it is handed out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.attachments.model import BY_TYPE, BYTES, neutral_name, sniff, type_of, wait
from chalicelib.core.clock import HOUR, SECOND
from tests.support.pictures import png

SHOWN = {
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01", "image/jpeg"),
    "exif": (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00", "image/jpeg"),
    "png": (png(), "image/png"),
    "gif": (b"GIF89a\x01\x00\x01\x00", "image/gif"),
    "webp": (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
    "isom": (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
    "mp42": (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
    "avc1": (b"\x00\x00\x00\x18ftypavc1", "video/mp4"),
    "msnv": (b"\x00\x00\x00\x18ftypMSNV", "video/mp4"),
    "m4v": (b"\x00\x00\x00\x18ftypM4V ", "video/mp4"),
    "m4a": (b"\x00\x00\x00\x1cftypM4A ", "audio/mp4"),
    "3gp": (b"\x00\x00\x00\x1cftyp3gp4", "video/3gpp"),
    "webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
    "ogg": (b"OggS\x00\x02" + b"\x00" * 20 + b"\x01\x13OpusHead\x01\x01", "audio/ogg"),
    "tag": (b"ID3\x04", "audio/mpeg"),
    "mp3": (b"\xff\xfb\x90\x64", "audio/mpeg"),
    "aac": (b"\xff\xf1\x50\x80\x02\x1f\xfc", "audio/aac"),
    "wav": (b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00", "audio/wave"),
}
ONLY_DOWNLOADED = {
    "html": (b"<!doctype html><script>alert(1)</script>", "text/html"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
    "xml": (b"<?xml version='1.0'?>", "text/xml"),
    "pdf": (b"%PDF-1.7\n", "application/pdf"),
    "zip": (b"PK\x03\x04\x14\x00" + b"\x00" * 30, "application/zip"),
    "exe": (b"MZ" + b"\x00" * 80, "application/x-dosexec"),
    "heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"),
    "amr": (b"#!AMR\n", "audio/amr"),
    "late": (b"  \x89PNG\r\n\x1a\n", ""),
    "called": (b"\x89PNG\r\n\x1a\n<script>", ""),
    "none": (b"", BYTES),
}


@pytest.mark.parametrize(("head", "found"), SHOWN.values(), ids=SHOWN)
def test_what_a_browser_shows_is_known_by_its_bytes(head: bytes, found: str) -> None:
    assert sniff(head + b"\x00" * 100) == found


@pytest.mark.parametrize(("head", "known"), ONLY_DOWNLOADED.values(), ids=ONLY_DOWNLOADED)
def test_what_a_browser_could_run_or_cannot_show_is_bytes(head: bytes, known: str) -> None:
    assert sniff(head) == BYTES
    assert type_of(head) == known or not known


@given(st.sampled_from([head for head, _ in SHOWN.values()]), st.binary(max_size=60), st.integers(0, 40))
def test_whatever_the_bytes_are_the_type_is_one_of_the_list(head: bytes, more: bytes, cut: int) -> None:
    assert sniff(head[:cut] + more) in {*BY_TYPE, BYTES}


def test_a_name_in_an_address_tells_kind_and_ending_alone() -> None:
    assert neutral_name("document", "Удостоверение Сәтбаевой.DOCX", BYTES) == "document.docx"
    assert neutral_name("image", "a.html", "image/png") == "image.png"
    assert neutral_name("document", 'x.pdf"; filename="y', BYTES) == "document.bin"
    assert neutral_name("voice", "", "audio/ogg") == "voice.ogg"


def test_attempts_grow_rarer_up_to_six_hours() -> None:
    assert [wait(n) for n in (0, 1, 2)] == [60 * SECOND, 120 * SECOND, 240 * SECOND]
    assert wait(50) == 6 * HOUR
