"""Reads the size of a picture from its first bytes, whatever it is called and however it is described."""

import struct
from collections.abc import Iterator

Frame = tuple[int, int]
"""Width and height in pixels."""


def frame_of(data: bytes) -> Frame | None:
    """Return the size of a PNG, GIF, JPEG or WebP picture; None for any other bytes, or for broken ones."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", data[16:24])
        if data[:6] in (b"GIF87a", b"GIF89a"):
            return struct.unpack("<HH", data[6:10])
        if data.startswith(b"\xff\xd8\xff"):
            return next(_jpeg(data), None)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except struct.error:
        pass
    return None


def is_animated(data: bytes) -> bool:
    """Tell whether a WebP picture is animated."""
    return data[12:16] == b"VP8X" and len(data) > 20 and bool(data[20] & 2)


def _jpeg(data: bytes) -> Iterator[Frame]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            yield width, height
        at += 2 + length


def _webp(data: bytes) -> Frame | None:
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = struct.unpack("<I", data[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    return None
