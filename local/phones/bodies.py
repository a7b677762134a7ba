"""Reads the body of a request: JSON, urlencoded or multipart."""

import json
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.requests import Request

from local.phones.errors import Refused


@dataclass(frozen=True)
class Upload:
    """A file in a multipart body."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True)
class Body:
    """The fields and files of a request. `is_form` is true for a form, false for JSON."""

    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    is_form: bool = False

    def text(self, name: str, default: str = "") -> str:
        """Return a field as text, a whole number as its digits. Raises Refused for any other type."""
        value = self.fields.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Refused(f"{name} must be text.")
        return str(value)


async def read_body(request: Request) -> Body:
    """Read the body by its content type. Raises Refused when it cannot be read or is not a JSON object."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind == "multipart/form-data":
        return await _multipart(request.stream(), options.get("boundary", ""))
    raw = await request.body()
    if kind == "application/x-www-form-urlencoded":
        try:
            return Body(dict(parse_qsl(raw.decode(), keep_blank_values=True)), is_form=True)
        except UnicodeDecodeError as error:
            raise Refused("The form is not UTF-8.") from error
    if not raw.strip():
        return Body()
    try:
        fields = json.loads(raw)
    except ValueError as error:
        raise Refused("The body is not valid JSON.") from error
    if not isinstance(fields, dict):
        raise Refused("The body must be a JSON object.")
    return Body(fields)


async def _multipart(chunks: AsyncIterable[bytes], boundary: str) -> Body:
    """Read a form as it arrives, so that a large file is in memory once."""
    body, content = Body(is_form=True), bytearray()
    segment: MultipartSegment | None = None
    try:
        with PushMultipartParser(boundary) as parser:
            async for chunk in chunks:
                for found in parser.parse(chunk):
                    if isinstance(found, MultipartSegment):
                        segment, content = found, bytearray()
                    elif found is not None:
                        content += found
                    elif segment is not None:
                        _take(body, segment, content)
    except MultipartError as error:
        raise Refused("The form cannot be read.") from error
    return body


def _take(body: Body, segment: MultipartSegment, content: bytearray) -> None:
    if segment.filename is None:
        body.fields[segment.name] = content.decode("utf-8", "replace")
    elif segment.filename or content:
        kind = segment.content_type or "application/octet-stream"
        body.files[segment.name] = Upload(segment.filename, kind, bytes(content))
