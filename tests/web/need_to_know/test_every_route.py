"""Every route that names a ticket, a message, a file or a contact, with everybody who may not open it, and who may."""

from typing import Any

import pytest

from chalicelib.dynamo.models import DeskRow
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import NeedToKnow
from chalicelib.staff.model import Role
from chalicelib.web.api.session import description
from chalicelib.web.http.routes_and_roles import API, PAGES, Route
from tests.support.web.accounts import ROLES
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say
from tests.support.web.teams import hand_over, open_with_reason, refused, stored
from tests.support.web.teams import teams as teams
from tests.support.web.visiting import Answer

pytestmark = pytest.mark.usefixtures("teams")
ALL = [route for route in API + PAGES if not route.public]
ABOUT = [route for route in ALL if route.about and not route.opens]
ACTS = ("react", "edit", "delete")
TEXT = "Терминал чек шығармай тұр"
ELSEWHERE = tuple(
    f"/{one}/{{id}}" for one in "staff privacy privacy-requests certificates withheld-replies mailings".split()
)
"""Paths that name nothing of a conversation, or are of roles that may open every one."""
IN_BODIES = {
    ("post", "/api/v1/attachments", "ticket_id"),
    ("get", "/api/v1/templates", "ticket_id"),
    ("post", "/api/v1/tickets/{id}/privacy-requests", "message_id"),
    ("post", "/api/v1/privacy-requests", "contact_id"),
}
"""Tickets, messages and contacts that stand in a body or query: the first two ask by themselves, the third names a
message of the path's ticket, the last is of officers."""


def test_a_path_says_what_it_names_so_that_no_new_route_is_forgotten() -> None:
    for route in ALL:
        named = "{id}" in route.path or "{message}" in route.path
        other = any(part in route.path for part in ELSEWHERE)
        assert bool(route.about) == (named and not other), route.path
    of_everybody = {
        route.path for route in ALL if any(part in route.path for part in ELSEWHERE) and len(route.roles) > 2
    }
    assert all("/mailings/" in path for path in of_everybody), "these show no conversation"
    assert [route.path for route in ALL if route.opens] == [
        "/api/v1/tickets/{id}/openings",
        "/dashboard/tickets/{id}/open",
    ]


def test_a_body_that_names_one_is_known_so_that_no_new_one_is_forgotten() -> None:
    found = set()
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
            names += _names(operation.get("requestBody", {}))
            found |= {(method, path, one) for one in names if one.endswith(("ticket_id", "contact_id", "message_id"))}
    assert found == IN_BODIES


def _names(body: Any) -> list[str]:
    """The names of the fields of a body."""
    if isinstance(body, list):
        return [name for one in body for name in _names(one)]
    if not isinstance(body, dict):
        return []
    if "$ref" in body:
        return _names(description()["components"]["schemas"][body["$ref"].rpartition("/")[2]])
    own = list(body["properties"]) if isinstance(body.get("properties"), dict) else []
    return own + [name for one in body.values() for name in _names(one)]


@pytest.fixture
def ids(web: Web) -> dict[str, str]:
    """Amina's ticket, which the first team answers, with her message and the contact."""
    say(web, AMINA, TEXT)
    (ticket,) = web.tickets()
    message = next(one for one in web.ticket(ticket["id"])["messages"] if one["direction"] == "in")
    return {"ticket": ticket["id"], "contact": ticket["contact"]["id"], "message": message["id"]}


def call(web: Web, route: Route, ids: dict[str, str], name: str) -> Answer:
    """Call a route about these ids, with nothing that it wants beside them."""
    path = route.path.replace("{id}", ids[route.about]).replace("{message}", ids["message"]).replace("{client_id}", "c")
    if route.api:
        return web.call(route.method, path, {} if route.method in ("POST", "PATCH") else None, by=name)
    browser = web.signed_in(name)
    return (
        browser.get(path) if route.method == "GET" else browser.post(path, {"message": ids["message"], "text": "Жауап"})
    )


