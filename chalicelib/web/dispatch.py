"""Makes chalice routes of the table: each reads the request, checks rights, calls the view and answers errors."""

import importlib
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.core.errors import DeskError
from chalicelib.core.observability import count, log, log_error
from chalicelib.web.http.request import MULTIPART, HttpRequest, read_request
from chalicelib.web.http.responses import error_response, json_response, not_modified, with_wait
from chalicelib.web.http.routes_and_roles import API, PAGES, Route

View = Callable[[HttpRequest], Response]
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
OF_OTHERS = ("cross-site", "same-site")
"""Values of Sec-Fetch-Site for a request that another site's page makes. Its answer is not compressed: that site chose
the address, and who sees the size of the answer could guess what stands beside it."""


def api_routes() -> Blueprint:
    """Return the routes of the JSON API as a chalice blueprint."""
    return _blueprint(API)


def dashboard_routes() -> Blueprint:
    """Return the pages of the dashboard and their static files as a chalice blueprint."""
    return _blueprint(PAGES)


def _blueprint(table: tuple[Route, ...]) -> Blueprint:
    routes = Blueprint(__name__)
    for route in table:
        _register(routes, route)
    return routes


def _register(routes: Blueprint, route: Route) -> None:
    # chalice takes every content type, so that HttpRequest.check_type can refuse a wrong one in our own words.
    types = {} if route.method == "GET" else {"content_types": ["*/*"]}

    def answer(**_path: str) -> Response:
        response = _answer(route, routes.current_request)
        if routes.current_request.headers.get("sec-fetch-site", "") in OF_OTHERS:
            response.headers["Content-Encoding"] = "identity"
        return response

    name = re.sub("[.:]", "_", route.view) + f"_{route.method.lower()}"
    routes.route(route.path, methods=[route.method], name=name, **types)(answer)


def _answer(route: Route, chalice_request: Any) -> Response:
    from chalicelib.web.http.auth import identify, look, permit
    from chalicelib.web.http.need_to_know import refuse_unneeded
    from chalicelib.web.public.static import release
    from chalicelib.wiring import base as wiring

    request: HttpRequest | None = None
    try:
        request = read_request(route.method, route.path, chalice_request, wiring.clock()())
        request.check_type(*([_JSON] if route.api else [_FORM, *([MULTIPART] if route.files else [])]))
        if not route.path.startswith("/static/"):
            request = look(request, route, release)
            if request.watch and not request.watch.changed:
                return not_modified(request.watch.known)
            request = identify(request, route)
        permit(request, route)
        refuse_unneeded(request, route)
        return _view(route.view)(request)
    except DeskError as error:
        log("refused", route=route.path, method=route.method, code=error.code, status=error.status)
        return _refusal(route, request, error)
    except Exception as error:  # noqa: BLE001 - the last place that can answer
        log_error("failed", error, route=route.path, method=route.method)
        count("UnexpectedError", route=route.path)
        unexpected = DeskError("Something broke here. The customer did not notice. Try again.")
        return _refusal(route, request, unexpected)


def _refusal(route: Route, request: HttpRequest | None, error: DeskError) -> Response:
    if route.api or route.path.startswith("/static/"):
        return error_response(error)
    try:
        from chalicelib.web.dashboard.error_page import refusal_response

        return with_wait(refusal_response(request, error), error)
    except Exception as broken:  # noqa: BLE001 - the error page itself must not fail
        log_error("failed", broken, route=route.path, method=route.method)
        return json_response({"code": error.code, "message": error.message}, error.status)


@cache
def _view(name: str) -> View:
    module, _, function = name.partition(":")
    view: View = getattr(importlib.import_module(f"chalicelib.web.{module}"), function)
    return view
