"""Takes a raw mail apart: headers, and the parts of MIME (RFC 2045, 2046), as ranges of its bytes.

Python's own parser copies every line, needs seconds for a hundred thousand parts, follows any nesting, takes a bare CR
in a header for a line end, and the whole mail for a text when its first line has no colon. Here each byte is looked at
a bounded number of times and nothing is copied; what headers mean is left to the library (headers.py).
"""

import binascii
import re
from typing import NamedTuple

MOST_HEADER_BYTES = 256 * 1024
"""Bytes of the headers of one part; what follows is its body."""
MOST_VALUE = 64 * 1024
"""Bytes of one header; the rest of it is kept as stray text."""
_NAME = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_LINE_END = re.compile(rb"(--)?[ \t]*\r?(?:\n|\Z)")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64 + b"="))
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=\s]")
_MOST_PADDINGS = 1000


class Entity(NamedTuple):
    """A mail or a part of one: its headers, names in small letters and values unfolded; where its body lies in the raw
    mail; and lines among the headers that are none."""

    headers: tuple[tuple[str, bytes], ...]
    start: int
    end: int
    stray: bytes = b""

    def first(self, name: str) -> bytes:
        """Return the first value of a header, empty when it is missing."""
        return next((value for one, value in self.headers if one == name), b"")

    def all(self, name: str) -> list[bytes]:
        """Return every value of a header."""
        return [value for one, value in self.headers if one == name]


def entity(raw: bytes, start: int, end: int) -> Entity:
    """Read the headers that begin at `start`. A part of which no line is a header is a body alone."""
    headers: list[tuple[str, list[bytes]]] = []
    stray: list[bytes] = []
    stop, at, continues = min(end, start + MOST_HEADER_BYTES), start, False
    while at < stop:
        newline = raw.find(b"\n", at, stop)
        following = stop if newline < 0 else newline + 1
        line = raw[at:following].rstrip(b"\r\n")
        if not line and newline >= 0:
            at = following
            break
        named = _NAME.match(line)
        if line[:1] in (b" ", b"\t") and headers and continues:
            headers[-1][1].append(line)
        elif named:
            headers.append((named[1].decode("ascii").lower(), [line[named.end() :]]))
            continues = True
        elif not (at == start and line.startswith((b"From ", b">From "))):  # a mailbox file's own line
            stray.append(line)
            continues = False
        at = following
    if not headers:
        return Entity((), start if stray else at, end)
    read: list[tuple[str, bytes]] = []
    for name, lines in headers:
        value = b"".join(lines).strip()
        read.append((name, value[:MOST_VALUE]))
        stray.extend((value[MOST_VALUE:],) if len(value) > MOST_VALUE else ())
    return Entity(tuple(read), at, end, b"\n".join(stray))


class Parts(NamedTuple):
    """Ranges of a body of parts: the parts, and what stands before the first and after the last one."""

    ranges: list[tuple[int, int]]
    before: tuple[int, int]
    after: tuple[int, int]


def split(raw: bytes, body: Entity, boundary: bytes, most: int) -> Parts | None:
    """Return the parts of a body, `most` at most, all further ones being `after`; None if the boundary is not in it. A
    last part that is not closed reaches to the end."""
    mark, at, begun, before = b"--" + boundary, body.start, -1, (body.start, body.start)
    ranges: list[tuple[int, int]] = []
    while len(ranges) < most and (found := raw.find(mark, at, body.end)) >= 0:
        at = found + len(mark)
        line = _LINE_END.match(raw, at, body.end)
        if not line or (found != body.start and raw[found - 1 : found] != b"\n"):
            continue
        until = _without_newline(raw, max(begun, body.start), found)
        if begun < 0:
            before = (body.start, until)
        else:
            ranges.append((begun, until))
        begun = at = line.end()
        if line[1]:
            return Parts(ranges, before, (begun, body.end)) if ranges else None
    if begun < 0:
        return None
    if len(ranges) >= most:
        return Parts(ranges, before, (begun, body.end))
    return Parts([*ranges, (begun, body.end)], before, (body.end, body.end))


def _without_newline(raw: bytes, start: int, end: int) -> int:
    if end > start and raw[end - 1 : end] == b"\n":
        end -= 1
        if end > start and raw[end - 1 : end] == b"\r":
            end -= 1
    return end


def decoded(raw: bytes, part: Entity, encoding: str) -> tuple[bytes, bool]:
    """Return the bytes of a body without their transfer encoding, and whether they are whole. An encoding that is
    unknown leaves them as they are."""
    body = memoryview(raw)[part.start : part.end]
    if encoding in ("", "7bit", "8bit", "binary"):
        return bytes(body), True
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body), True
    if encoding == "base64":
        return base64(bytes(body))
    return bytes(body), False


def base64(data: bytes) -> tuple[bytes, bool]:
    """Decode base64 as it is found in mails: with blanks, without padding, in several pieces that are padded each.
    Returns what could be read, and whether that is all."""
    foreign = _FOREIGN.search(data)
    whole = not foreign and data.count(b"=") <= _MOST_PADDINGS
    if foreign:
        before = data[: data.rfind(b"\n", 0, foreign.start()) + 1]  # what somebody wrote below it is none
        data = before if before.strip() else data
    data = data.translate(None, _NOT_BASE64)
    read: list[bytes] = []
    for piece in re.split(b"=+", data) if data.count(b"=") <= _MOST_PADDINGS else [data.translate(None, b"=")]:
        clean, whole = (piece[:-1], False) if len(piece) % 4 == 1 else (piece, whole)
        read.append(binascii.a2b_base64(clean + b"=" * (-len(clean) % 4)))
    return b"".join(read), whole
