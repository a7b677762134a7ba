"""Who is shown: of a person whose data is being destroyed nothing is, and everybody else has a name to press on."""

import re
from typing import Any

import pytest

from chalicelib.core.working_days import day_of
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import ASK, CONTACT, TICKET
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.suppression.barrier import SETTLES, complete
from chalicelib.tickets import queries
from chalicelib.web.http.routes_and_roles import API, PAGES, PRIVACY, Route
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery
from chalicelib.wiring import web as wiring_web
from tests.support.web.asking import freeze, mark, opened, set_state, through
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, customer, say

REQUESTS = "/api/v1/privacy-requests"
PERSONAL = ("Данияр", "daniyar", "500000042", "Деректерімді", "Последний вопрос")


def index_all(web: Web) -> None:
    index = wiring_delivery.index_contact()
    for ticket in web.tickets():
        index(ticket["contact"]["id"])


@pytest.fixture
def frozen(web: Web) -> dict[str, Any]:
    """Daniyar's ticket, found by name and number, and then behind the fence while his key is still there."""
    request = opened(web, DANIYAR)
    say(web, DANIYAR, "Последний вопрос")
    index_all(web)
    (ticket,) = web.tickets("?q=500000042")
    assert [one["id"] for one in web.tickets("?q=Данияр")] == [ticket["id"]]
    freeze(web, request)
    return ticket


@pytest.mark.parametrize("others", [0, 2])
def test_behind_the_fence_neither_list_nor_page_shows_anything_of_the_person(
    web: Web, frozen: dict[str, Any], others: int
) -> None:
    for number in range(others):
        say(web, customer(f"Ким {number}", "telegram", f"70000000{number}"), "Здравствуйте")
    (shown,) = [one for one in web.tickets() if one["id"] == frozen["id"]]
    assert shown["contact"] == {
        "id": frozen["contact"]["id"], "name": None, "address": None, "language": "ru", "erased": True,
        "unreadable": False,
    }  # fmt: skip
    for page in (web.signed_in("bolat").get("/dashboard"), web.signed_in("dana").get("/dashboard/privacy")):
        assert page.status == 200 and not any(word in page.text for word in PERSONAL)
    assert "Being destroyed" in web.signed_in("bolat").get("/dashboard").text


@pytest.mark.parametrize("typed", ["Данияр", "Дани", "@daniyar_osp", "500000042"])
def test_behind_the_fence_nothing_of_the_person_finds_them(web: Web, frozen: dict[str, Any], typed: str) -> None:
    assert web.tickets(f"?q={typed}") == []
    page = web.signed_in("bolat").search(typed)
    assert page.status == 200 and frozen["id"] not in page.text


def test_the_number_of_the_ticket_leads_to_the_frozen_ticket_and_shows_nothing(
    web: Web, frozen: dict[str, Any]
) -> None:
    (found,) = web.tickets(f"?q={frozen['number']}")
    assert found["id"] == frozen["id"] and found["contact"]["name"] is None


def test_the_panel_of_the_list_beside_another_ticket_shows_nothing_either(web: Web, frozen: dict[str, Any]) -> None:
    say(web, AMINA, "Сәлем")
    (amina,) = [one for one in web.tickets() if one["contact"]["name"] == AMINA.name]
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{amina['id']}")
    assert page.status == 200 and not any(word in page.text for word in PERSONAL)


def test_who_is_no_longer_erased_is_shown_again(web: Web, frozen: dict[str, Any]) -> None:
    set_state(web, frozen["contact"]["id"], "active")
    assert [one["contact"]["name"] for one in web.tickets()] == [DANIYAR.name]


