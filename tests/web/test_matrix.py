"""Every route × every role × signed out × undertaking unsigned × a form of another session."""

import pytest

from chalicelib.staff.model import Role
from chalicelib.web.http.routes_and_roles import API, PAGES, Route
from tests.support.people import from_amina
from tests.support.web.accounts import ROLES
from tests.support.web.desk import Web
from tests.support.web.visiting import Browser

ALL = API + PAGES
PROTECTED = [route for route in ALL if not route.public]
ABSENT = "0123456789abcdefghjk"


def _path(route: Route) -> str:
    return (
        route.path.replace("{id}", ABSENT)
        .replace("{client_id}", "page-1")
        .replace("{version}", "desk.css")
        .replace("{name}", "desk.css")
    )


def _status(web: Web, route: Route, browser: Browser | None, token: str, csrf: str | None = None) -> int:
    path = _path(route)
    if route.api:
        body = {} if route.method in ("POST", "PATCH") else None
        return web.call(route.method, path, body, by="", token=token).status
    who = browser or web.browser()
    return (who.get(path) if route.method == "GET" else who.post(path, csrf=csrf)).status


def test_every_route_is_registered_and_no_other() -> None:
    import app

    known = {(method, path) for path, methods in app.app.routes.items() for method in methods}
    ours = {(route.method, route.path) for route in ALL}
    assert ours <= known
    others = {path for method, path in known - ours}
    public = {"/policy", "/policy/{version}", "/certificates", "/healthz", "/contact", "/contact/r/{link}/messages"}
    public |= {"/news"}
    assert others <= {"/webhooks/whatsapp", "/webhooks/telegram", *public}


def test_who_is_signed_out_reaches_nothing_but_public_routes(web: Web) -> None:
    for route in PROTECTED:
        status = _status(web, route, None, "")
        expected = 303 if not route.api and route.method == "GET" else 401
        assert status == expected, (route.method, route.path)


@pytest.mark.parametrize("name", [name for name in ROLES if name != "newcomer"])
def test_roles_reach_what_the_table_says(web: Web, name: str) -> None:
    for route in PROTECTED:
        if "logout" in route.path or "sign-out" in route.path:
            continue
        allowed = bool(route.roles & set(ROLES[name]))
        status = _status(web, route, web.signed_in(name), web.token(name))
        assert (status == 403) == (not allowed), (name, route.method, route.path, status)
        assert status < 500, (name, route.method, route.path, status)


def test_who_has_not_signed_the_undertaking_reaches_only_its_page_and_the_way_out(web: Web) -> None:
    browser, token = web.browser(), ""
    assert browser.sign_in("newcomer").status == 303
    token = web.token("newcomer")
    for route in PROTECTED:
        if Role.OPERATOR not in route.roles or "logout" in route.path or "sign-out" in route.path:
            continue
        status = _status(web, route, browser, token)
        assert (status == 403) == route.undertaking, (route.method, route.path, status)
    assert web.call("GET", "/api/v1/tickets", by="newcomer").json["code"] == "undertaking"


def test_signing_the_undertaking_opens_the_desk(web: Web) -> None:
    browser = web.browser()
    browser.sign_in("newcomer")
    refused = browser.get("/dashboard")
    assert refused.status == 403 and "Sign the undertaking" in refused.text
    assert browser.post("/dashboard/undertaking", {"agree": "yes", "version": "1", "language": "en"}).status == 303
    assert browser.get("/dashboard").status == 200
    assert web.call("GET", "/api/v1/tickets", by="newcomer").status == 200


@pytest.mark.parametrize("route", [route for route in PAGES if route.form], ids=lambda route: route.path)
def test_a_form_of_another_session_or_without_a_token_changes_nothing(web: Web, route: Route) -> None:
    saule = web.signed_in("saule")
    mine = web.signed_in(next(name for name, roles in ROLES.items() if name != "saule" and route.roles & set(roles)))
    for foreign in (saule.token, "", "0" * 64):
        assert mine.post(_path(route), csrf=foreign).status == 403


def test_a_foreign_form_does_not_close_a_ticket(web: Web) -> None:
    web.receive(from_amina(sent_at=web.seconds))
    ticket = web.tickets()[0]
    answer = web.signed_in("bolat").post(
        f"/dashboard/tickets/{ticket['id']}/change", {"state": "closed"}, csrf=web.signed_in("saule").token
    )
    assert answer.status == 403
    assert web.ticket(ticket["id"])["state"] == "open"
