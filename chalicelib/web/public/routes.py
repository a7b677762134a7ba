"""Routes that anybody may use: the policy, the check of certificates, the form, news by mail, the health check."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.core.settings import settings
from chalicelib.web.http.responses import html_response, json_response, with_error_responses

if TYPE_CHECKING:
    from collections.abc import Mapping


def public_routes() -> Blueprint:
    """Return the public routes as a chalice blueprint."""
    routes = Blueprint(__name__)

    @routes.route("/healthz", methods=["GET"])
    @with_error_responses("/healthz")
    def healthz() -> Response:
        from chalicelib.wiring import base as wiring

        parts = wiring.check_health()
        healthy = all(parts.values())
        said = {"status": "ok" if healthy else "failing", "stage": settings().stage, "parts": parts}
        return json_response(said, 200 if healthy else 503)

    @routes.route("/policy", methods=["GET"])
    @with_error_responses("/policy")
    def policy() -> Response:
        return _policy("")

    @routes.route("/policy/{version}", methods=["GET"])
    @with_error_responses("/policy/{version}")
    def policy_version(version: str) -> Response:
        return _policy(version)

    @routes.route("/certificates", methods=["GET"])
    @with_error_responses("/certificates")
    def certificate() -> Response:
        from chalicelib.web.public.certificate import form_page

        request = routes.current_request
        return form_page(request.query_params or {}, request.headers.get("accept-language", ""))

    @routes.route("/certificates", methods=["POST"], content_types=["application/x-www-form-urlencoded"])
    @with_error_responses("/certificates")
    def check_certificate() -> Response:
        from chalicelib.web.public.certificate import check_page
        from chalicelib.wiring import base as wiring

        request: Any = routes.current_request
        query: Mapping[str, str] = request.query_params or {}
        return check_page(
            request.raw_body, query, request.headers.get("accept-language", ""), wiring.check_certificate()
        )

    @routes.route("/contact", methods=["GET"])
    @with_error_responses("/contact")
    def contact_form() -> Response:
        from chalicelib.web.public.contact_views import show

        return show(routes.current_request)

    @routes.route("/contact", methods=["POST"], content_types=["*/*"])
    @with_error_responses("/contact")
    def send_contact_form() -> Response:
        from chalicelib.web.public.contact_views import send

        return send("/contact", routes.current_request)

    @routes.route("/contact/r/{link}/messages", methods=["GET"])
    @with_error_responses("/contact/r/{link}/messages")
    def write_on(link: str) -> Response:
        from chalicelib.web.public.contact_views import show

        return show(routes.current_request, link)

    @routes.route("/contact/r/{link}/messages", methods=["POST"], content_types=["*/*"])
    @with_error_responses("/contact/r/{link}/messages")
    def send_behind_link(link: str) -> Response:
        from chalicelib.web.public.contact_views import send

        return send("/contact/r/{link}/messages", routes.current_request, link)

    @routes.route("/news", methods=["GET"])
    @with_error_responses("/news")
    def ask_for_news() -> Response:
        from chalicelib.web.public.news import show

        return show(routes.current_request)

    @routes.route("/news", methods=["POST"], content_types=["*/*"])
    @with_error_responses("/news")
    def send_news_form() -> Response:
        from chalicelib.web.public.news import send

        return send(routes.current_request)

    def _policy(version: str) -> Response:
        from chalicelib.web.public.policy import policy_page

        request = routes.current_request
        query: Mapping[str, str] = request.query_params or {}
        html = policy_page(version, query.get("lang", ""), request.headers.get("accept-language", ""))
        return html_response(html, cache="public, max-age=300")

    return routes