SENT: dict[str, dict[str, Any]] = {
    "PATCH /api/v1/tickets/{id}": {"priority": "high"},
    "POST /api/v1/tickets/{id}/replies": {"text": "Ответ", "client_id": "r-2"},
    "POST /api/v1/tickets/{id}/messages/{message}/reaction": {"emoji": "👍"},
    "PATCH /api/v1/tickets/{id}/messages/{message}": {"text": "Иначе"},
    "POST /api/v1/tickets/{id}/comments": {"text": "Заметка"},
    "POST /api/v1/tickets/{id}/openings": {"reason": "Клиент спрашивает"},
    "POST /dashboard/tickets/{id}/open": {"reason": "Клиент спрашивает"},
    "POST /api/v1/tickets/{id}/privacy-requests": {"message_id": "{message}", "kind": "deletion"},
    "POST /api/v1/attachments": {"ticket_id": "{id}", "name": "a.pdf", "type": "application/pdf", "size": 10},
    "PATCH /api/v1/contacts/{id}": {"language": "kk"},
    "POST /api/v1/contacts/{id}/transfer": {"answer": "no", "received_on": "{today}"},
    "POST /dashboard/tickets/{id}/seen": {"message": "{message}"},
    "POST /dashboard/tickets/{id}/draft": {"text": "Черновик", "client_id": "d-1", "note": "", "note_id": "n-1"},
    "POST /dashboard/tickets/{id}/reply": {"text": "Ответ", "client_id": "c-1"},
    "POST /dashboard/tickets/{id}/template": {"template": "hello#ru", "client_id": "c-2"},
    "POST /dashboard/tickets/{id}/retry": {"message": "{message}"},
    "POST /dashboard/tickets/{id}/react": {"message": "{message}", "emoji": "👍"},
    "POST /dashboard/tickets/{id}/edit": {"message": "{message}", "new_text": "Иначе"},
    "POST /dashboard/tickets/{id}/delete": {"message": "{message}"},
    "POST /dashboard/tickets/{id}/comment": {"note": "Заметка", "note_id": "n-2"},
    "POST /dashboard/tickets/{id}/uploads": {"name": "a.pdf", "type": "application/pdf", "size": "10"},
    "POST /dashboard/tickets/{id}/uploads/remove": {"upload": "0" * 20},
    "POST /dashboard/tickets/{id}/fetch": {"message": "{message}"},
    "POST /dashboard/tickets/{id}/change": {"state": "solved"},
    "POST /dashboard/tickets/{id}/contact": {"language": "kk"},
    "POST /dashboard/tickets/{id}/request": {"message": "{message}", "kind": "deletion"},
}
"""What a route takes, by its method and path; a route that takes nothing is not here."""
ASIDE = {"POST /dashboard/tickets/{id}/typing"}
"""Routes that neither read nor write anything of the person: the sign that somebody types is asked for, and not sent to
who is being destroyed."""
OF_A_PERSON = [
    route
    for route in API + PAGES
    if "/tickets/{id}" in route.path or "/contacts/{id}" in route.path or "/api/v1/attachments" in route.path
]


@pytest.mark.parametrize("route", OF_A_PERSON, ids=lambda route: f"{route.method} {route.path}")
def test_behind_the_fence_every_route_of_a_person_is_frozen_and_changes_nothing(
    web: Web, frozen: dict[str, Any], route: Route
) -> None:
    named = f"{route.method} {route.path}"
    if named in ASIDE:
        return
    set_state(web, frozen["contact"]["id"], "active")
    message = web.ticket(frozen["id"])["messages"][0]["id"]
    set_state(web, frozen["contact"]["id"], "erasing")
    here = {"{id}": frozen["id"], "{message}": message, "{client_id}": "r-1", "{today}": day_of(web.now)}
    by = "dana" if route.roles == PRIVACY else "bolat"
    if "/contacts/" in route.path:
        here["{id}"] = frozen["contact"]["id"]
    if route.path == "/api/v1/attachments/{id}":
        here["{id}"] = message

    def filled(text: str) -> str:
        for place, value in here.items():
            text = text.replace(place, value)
        return text

    given = {name: filled(one) if isinstance(one, str) else one for name, one in SENT.get(named, {}).items()}
    query = f"?message={message}" if named == "GET /dashboard/tickets/{id}/request" else ""
    before = web.dynamodb.scan(TableName=web.tables["desk"], ConsistentRead=True)["Items"]
    for _ in range(2):
        if route.api:
            answer = web.call(route.method, filled(route.path), given or None, by=by)
        elif route.method == "GET":
            answer = web.signed_in(by).get(filled(route.path) + query)
        else:
            answer = web.signed_in(by).post(filled(route.path), given)
        assert answer.status == 409, answer.text[:300]
        assert not [word for word in PERSONAL if word in answer.text]
    assert web.dynamodb.scan(TableName=web.tables["desk"], ConsistentRead=True)["Items"] == before


# -- one state of a request


@pytest.mark.parametrize(("step", "state"), [(Step.CANCELLED, "cancelled"), (Step.REFUSED, "refused")])
def test_a_stopped_request_whose_answer_waits_is_stopped_everywhere(web: Web, step: Step, state: str) -> None:
    request = mark(web, through(web, opened(web), Step.OUTREACH_PAUSED, state="verifying"), {step: web.now})
    assert web.call("GET", f"{REQUESTS}/{request.id}", by="dana").json["state"] == state

    def listed(wanted: str) -> list[str]:
        return [one["id"] for one in web.call("GET", f"{REQUESTS}?state={wanted}", by="dana").json["items"]]

    assert listed(state) == [request.id]
    assert listed("verifying") == listed("grace") == []
    page = web.signed_in("dana").get(f"/dashboard/privacy/{request.id}")
    assert "Waits for the person" not in page.text


