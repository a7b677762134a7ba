"""Opens a mail that its signature encloses (S/MIME, opaque signing): the mail that was signed is taken out.

Nothing is verified, and no trust is derived: what is inside counts as words of a mail like any other. Only the way to
the content is read, of BER (ITU-T X.690) with definite and indefinite lengths; source of the structure: RFC 5652.
"""

from typing import NamedTuple

_SIGNED, _DATA = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010701")
_SEQUENCE, _SET, _INTEGER, _ID, _OCTETS, _OCTETS_IN_PARTS, _EXPLICIT = 0x30, 0x31, 0x02, 0x06, 0x04, 0x24, 0xA0
_MOST_PARTS = 100_000
_MOST_DEPTH = 8


class _Value(NamedTuple):
    """A value: its tag, where its content begins and ends, and where what follows begins. `open`: it has no length and
    ends with an empty value; then `end` and `after` are those of what is around it."""

    tag: int
    start: int
    end: int
    after: int
    open: bool


class _Damaged(ValueError):
    """The bytes are not what they must be there."""


def signed_content(data: bytes) -> bytes | None:
    """Return the mail that a signature encloses; None when it encloses none: the bytes are encrypted, packed, damaged,
    or the signature of something else."""
    try:
        outer = _expected(data, 0, len(data), _SEQUENCE)
        kind = _expected(data, outer.start, outer.end, _ID)
        if data[kind.start : kind.end] != _SIGNED:
            return None
        signed = _expected(data, _expected(data, kind.after, outer.end, _EXPLICIT).start, outer.end, _SEQUENCE)
        version = _expected(data, signed.start, signed.end, _INTEGER)
        digests = _expected(data, version.after, signed.end, _SET)
        at = _end_of_open(data, digests, 0) if digests.open else digests.after
        enclosed = _expected(data, at, signed.end, _SEQUENCE)
        kind = _expected(data, enclosed.start, enclosed.end, _ID)
        if data[kind.start : kind.end] != _DATA:
            return None
        explicit = _expected(data, kind.after, enclosed.end, _EXPLICIT)
        return _octets(data, _value(data, explicit.start, explicit.end))
    except _Damaged:
        return None


def _octets(data: bytes, value: _Value) -> bytes:
    if value.tag == _OCTETS:
        return data[value.start : value.end]
    if value.tag != _OCTETS_IN_PARTS:
        raise _Damaged
    parts: list[bytes] = []
    at = value.start
    while at < value.end and len(parts) < _MOST_PARTS:
        part = _value(data, at, value.end)
        if part.tag == 0 and value.open:
            return b"".join(parts)
        if part.tag != _OCTETS:  # parts of parts are allowed, and nobody makes them
            raise _Damaged
        parts.append(data[part.start : part.end])
        at = part.after
    if value.open or at < value.end:
        raise _Damaged
    return b"".join(parts)


def _end_of_open(data: bytes, value: _Value, depth: int) -> int:
    """Return where a value without a length ends."""
    at = value.start
    for _ in range(_MOST_PARTS):
        inner = _value(data, at, value.end)
        if inner.tag == 0:
            return inner.after
        if inner.open and depth >= _MOST_DEPTH:
            raise _Damaged
        at = _end_of_open(data, inner, depth + 1) if inner.open else inner.after
    raise _Damaged


def _expected(data: bytes, at: int, end: int, tag: int) -> _Value:
    found = _value(data, at, end)
    if found.tag != tag:
        raise _Damaged
    return found


def _value(data: bytes, at: int, end: int) -> _Value:
    """Return the value that begins here, inside of what ends there."""
    if at + 2 > end:
        raise _Damaged
    tag, length, at = data[at], data[at + 1], at + 2
    if length == 0x80:
        return _Value(tag, at, end, end, True)
    if length > 0x80:
        size = length & 0x7F
        if size > 4 or at + size > end:
            raise _Damaged
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    if at + length > end:
        raise _Damaged
    return _Value(tag, at, at + length, at + length, False)
