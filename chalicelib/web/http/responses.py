"""Responses of all routes: their headers, and the mapping from errors to statuses."""

import functools
import json
from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib.core.errors import DeskError
from chalicelib.core.observability import count, log, log_error

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
View = Callable[..., Response]


def json_response(body: Any, status: int = 200, location: str = "") -> Response:
    """Make a JSON response that no cache keeps; `location` is where a redirect leads."""
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    headers |= {"Location": location} if location else {}
    return Response(json.dumps(body, ensure_ascii=False), status_code=status, headers={**SECURITY_HEADERS, **headers})


def file_response(link: str) -> Response:
    """Lead to a file by a link that lives for a minute, which no cache keeps."""
    return Response("", status_code=302, headers={**SECURITY_HEADERS, "Location": link, "Cache-Control": "no-store"})


def text_response(text: str, status: int = 200) -> Response:
    """Make a response of plain text that no cache keeps."""
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    return Response(text, status_code=status, headers={**SECURITY_HEADERS, **headers})


def html_response(html: str, status: int = 200, cache: str = "no-store", files_from: str = "") -> Response:
    """Make an HTML response; `cache` is its Cache-Control. With `files_from` the page may show pictures and play
    recordings of that origin, too, where its own links to files lead, and its script may upload files there."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": cache, "Vary": "Accept-Language"}
    if files_from:
        policy = SECURITY_HEADERS["Content-Security-Policy"]
        seen = f"img-src 'self' {files_from}; media-src 'self' {files_from};"
        policy = policy.replace("connect-src 'self';", f"connect-src 'self' {files_from};")
        headers["Content-Security-Policy"] = policy.replace("img-src 'self';", seen)
    return Response(html, status_code=status, headers={**SECURITY_HEADERS, **headers})


def not_modified(stamp: str) -> Response:
    """Tell an open page that nothing has changed: without content, and without headers about content."""
    return Response("", status_code=304, headers={"ETag": f'"{stamp}"', "Cache-Control": "no-store"})


def error_response(error: DeskError) -> Response:
    """Make the JSON response of an error: its code, and what happened and what to do."""
    return with_wait(json_response({"code": error.code, "message": error.message}, error.status), error)


def with_wait(response: Response, error: DeskError) -> Response:
    """Return the response with the time after which trying again may help, if there is one."""
    if error.retry_after:
        response.headers["Retry-After"] = f"{error.retry_after:.0f}"
    return response


def with_error_responses(route: str) -> Callable[[View], View]:
    """Return a decorator that answers a view's errors: a DeskError by its status, any other by 500.

    The text of an unexpected error is not logged, since it may hold personal data.
    """

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def answer(*args: Any, **kwargs: Any) -> Response:
            try:
                return view(*args, **kwargs)
            except DeskError as error:
                log("refused", route=route, code=error.code, status=error.status)
                return error_response(error)
            except Exception as error:  # noqa: BLE001 - the last place that can answer
                log_error("failed", error, route=route)
                count("UnexpectedError", route=route)
                return json_response({"code": "error", "message": "Something went wrong here. Try again."}, 500)

        return answer

    return wrap
