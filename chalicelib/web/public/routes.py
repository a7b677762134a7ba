"""Pages for everybody: the policy, certificates and the health check."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.core.settings import settings
from chalicelib.web.http.responses import answering, html_answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping


def public_routes() -> Blueprint:
    """Return the public routes as a blueprint of their own."""
    routes = Blueprint(__name__)

    @routes.route("/healthz", methods=["GET"])
    @answering("/healthz")
    def healthz() -> Response:
        from chalicelib.wiring import base as wiring

        parts = wiring.check_health()
        healthy = all(parts.values())
        said = {"status": "ok" if healthy else "failing", "stage": settings().stage, "parts": parts}
        return json_answer(said, 200 if healthy else 503)

    @routes.route("/policy", methods=["GET"])
    @answering("/policy")
    def policy() -> Response:
        return _policy("")

    @routes.route("/policy/{version}", methods=["GET"])
    @answering("/policy/{version}")
    def policy_version(version: str) -> Response:
        return _policy(version)

    @routes.route("/certificates", methods=["GET"])
    @answering("/certificates")
    def certificate() -> Response:
        from chalicelib.web.public.certificate import show_form

        request = routes.current_request
        return show_form(request.query_params or {}, request.headers.get("accept-language", ""))

    @routes.route("/certificates", methods=["POST"], content_types=["application/x-www-form-urlencoded"])
    @answering("/certificates")
    def check_certificate() -> Response:
        from chalicelib.web.public.certificate import check
        from chalicelib.wiring import base as wiring

        request: Any = routes.current_request
        query: Mapping[str, str] = request.query_params or {}
        return check(request.raw_body, query, request.headers.get("accept-language", ""), wiring.check_certificate())

    def _policy(version: str) -> Response:
        from chalicelib.web.public.policy import policy_page

        request = routes.current_request
        query: Mapping[str, str] = request.query_params or {}
        html = policy_page(version, query.get("lang", ""), request.headers.get("accept-language", ""))
        return html_answer(html, cache="public, max-age=300")

    return routes
