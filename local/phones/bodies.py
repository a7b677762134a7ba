"""Reads the body of a request: JSON, urlencoded or multipart."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

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
    raw = await request.body()
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return _multipart(raw, kind)
    if kind.startswith("application/x-www-form-urlencoded"):
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


def _multipart(raw: bytes, kind: str) -> Body:
    boundary = re.search(r'boundary="?([^";]+)"?', kind)
    if not boundary:
        raise Refused("A multipart body without a boundary.")
    fields: dict[str, Any] = {}
    files: dict[str, Upload] = {}
    for part in (b"\r\n" + raw).split(b"\r\n--" + boundary[1].encode())[1:]:
        head, found, content = part.partition(b"\r\n\r\n")
        if not found:
            continue
        headers = head.decode("utf-8", "replace")
        name = re.search(r'[;\s]name="([^"]*)"', headers)
        file_name = _file_name(headers)
        media_type = re.search(r"(?i)content-type:\s*([^\r\n]+)", headers)
        if not name:
            continue
        if file_name is None:
            fields[name[1]] = content.decode("utf-8", "replace")
        elif file_name or content:
            kind_of_file = media_type[1].strip() if media_type else "application/octet-stream"
            files[name[1]] = Upload(file_name, kind_of_file, content)
    return Body(fields, files, is_form=True)


def _file_name(headers: str) -> str | None:
    """Return the name of a file, in either way in which clients write one that is not ASCII; None for a field."""
    if extended := re.search(r"filename\*=(?i:utf-8)''([^;\s]+)", headers):
        return unquote(extended[1])
    plain = re.search(r'filename="([^"]*)"', headers)
    return plain[1] if plain else None
