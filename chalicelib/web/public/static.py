"""Serves styles, scripts and icons. Their addresses hold a hash of the content, so browsers may keep them a year."""

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
    """Return the path of a static file below the service's root. Raises KeyError for an unknown name."""
    return f"/static/{_files()[name][0]}/{name}"


@cache
def release() -> str:
    """Return a word that is another one when scripts or styles are."""
    return hashlib.sha256("".join(version for version, *_ in _files().values()).encode()).hexdigest()[:16]


def file(request: HttpRequest) -> Response:
    """GET /static/{version}/{name}: the content at this address never changes."""
    version, kind, body = _files().get(request.path["name"], ("", "", ""))
    if not version or request.path["version"] != version:
        raise NotFound("There is no such file in this version. Load the page again.")
    return _answer(kind, body, "public, max-age=31536000, immutable")


def named(request: HttpRequest) -> Response:
    """GET /static/{name}: for public pages, which name no version; kept for five minutes.

    The route's variable is called `version`, because API Gateway allows one variable name at each position of a path
    and the route above uses this one.
    """
    version, kind, body = _files().get(request.path["version"], ("", "", ""))
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
