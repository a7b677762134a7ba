"""Unpacks winmail.dat, in which Outlook hides attachments (TNEF). Source: Microsoft, [MS-OXTNEF].

A reader of our own, because the one library for it (tnefparse, last released in 2021) copies the rest of the file for
every attribute and believes any count that stands in it, so that a file of a few bytes keeps it busy for hours.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.channels.email.charsets import decode
from chalicelib.channels.email.packed.rtf import words_of

_SIGNATURE = 0x223E9F78
_BODY, _ATTACH_TITLE, _ATTACH_DATA = 0x800C, 0x8010, 0x800F
_MAPI_PROPERTIES, _ATTACH_BEGINS, _ATTACH_PROPERTIES, _CODEPAGE = 0x9003, 0x9002, 0x9005, 0x9007
_TEXT, _HTML, _RTF, _HTML_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_DATA, _SHORT_NAME, _LONG_NAME, _MIME_TYPE, _CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_MOST_FILES = 400
_MANY, _NAMED = 0x1000, 0x8000
_FIXED = {0x02: 2, 0x0B: 2, 0x03: 4, 0x04: 4, 0x0A: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102


class Packed(NamedTuple):
    """A file in the container, as it is named and typed there."""

    name: str
    type: str
    data: bytes
    content_id: str


class Unpacked(NamedTuple):
    """What a container holds. `whole`: all that it holds is here; `rtf`: its text was looked for in RTF."""

    text: str = ""
    html: str = ""
    files: tuple[Packed, ...] = ()
    whole: bool = False
    rtf: bool = False


_Value = tuple[int, bytes]
"""Type and bytes of a property."""


def unpack(data: bytes, *, rtf: bool = True) -> Unpacked:
    """Unpack a container. One that is damaged gives what stands before the damage. `rtf`: words that stand in RTF alone
    are read, the first ones."""
    text, html, charset, whole, looked = "", "", "", True, False
    files: list[dict[int, _Value]] = []
    try:
        if struct.unpack_from("<I", data)[0] != _SIGNATURE:
            return Unpacked()
        for name, value in _attributes(data):
            if name == _ATTACH_BEGINS:
                if len(files) == _MOST_FILES:
                    raise ValueError("too many files")
                files.append({})
            elif name == _CODEPAGE:
                charset = _charset(struct.unpack_from("<I", value)[0])
            elif name == _BODY:
                text = _text((_STRING, value), charset)
            elif name == _MAPI_PROPERTIES:
                found = _properties(value)
                of_html = found.get(_HTML_CODEPAGE)
                page = _charset(struct.unpack("<i", of_html[1])[0]) if of_html else charset
                text, html = _text(found.get(_TEXT), charset) or text, _text(found.get(_HTML), page)
                if _RTF in found and not (text or html):
                    text, complete = words_of(found[_RTF][1]) if rtf and not looked else ("", False)
                    whole, looked = whole and complete, looked or rtf
            elif name == _ATTACH_PROPERTIES and files:
                files[-1].update(_properties(value))
            elif name in (_ATTACH_TITLE, _ATTACH_DATA) and files:
                files[-1].setdefault(_SHORT_NAME if name == _ATTACH_TITLE else _DATA, (_STRING, value))
    except (struct.error, ValueError):
        whole = False
    read = tuple(_file(one, charset) for one in files)
    return Unpacked(text, html, tuple(one for one in read if one), whole and all(read), looked)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield name and bytes of each attribute."""
    at = 6
    while at + 11 <= len(data):
        _, name, _, length = struct.unpack_from("<BHHI", data, at)
        at += 9
        if at + length > len(data):
            raise ValueError("cut")
        yield name, data[at : at + length]
        at += length + 2


def _properties(data: bytes) -> dict[int, _Value]:
    """Return the properties of a list that have one value."""
    found: dict[int, _Value] = {}
    (count,), at = struct.unpack_from("<I", data), 4
    for _ in range(min(count, len(data))):
        kind, name = struct.unpack_from("<HH", data, at)
        at += 4
        if name >= _NAMED:
            at = _after_name(data, at)
        size = _FIXED.get(kind & ~_MANY)
        values = 1
        if kind & _MANY or size is None:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        if size:
            value, at = data[at : at + size], at + _padded(size * values)
        else:
            value, at = _last(data, at, values)
        if at > len(data):
            raise ValueError("cut")
        found[name] = (kind, value)
    return found


def _after_name(data: bytes, at: int) -> int:
    (kind,) = struct.unpack_from("<I", data, at + 16)
    at += 20
    if not kind:
        return at + 4
    return at + 4 + _padded(int(struct.unpack_from("<I", data, at)[0]))


def _last(data: bytes, at: int, values: int) -> tuple[bytes, int]:
    """Return the last of so many values of any length, and where they end."""
    value = b""
    for _ in range(min(values, len(data))):
        (length,) = struct.unpack_from("<I", data, at)
        value, at = data[at + 4 : at + 4 + length], at + 4 + _padded(length)
    return value, at


def _padded(length: int) -> int:
    return length + -length % 4


def _charset(page: int) -> str:
    return {65001: "utf-8", 20866: "koi8-r", 20127: "ascii"}.get(page, f"cp{page}")


def _text(value: _Value | None, charset: str) -> str:
    if value is None or value[0] not in (_STRING, _UNICODE, _BINARY):
        return ""
    kind, data = value
    return decode(data, "utf-16-le" if kind == _UNICODE else charset)[0].rstrip("\x00")


def _file(one: dict[int, _Value], charset: str) -> Packed | None:
    """Return an attachment; None for one that is no file: a message or an object of another program."""
    kind, data = one.get(_DATA, (0, b""))
    if _DATA not in one or kind == _OBJECT:
        return None
    name = _text(one.get(_LONG_NAME), charset) or _text(one.get(_SHORT_NAME), charset)
    declared = _text(one.get(_MIME_TYPE), charset).lower() or "application/octet-stream"
    return Packed(name, declared, data, _text(one.get(_CONTENT_ID), charset).strip("<>"))
