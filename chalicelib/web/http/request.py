"""One HTTP request as views see it: read, checked, with the staff member who is signed in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from chalicelib.core.errors import BadInput, DeskError, TooLarge
from chalicelib.staff.model import Session, Staff

if TYPE_CHECKING:
    from chalicelib.web.http.multipart_form import PostedFile
    from chalicelib.web.http.watch import Watch

MAX_TEXT_BODY = 256 * 1024
"""Largest form or JSON body in bytes, where the route takes no files."""
MAX_FIELDS = 100
MULTIPART = "multipart/form-data"


class WrongType(DeskError):
    """The body has a type that this route does not take."""

    status, code = 415, "wrong_type"


@dataclass(frozen=True)
class HttpRequest:
    """A request. Names of headers are in lower case.

    `route` is the path as the table of routes writes it, `path` the values of its variables. `token` is the session's,
    empty when signed out; `source` is the caller's IP address; `now` is the desk's time in ms. `watch` says what an
    open page has seen, on routes that can tell; `session` is there when it was read, strongly, beside the marker.
    """

    method: str
    route: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    source: str
    now: int
    signed_in: Staff | None = None
    token: str = ""
    cookies: Mapping[str, str] = field(default_factory=dict)
    watch: "Watch | None" = None
    session: Session | None = None

    @property
    def staff(self) -> Staff:
        """The staff member who is signed in. Only views behind a route that demands a session may read this."""
        assert self.signed_in is not None
        return self.signed_in

    @property
    def wants_json(self) -> bool:
        """Tell whether a script of a page asks. Then every answer is JSON, refusals too."""
        return "application/json" in self.headers.get("accept", "")

    @property
    def type(self) -> str:
        """The declared type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def check_type(self, *wanted: str) -> None:
        """Raise WrongType for a body that is declared as a type that is not `wanted`."""
        if self.raw and self.type not in wanted:
            raise WrongType(f"Send the body as {wanted[0]}.")

    @cached_property
    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body. Raises BadInput."""
        try:
            value = json.loads(self.raw.decode())
        except (ValueError, RecursionError):
            raise BadInput("The body is not JSON. Send one JSON object.") from None
        if not isinstance(value, dict):
            raise BadInput("The body is not a JSON object. Send one JSON object.")
        return value

    @cached_property
    def form(self) -> dict[str, str]:
        """Return the fields of a posted form. Raises BadInput."""
        return self._fields(self._multipart[0] if self.type == MULTIPART else self._pairs())

    @property
    def files(self) -> "list[PostedFile]":
        """The files of a posted form. Raises BadInput."""
        return self._multipart[1] if self.type == MULTIPART else []

    @cached_property
    def _multipart(self) -> "tuple[list[tuple[str, str]], list[PostedFile]]":
        from chalicelib.web.http import multipart_form

        return multipart_form.read(self.headers["content-type"], self.raw)

    def _pairs(self) -> list[tuple[str, str]]:
        try:
            return parse_qsl(
                self.raw.decode(), keep_blank_values=True, strict_parsing=bool(self.raw), max_num_fields=MAX_FIELDS
            )
        except ValueError:
            raise BadInput("The form cannot be read. Send it again from the page.") from None

    @staticmethod
    def _fields(pairs: list[tuple[str, str]]) -> dict[str, str]:
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise BadInput("A field of the form is there twice. Send it again from the page.")
        return fields


def read_request(method: str, route: str, chalice_request: Any, now: int, most: int = MAX_TEXT_BODY) -> HttpRequest:
    """Read chalice's request, whose body has `most` bytes at most. Raises TooLarge, and BadInput for a repeated
    parameter or bad base64."""
    try:
        raw: bytes = chalice_request.raw_body or b""
    except ValueError:
        raise BadInput("The body is not valid base64.") from None
    if len(raw) > most:
        raise TooLarge("This is too large. Send less text, or files of 4 MB together.")
    headers = {name.lower(): value for name, value in chalice_request.headers.items()}
    identity = (chalice_request.context or {}).get("identity") or {}
    return HttpRequest(
        method=method,
        route=route,
        path=dict(chalice_request.uri_params or {}),
        query=_single(chalice_request.query_params),
        headers=headers,
        raw=raw,
        source=str(identity.get("sourceIp") or ""),
        now=now,
        cookies=_cookies(headers.get("cookie", "")),
    )


def _single(params: Any) -> dict[str, str]:
    if not params:
        return {}
    single = {}
    for name in params:
        values = params.getlist(name)
        if len(values) != 1:
            raise BadInput("A parameter is there twice. Give each once.")
        single[name] = values[0]
    return single


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    cookies: dict[str, str] = {}
    for name, _, value in pairs:
        if name:
            cookies.setdefault(name, value)
    return cookies