def test_a_stopped_request_that_failed_on_its_way_out_is_a_failure(web: Web) -> None:
    request = mark(web, opened(web), {Step.CANCELLED: web.now}, state=str(RequestState.ESCALATED))
    assert web.call("GET", f"{REQUESTS}/{request.id}", by="dana").json["state"] == "escalated"


def test_stopped_requests_of_both_queues_are_listed_page_by_page(web: Web) -> None:
    from tests.support.web.asking import over

    waiting = mark(web, opened(web), {Step.CANCELLED: web.now}, state="verifying")
    done = over(web, mark(web, opened(web), {Step.CANCELLED: web.now}), RequestState.CANCELLED)
    first = web.call("GET", f"{REQUESTS}?state=cancelled&limit=1", by="dana").json
    second = web.call("GET", f"{REQUESTS}?state=cancelled&limit=1&cursor={first['cursor']}", by="dana").json
    assert [one["id"] for one in (*first["items"], *second["items"])] == [waiting.id, done.id]


# -- names


@pytest.mark.parametrize(
    ("name", "more", "shown"),
    [
        ("\u200b", {"username": "no.phone.user"}, "@no.phone.user"),
        (" \u00a0 ", {}, "700000001"),
        ("\u2060\ufeff\u202e", {"username": "\u200b"}, "700000001"),
        ("\u202eАйгерім\u202c", {}, "Айгерім"),
    ],
)
def test_the_link_of_the_list_always_has_a_text(web: Web, name: str, more: dict[str, str], shown: str) -> None:
    say(web, customer(name, "telegram", "700000001", **more), "Сәлем")
    page = web.signed_in("bolat").get("/dashboard").text
    (link,) = re.findall(r'<div class="who"><a [^>]*>([^<]*)</a>', page)
    assert link == shown
    (ticket,) = web.tickets()
    assert ticket["contact"]["name"] == ("Айгерім" if "Айгерім" in name else None)
    title = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text
    assert f'dir="auto">{shown}</h1>' in title


@pytest.mark.parametrize("typed", ["№{}", "{}.", "Номер: {}", "#{}", "тікет {},"])
def test_a_ticket_is_found_by_its_number_however_it_is_typed(web: Web, typed: str) -> None:
    say(web, AMINA, "Сәлем")
    (ticket,) = web.tickets()
    for number in (ticket["number"], ticket["number"].replace("-", "–"), ticket["number"].replace("-", "")):
        page = web.signed_in("bolat").search(typed.format(number))
        assert ticket["id"] in page.text, number


@pytest.mark.parametrize(
    "typed", ["Айгул", "айгүл", "Айг", "\u200bАйгүл\u202e", "+7 700 000\u201101\u201109", "(+7) 7000000109", "0109"]
)
def test_a_customer_is_found_as_people_type(web: Web, typed: str) -> None:
    say(web, customer("Ай\u00adгүл", "whatsapp", "77000000109"), "Сәлем")
    index_all(web)
    (ticket,) = web.tickets()
    assert ticket["id"] in web.signed_in("bolat").search(typed).text


def test_a_customer_with_very_many_rows_is_hidden_as_anybody(web: Web, frozen: dict[str, Any]) -> None:
    contact_id = DeskRow.get(*TICKET.key(frozen["id"])[1:]).contact_id
    for number in range(100):  # what people ask stands before the contact itself
        DeskRow(*ASK.key(contact_id, number, "x")[1:], contact_id=contact_id).save()
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{frozen['id']}")
    assert page.status == 409 and not [word for word in PERSONAL if word in page.text]


def test_a_search_trusts_no_late_row(web: Web, frozen: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The contact as an index or a replica still shows it, from before the barrier closed."""
    contact_id = DeskRow.get(*TICKET.key(frozen["id"])[1:]).contact_id
    complete(wiring.gateway(), frozenset(), web.now)
    web.advance(SETTLES // 1000)
    now = DeskRow.get(*CONTACT.key(contact_id)[1:])
    before = DeskRow(now.pk, now.sk, **{**now.attribute_values, "state": "active"})
    read = queries.get_rows

    def late(keys: Any, *, strong: bool = True) -> list[DeskRow]:
        return [before if not strong and row.pk == now.pk else row for row in read(keys, strong=strong)]

    monkeypatch.setattr(queries, "get_rows", late)
    desk = wiring_web.desk(None)
    heads = desk.conversations(desk.conversations_of([contact_id]))
    assert [one.erased for one in desk.tickets([head.ticket_id for head in heads])] == [True]
