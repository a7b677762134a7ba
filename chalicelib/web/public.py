"""Pages for everybody: the policy and the health check."""

from collections.abc import Mapping

from chalice.app import Blueprint, Response

from chalicelib.settings import settings
from chalicelib.web.answers import answering, html_answer, json_answer


def public_routes() -> Blueprint:
    """Return the public routes as a blueprint of their own."""
    routes = Blueprint(__name__)

    @routes.route("/healthz", methods=["GET"])
    @answering("/healthz")
    def healthz() -> Response:
        return json_answer({"status": "ok", "stage": settings().stage})

    @routes.route("/policy", methods=["GET"])
    @answering("/policy")
    def policy() -> Response:
        return _policy("")

    @routes.route("/policy/{version}", methods=["GET"])
    @answering("/policy/{version}")
    def policy_version(version: str) -> Response:
        return _policy(version)

    def _policy(version: str) -> Response:
        from chalicelib.web.policy_page import policy_page

        request = routes.current_request
        query: Mapping[str, str] = request.query_params or {}
        html = policy_page(version, query.get("lang", ""), request.headers.get("accept-language", ""))
        return html_answer(html, cache="public, max-age=300")

    return routes
