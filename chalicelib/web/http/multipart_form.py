"""Reads a form with files, as a browser without scripts posts it."""

from io import BytesIO
from typing import NamedTuple

from multipart import MultipartError, MultipartParser, parse_options_header

from chalicelib.core.errors import BadInput

_MOST_PARTS = 40


class PostedFile(NamedTuple):
    """A file of a form: the field that it came in, its name and type as the browser tells them, and its bytes."""

    field: str
    name: str
    type: str
    data: bytes


def read(content_type: str, raw: bytes) -> tuple[list[tuple[str, str]], list[PostedFile]]:
    """Return the fields of a form by their names, and its files; a place for a file that is empty counts as none.
    Nothing is written to a disk. Raises BadInput."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    fields: list[tuple[str, str]] = []
    files: list[PostedFile] = []
    try:
        size = len(raw)
        limits = {"spool_limit": size, "memory_limit": size, "disk_limit": 0, "part_limit": _MOST_PARTS}
        for part in MultipartParser(BytesIO(raw), boundary, size, strict=True, **limits):
            if part.filename is None:
                fields.append((part.name, part.raw.decode()))  # as our pages are written, whatever a part says
            elif part.filename:
                files.append(PostedFile(part.name, part.filename, part.content_type or "", part.raw))
    except (MultipartError, ValueError):
        raise BadInput("The form cannot be read. Send it again from the page.") from None
    return fields, files
