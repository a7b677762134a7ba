"""Forms with files, as providers get them and browsers post them."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple

import requests
from multipart import MultipartParser


class File(NamedTuple):
    """A file as a provider got it: the kind as which it was sent, its name, type and bytes."""

    kind: str
    name: str
    type: str
    data: bytes


def read_form(content_type: str, raw: bytes) -> dict[str, Any]:
    """The fields of a form with files."""
    boundary = content_type.partition("boundary=")[2]
    parts = list(MultipartParser(BytesIO(raw), boundary, memory_limit=2**27))
    return {
        one.name: File("", one.filename, one.content_type or "", one.raw) if one.filename else one.value
        for one in parts
    }


def posted(url: str, fields: Mapping[str, str], data: bytes) -> requests.Response:
    """What a bucket answers to the bytes of a file, posted as a browser does."""
    return requests.post(url, data=dict(fields), files={"file": ("blob", data)}, timeout=30)
