"""The description tells the truth: every route is in it, and answers look as it says."""

from chalicelib.web.api.session import description
from chalicelib.web.http.routes_and_roles import API
from infra import openapi
from tests.support.web.asking import every_state
from tests.support.web.described import check
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say


def test_the_description_is_made_of_the_views_and_their_models() -> None:
    assert openapi.description() == description(), "run: python -m infra.openapi"


def test_every_route_is_described_and_nothing_else() -> None:
    described = {(method.upper(), path) for path, methods in description()["paths"].items() for method in methods}
    assert described == {(route.method, route.path) for route in API}


def test_every_refusal_that_a_route_can_give_is_described() -> None:
    for route in API:
        answers = description()["paths"][route.path][route.method.lower()]["responses"]
        wanted = {"400"} | (set() if route.public else {"401", "403"})
        wanted |= {"413", "415"} if route.method in ("POST", "PATCH") else set()
        assert wanted <= set(answers), (route.method, route.path)


def test_real_answers_match_their_description(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    say(web, AMINA, "", kind="voice", details={"duration": 42, "media_id": "1"})
    ticket = web.tickets()[0]["id"]
    contact = web.tickets()[0]["contact"]["id"]
    one = "/api/v1/tickets/{id}"
    for method, template, path, body in (
        ("GET", "/api/v1/tickets", "/api/v1/tickets", None),
        ("GET", "/api/v1/tickets", "/api/v1/tickets?x=1", None),
        ("PATCH", one, f"/api/v1/tickets/{ticket}", {"priority": "high", "tags": ["a"]}),
        ("POST", f"{one}/replies", f"/api/v1/tickets/{ticket}/replies", {"text": "a", "client_id": "b"}),
        ("POST", f"{one}/replies", f"/api/v1/tickets/{ticket}/replies", {"text": "b", "client_id": "b"}),
        ("GET", f"{one}/replies/{{client_id}}", f"/api/v1/tickets/{ticket}/replies/b", None),
        ("GET", f"{one}/replies/{{client_id}}", f"/api/v1/tickets/{ticket}/replies/c", None),
        ("POST", f"{one}/comments", f"/api/v1/tickets/{ticket}/comments", {"text": "a", "client_id": "b"}),
        ("POST", f"{one}/comments", f"/api/v1/tickets/{ticket}/comments", {"text": "a"}),
        ("GET", one, f"/api/v1/tickets/{ticket}", None),
        ("GET", one, f"/api/v1/tickets/{'0' * 20}", None),
        ("GET", "/api/v1/contacts/{id}", f"/api/v1/contacts/{contact}", None),
        ("GET", "/api/v1/me", "/api/v1/me", None),
        ("POST", "/api/v1/login", "/api/v1/login", {"email": "bolat@desk.local", "password": "wrong"}),
        ("POST", "/api/v1/staff/{id}/revoke", "/api/v1/staff/x/revoke", {}),
        ("GET", "/api/v1/openapi.json", "/api/v1/openapi.json", None),
    ):
        answer = web.call(method, path, body)
        check(method, template, answer.status, answer.json)


def test_answers_about_requests_match_their_description(web: Web) -> None:
    one = "/api/v1/privacy-requests"
    made = every_state(web)
    new = {"kind": "deletion", "contact_id": made["cancelled"].contact_id, "source": "staff"}
    certificate = made["complete"].certificate_id
    for method, template, path, body in (
        ("GET", one, one, None),
        ("GET", one, f"{one}?x=1", None),
        ("POST", one, one, {**new, "contact_id": made["grace"].contact_id}),
        ("POST", one, one, {**new, "kind": "access"}),
        *(("GET", f"{one}/{{id}}", f"{one}/{request.id}", None) for request in made.values()),
        ("POST", f"{one}/{{id}}/decision", f"{one}/{made['escalated'].id}/decision", {"decision": "erase"}),
        ("POST", f"{one}/{{id}}/decision", f"{one}/{made['complete'].id}/decision", {"decision": "erase"}),
        ("GET", "/api/v1/privacy-hold", "/api/v1/privacy-hold", None),
        ("POST", "/api/v1/privacy-hold", "/api/v1/privacy-hold", {"held": True}),
        ("POST", "/api/v1/privacy-hold", "/api/v1/privacy-hold", {"held": "x"}),
        ("POST", "/api/v1/privacy-hold", "/api/v1/privacy-hold", {"held": False}),
        ("GET", "/api/v1/certificates/{id}", f"/api/v1/certificates/{certificate}", None),
    ):
        answer = web.call(method, path, body, by="dana")
        check(method, template, answer.status, answer.json)
