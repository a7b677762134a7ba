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


def winmail(files: dict[str, bytes], html: str = "", *, message: bool = False) -> bytes:
    """Return a container with these files, a text in HTML, and a mail that is packed in it."""
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
