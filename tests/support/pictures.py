"""Pictures of one colour, as small as they can be."""

import struct
import zlib


def png(width: int = 4, height: int = 3, *, more: int = 0) -> bytes:
    """A PNG of this size, with `more` bytes after its end, which nobody looks at."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + b"\0" * ((width + 7) // 8)) * height
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"") + b"\0" * more