@pytest.mark.parametrize("name", ["saule", "aigul"])
def test_nobody_else_reaches_anything_of_it(web: Web, ids: dict[str, str], name: str) -> None:
    web.token(name), web.signed_in(name).get("/dashboard")
    before = stored(web)
    for route in ABOUT:
        if not route.roles & set(ROLES[name]):
            continue
        answer = call(web, route, ids, name)
        assert refused(answer), (route.method, route.path, answer.status, answer.text)
        assert AMINA.name not in answer.text and TEXT not in answer.text and AMINA.addresses[0].value not in answer.text
        assert answer.headers.get("location") is None and "set-cookie" not in answer.headers
    assert stored(web) == before, "nothing was written"


@pytest.mark.parametrize("name", ["bolat", "madina", "dana", "saule"])
def test_who_needs_it_reaches_all_of_it(web: Web, ids: dict[str, str], name: str) -> None:
    if name == "saule":
        assert open_with_reason(web, ids["ticket"]).status == 201
    for route in ABOUT:
        answer = call(web, route, ids, name)
        allowed = bool(route.roles & set(ROLES[name]))
        assert not refused(answer) and (answer.status == 403) == (not allowed), (route.method, route.path, answer.text)


def test_whoever_has_it_reaches_it(web: Web, ids: dict[str, str]) -> None:
    web.call("PATCH", f"/api/v1/tickets/{ids['ticket']}", {"assignee": web.staff["saule"]})
    assert not any(refused(call(web, route, ids, "saule")) for route in ABOUT if Role.OPERATOR in route.roles)


def test_a_ticket_or_message_in_a_body_or_query_is_asked_about_too(web: Web, ids: dict[str, str]) -> None:
    own = of_saule(web)
    browser = web.signed_in("saule")
    assert refused(browser.post(f"/dashboard/tickets/{own}/typing", {"message": ids["message"]}))
    upload = {"ticket_id": ids["ticket"], "name": "a.png", "type": "image/png", "size": 10}
    assert refused(web.call("POST", "/api/v1/attachments", upload, by="saule"))
    assert refused(web.call("GET", f"/api/v1/templates?ticket_id={ids['ticket']}", by="saule"))


def test_a_message_of_another_ticket_is_not_reached_by_ones_own(web: Web, ids: dict[str, str]) -> None:
    own, other, browser = of_saule(web), ids["message"], web.signed_in("saule")
    api, page = f"/api/v1/tickets/{own}", f"/dashboard/tickets/{own}"
    before = stored(web)
    for answer in (
        web.call("POST", f"{api}/messages/{other}/reaction", {"emoji": "👍"}, by="saule"),
        web.call("PATCH", f"{api}/messages/{other}", {"text": "Басқа"}, by="saule"),
        web.call("DELETE", f"{api}/messages/{other}", by="saule"),
        web.call("POST", f"{api}/privacy-requests", {"message_id": other, "kind": "erase"}, by="saule"),
        web.call("POST", f"{api}/replies", {"text": "Жауап", "client_id": "q", "quote": other}, by="saule"),
        browser.get(f"{page}/files/{other}"),
        browser.get(f"{page}/request?message={other}"),
        browser.post(f"{page}/request", {"message": other, "kind": "erase"}),
        browser.post(f"{page}/seen", {"message": other}),
        browser.post(f"{page}/fetch", {"message": other}),
        browser.post(f"{page}/retry", {"message": other}),
        *(browser.post(f"{page}/{act}", {"message": other, "emoji": "👍", "new_text": "Басқа"}) for act in ACTS),
    ):
        assert answer.status in (400, 404, 409) and TEXT not in answer.text and AMINA.name not in answer.text
    assert stored(web) == before


def of_saule(web: Web) -> str:
    """Daniyar's ticket, which was handed to Saule's team and which she has looked at."""
    say(web, DANIYAR, "Здравствуйте")
    own = str(web.tickets("?channel=telegram")[0]["id"])
    assert hand_over(web, own).status == 200
    assert web.signed_in("saule").get(f"/dashboard/tickets/{own}").status == 200
    return own


