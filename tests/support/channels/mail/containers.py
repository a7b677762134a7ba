"""Builds winmail.dat (TNEF) as Outlook does."""

import struct


def _attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _property(kind: int, name: int, data: bytes) -> bytes:
    if kind == 3:
        return struct.pack("<HH", kind, name) + data
    return struct.pack("<HHII", kind, name, 1, len(data)) + data + bytes(-len(data) % 4)


def _properties(*given: bytes) -> bytes:
    return struct.pack("<I", len(given)) + b"".join(given)


HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
"""Microsoft's own example of packed RTF ([MS-OXRTFCP], 3.1.1): hello world."""


def stored(rtf: bytes) -> bytes:
    """Return RTF as Outlook stores it without packing."""
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


def packed(rtf: bytes) -> bytes:
    """Return RTF packed without any repetition."""
    body = b"".join(b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8))
    return struct.pack("<IIII", len(body) + 12, len(rtf), 0x75465A4C, 0) + body


def enclosed(mail: bytes, *, parts: int = 0, kind: str = "2a864886f70d010702") -> bytes:
    """Return a mail enclosed by a signature, with the way to its content alone, as programs write it: with lengths, or
    without them and the content in so many `parts`."""

    def value(tag: int, *content: bytes) -> bytes:
        whole = b"".join(content)
        if parts and tag in (0x30, 0xA0, 0x24):
            return bytes([tag, 0x80]) + whole + b"\0\0"
        return bytes([tag, 0x84]) + struct.pack(">I", len(whole)) + whole

    size = -(-len(mail) // max(parts, 1)) or 1
    pieces = [value(4, mail[at : at + size]) for at in range(0, len(mail), size)]
    content = value(0x24, *pieces) if parts else value(4, mail)
    data = value(0x30, value(6, bytes.fromhex("2a864886f70d010701")), value(0xA0, content))
    signed = value(0x30, value(2, b"\1"), value(0x31), data, value(0x31))
    return value(0x30, value(6, bytes.fromhex(kind)), value(0xA0, signed))


def winmail(files: dict[str, bytes], html: str = "", *, message: bool = False, rtf: bytes = b"") -> bytes:
    """Return a container with these files, a text in HTML or RTF, and a mail that is packed in it."""
    named = (
        struct.pack("<HH", 0x1E, 0x8001)
        + bytes(16)
        + struct.pack("<II", 1, 10)
        + "Имя1\0".encode("utf-16-le")
        + bytes(2)
    )
    named += struct.pack("<II", 1, 2) + b"a\0\0\0"
    body = [
        named,
        _property(3, 0x3FDE, struct.pack("<I", 65001)),
        *([_property(0x102, 0x1013, html.encode())] if html else []),
        *([_property(0x102, 0x1009, rtf)] if rtf else []),
    ]
    made = [
        struct.pack("<IH", 0x223E9F78, 1),
        _attribute(1, 0x9006, 8, struct.pack("<I", 0x10000)),
        _attribute(1, 0x9007, 6, struct.pack("<II", 1251, 0)),
        _attribute(1, 0x9003, 6, _properties(*body)),
    ]
    for name, data in files.items():
        made.append(_attribute(2, 0x9002, 6, bytes(14)))
        made.append(_attribute(2, 0x8010, 1, name.encode("cp1251") + b"\0"))
        made.append(_attribute(2, 0x800F, 6, data))
        made.append(_attribute(2, 0x9005, 6, _properties(_property(0x1F, 0x3707, name.encode("utf-16-le") + b"\0\0"))))
    if message:
        made.append(_attribute(2, 0x9002, 6, bytes(14)))
        made.append(_attribute(2, 0x9005, 6, _properties(_property(0x0D, 0x3701, bytes(16) + winmail({})))))
    return b"".join(made)
