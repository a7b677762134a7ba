"""Reads the text of RTF, in which Outlook writes the words of a winmail.dat, packed or not.

Sources: Microsoft, [MS-OXRTFCP] (packing) and "Rich Text Format (RTF) Specification". Formatting, pictures and what is
written for programs is left out. Each byte is looked at a bounded number of times, and nothing that a count in the file
says makes the text longer than MOST.
"""

import re
import struct
from typing import NamedTuple

from chalicelib.channels.email.charsets import decode

MOST = 512 * 1024
"""Bytes of RTF that are read."""
_MOST_GROUPS = 2_000
_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
    b"Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
"""What every packed text may repeat from its first byte on."""
_RING = 4096
_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,9})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z'])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|(?P<skip>[\r\n\\]+)",
    re.S,
)
_UNSEEN = frozenset(
    "fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf"
    " listtable listoverridetable revtbl rsidtbl themedata datastore latentstyles xmlnstbl fldinst footnote"
    " bkmkstart bkmkend generator".split()
)
"""Groups that hold no words of the writer."""
_SAID = {
    **dict.fromkeys(("par", "line", "sect", "page", "row"), "\n"),
    **dict.fromkeys(("tab", "cell"), "\t"),
    **{"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "endash": "–", "emdash": "—", "bullet": "•"},
}
_SIGNS = {b"~": "\u00a0", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\", b"\n": "\n", b"\r": "\n"}
_CHARSETS = {204: 1251, 238: 1250, 161: 1253, 162: 1254, 177: 1255, 178: 1256, 186: 1257, 163: 1258, 222: 874}
"""Code pages by the number of a font's set of characters; every other font has that of the whole text."""


def unpack(data: bytes) -> tuple[bytes, bool]:
    """Return RTF as it was before Outlook packed it, and whether that is all of it; MOST bytes at most."""
    try:
        packed, size, kind, _ = struct.unpack_from("<IIII", data)
    except struct.error:
        return b"", False
    body = data[16 : packed + 4]
    if kind == _PLAIN:
        return body[: min(size, MOST)], len(body) >= size <= MOST
    if kind != _PACKED:
        return b"", False
    found = _unpacked(body, min(size, MOST))
    return found, len(found) == size


def _unpacked(body: bytes, size: int) -> bytes:
    """Repeat what the packing refers to: a byte of flags, then eight bytes or places in what came before."""
    found = bytearray(_DICTIONARY)
    end, at = len(_DICTIONARY) + size, 0
    while at < len(body) and len(found) < end:
        flags, at = body[at], at + 1
        for bit in range(8):
            if at >= len(body) or len(found) >= end:
                break
            if not flags >> bit & 1:
                found.append(body[at])
                at += 1
                continue
            place = int.from_bytes(body[at : at + 2], "big")
            at += 2
            back = (len(found) - (place >> 4)) % _RING
            if not back or back > len(found) or at > len(body):
                return bytes(found[len(_DICTIONARY) : end])
            for _ in range((place & 15) + 2):
                found.append(found[-back])
    return bytes(found[len(_DICTIONARY) : end])


class _Group(NamedTuple):
    """What holds within a group: its font, how many signs stand in for one of Unicode, and whether it is left out."""

    font: int = -1
    instead: int = 1
    unseen: bool = False
    fonts: bool = False


class _Reading:
    def __init__(self) -> None:
        self.said: list[str] = []
        self._bytes = bytearray()
        self._page = 1252
        self._pages: dict[int, int] = {}
        self._groups: list[_Group] = []
        self._now = _Group()
        self._passed = 0
        self._opened = False
        """Whether a group has only been opened, so that its first word says what it is."""

    def token(self, token: re.Match[bytes]) -> bool:
        """Read one token; return False when the text cannot be read on."""
        kind, value = token.lastgroup, token[0]
        opened, self._opened = self._opened, False
        if kind == "number":
            kind = "word"
        if kind == "brace":
            return self._brace(value)
        if kind == "word":
            self._word(token["word"].decode("ascii"), int(token["number"] or 1), opened, bool(token["number"]))
        elif kind == "sign" and token["sign"] == b"*":
            self._now = self._now._replace(unseen=True)
        elif kind == "sign":
            self._say(_SIGNS.get(token["sign"], ""))
        elif kind == "hex":
            self._text(bytes([int(token["hex"], 16)]))
        elif kind == "text":
            self._text(value)
        return True

    def _brace(self, value: bytes) -> bool:
        self._flush()
        if value == b"{":
            self._groups.append(self._now)
            self._opened = True
            return len(self._groups) <= _MOST_GROUPS
        self._now = self._groups.pop() if self._groups else _Group()
        return True

    def _word(self, word: str, number: int, opened: bool, numbered: bool) -> None:
        if opened and word in _UNSEEN:
            self._now = self._now._replace(unseen=True, fonts=word == "fonttbl")
        elif word == "ansicpg":
            self._page = number
        elif word == "f" and numbered:
            self._flush()
            self._now = self._now._replace(font=number)
        elif word == "fcharset" and self._now.fonts:
            if number in _CHARSETS:
                self._pages[self._now.font] = _CHARSETS[number]
        elif word == "plain":
            self._flush()
            self._now = self._now._replace(font=-1)
        elif word == "uc":
            self._now = self._now._replace(instead=max(0, min(number if numbered else 1, 8)))
        elif word == "u" and numbered:
            self._say(chr(number % 65_536))
            self._passed = self._now.instead
        elif word in _SAID:
            self._say(_SAID[word])

    def _text(self, value: bytes) -> None:
        """Add characters in the font's set, without those that stand in for a sign of Unicode."""
        passed = min(self._passed, len(value))
        self._passed -= passed
        if not self._now.unseen:
            self._bytes += value[passed:]

    def _say(self, text: str) -> None:
        self._flush()
        self._passed = 0
        if not self._now.unseen:
            self.said.append(text)

    def _flush(self) -> None:
        if self._bytes:
            page = self._pages.get(self._now.font, self._page)
            self.said.append(_decoded(bytes(self._bytes), page))
            self._bytes.clear()

    def text(self) -> str:
        self._flush()
        whole = "".join(self.said)
        return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip("\x00")


def _decoded(data: bytes, page: int) -> str:
    """Return characters of a code page, which a font names for certain; of one that nobody knows as mails are read."""
    try:
        return data.decode(f"cp{page}", "replace")
    except LookupError:
        return decode(data)[0]


def text_of(data: bytes) -> str:
    """Return the words of RTF, "" for what is none."""
    if not data.lstrip().startswith(b"{\\rtf"):
        return ""
    reading, at, end = _Reading(), 0, min(len(data), MOST)
    while at < end and (token := _TOKEN.match(data, at, end)):
        at = token.end()
        if token["word"] == b"bin" and token["number"]:
            at += max(0, int(token["number"]))
        elif not reading.token(token):
            break
    return reading.text()


def words_of(packed: bytes) -> tuple[str, bool]:
    """Return the words of packed RTF, and whether all of it was read."""
    data, whole = unpack(packed)
    text = text_of(data)
    return text, whole and bool(text)
