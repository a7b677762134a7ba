"""Reads requests to the form and to what is sent behind a private link."""

from typing import Any

from chalice.app import Response

from chalicelib.core.errors import DeskError
from chalicelib.core.observability import log
from chalicelib.web.http.request import read_request
from chalicelib.web.public.contact import ContactPage
from chalicelib.wiring import base as wiring


def show(request: Any, link: str = "") -> Response:
    """Answer GET: the form; with a private link, what may be sent behind it. Raises NotFound and Unavailable."""
    return _page(request, link).show()


def send(route: str, request: Any, link: str = "") -> Response:
    """Answer POST. What cannot be read is refused on the page. Raises NotFound and Unavailable."""
    page = _page(request, link)
    try:
        read = read_request("POST", route, request, wiring.clock()())
    except DeskError as error:
        page.check()
        log("refused", route=route, code=error.code, status=error.status)
        return page.problem(error, {})
    return page.send(read)


def _page(request: Any, link: str) -> ContactPage:
    language = request.headers.get("accept-language", "")
    return ContactPage(wiring.receive_page(), wiring.clock()(), request.query_params or {}, language, link)