def test_the_answer_says_which_team_and_how_it_is_opened(web: Web, ids: dict[str, str]) -> None:
    answer = web.call("GET", f"/api/v1/tickets/{ids['ticket']}", by="saule")
    assert (
        answer.json["message"]
        == "This conversation belongs to the team first_line. An operator opens it with a reason."
    )
    page = web.signed_in("saule").get(f"/dashboard/tickets/{ids['ticket']}").text
    assert "It belongs to this team: First line." in page and 'name="reason"' in page
    page = web.signed_in("aigul").get(f"/dashboard/tickets/{ids['ticket']}").text
    assert "Administrators open no conversation." in page and 'name="reason"' not in page
    assert (
        "opens it with a reason" not in web.call("GET", f"/api/v1/tickets/{ids['ticket']}", by="aigul").json["message"]
    )
    kept = web.signed_in("saule").post(f"/dashboard/tickets/{ids['ticket']}/reply", {"text": "Жазып қойған жауап"})
    assert refused(kept) and "Жазып қойған жауап" in kept.text, "no typed word is lost"


def test_what_is_not_there_is_not_there_for_anybody(web: Web) -> None:
    absent = {
        "ticket": "0123456789abcdefghjk",
        "contact": "0123456789abcdefghjk",
        "message": f"{'0' * 20}.{'1' * 13}.{'a' * 32}",
    }
    for route in ABOUT:
        if Role.OPERATOR in route.roles:
            assert not refused(call(web, route, absent, "saule")), route.path


def test_a_contact_opens_to_whoever_may_open_one_of_its_tickets(web: Web, ids: dict[str, str]) -> None:
    assert hand_over(web, ids["ticket"]).status == 200
    web.call("PATCH", f"/api/v1/tickets/{ids['ticket']}", {"state": "closed"}, by="saule")
    web.advance(60)
    say(web, AMINA, "Тағы бір сұрақ")
    assert len(web.tickets("?state=open")) == 1, "her new ticket is the first team's"
    for name in ("bolat", "saule"):
        assert web.call("GET", f"/api/v1/contacts/{ids['contact']}", by=name).status == 200
    assert refused(web.call("GET", f"/api/v1/contacts/{ids['contact']}", by="aigul"))


def test_a_contact_without_a_ticket_is_the_first_teams(web: Web, ids: dict[str, str]) -> None:
    (head,) = [row for row in DeskRow.scan() if row.sk == "head"]
    head.update([DeskRow.ticket_id.remove()])
    assert not refused(web.call("GET", f"/api/v1/contacts/{ids['contact']}"))
    answer = web.signed_in("saule").get(f"/dashboard/contacts/{ids['contact']}")
    assert refused(answer) and 'name="reason"' not in answer.text, "there is no ticket that could be opened"


def test_where_the_company_has_no_teams_nothing_is_asked(
    web: Web, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(load_profile("spoint")), "need_to_know", None)
    for name in ("saule", "aigul"):
        assert not any(refused(call(web, route, ids, name)) for route in ABOUT)
    assert web.ticket(ids["ticket"])["team"] is None
    assert open_with_reason(web, ids["ticket"]).json == {"until": None}
    assert hand_over(web, ids["ticket"]).json["code"] == "no_team"
    assert not any(name in row for row in stored(web) for name in ("openings", "team") if row["pk"]["S"] != "staff")


def test_a_team_that_the_company_has_no_more_leaves_its_tickets_to_the_first(
    web: Web, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over(web, ids["ticket"])
    profile = load_profile("spoint")
    left = {"first_line": profile.teams["first_line"]}
    monkeypatch.setitem(vars(profile), "need_to_know", NeedToKnow(teams=left, clause="D3.4"))
    assert web.ticket(ids["ticket"])["team"] == "first_line"
    assert refused(web.call("GET", f"/api/v1/tickets/{ids['ticket']}", by="saule"))
