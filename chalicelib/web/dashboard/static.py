"""Styles, script and icons: served with a hash in their address, so that they may be kept for a year."""

import hashlib
from functools import cache
from pathlib import Path

from chalice.app import Response

from chalicelib.core.errors import NotFound
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import SECURITY_HEADERS

_FOLDER = Path(__file__).parent.parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def _files() -> dict[str, tuple[str, str, str]]:
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _TYPES:
            body = path.read_bytes()
            found[path.name] = (hashlib.sha256(body).hexdigest()[:16], _TYPES[path.suffix], body.decode())
    return found


def address(name: str) -> str:
    """The path of a static file below the service's root. Raises KeyError for one that is not there."""
    return f"/static/{_files()[name][0]}/{name}"


def file(call: HttpRequest) -> Response:
    """GET /static/{version}/{name}: never changes, so it may be kept for a year."""
    version, kind, body = _files().get(call.path["name"], ("", "", ""))
    if not version or call.path["version"] != version:
        raise NotFound("There is no such file in this version. Load the page again.")
    return _answer(kind, body, "public, max-age=31536000, immutable")


def named(call: HttpRequest) -> Response:
    """GET /static/{name}: for public pages, whose addresses know no version. API Gateway wants one name per place
    of a path, so the variable is called as in the route below it."""
    version, kind, body = _files().get(call.path["version"], ("", "", ""))
    if not version:
        raise NotFound("There is no such file.")
    return _answer(kind, body, "public, max-age=300")


def _answer(kind: str, body: str, cache_control: str) -> Response:
    headers: dict[str, str | list[str]] = {
        **SECURITY_HEADERS,
        "Content-Type": f"{kind}; charset=utf-8",
        "Cache-Control": cache_control,
    }
    return Response(body, status_code=200, headers=headers)
