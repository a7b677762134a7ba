"""Every operator can say that a customer's message is a request about data; it counts from when that was sent."""

import re
from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.working_days import deadline
from chalicelib.privacy.kinds import registry
from chalicelib.wiring import privacy_stores as wiring_stores
from chalicelib.wiring import web as wiring_web
from tests.support.web.asking import freeze, read
from tests.support.web.delivered import audited
from tests.support.web.described import check
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say

TEMPLATE = "/api/v1/tickets/{id}/privacy-requests"
ABSENT = "0123456789abcdefghjk"


@pytest.fixture
def ticket(web: Web) -> dict[str, Any]:
    """Amina's ticket: a message that is a request in her own words, two days ago, and a reply of ours."""
    say(web, AMINA, "Апам сендерден кетсін деді, бәрін тазартыңыздар", minutes_ago=2 * 24 * 60)
    found = web.ticket(web.tickets()[0]["id"])
    web.call("POST", f"/api/v1/tickets/{found['id']}/comments", {"text": "Сұрау салу ма?"})
    return dict(web.ticket(found["id"]))


def said(ticket: dict[str, Any]) -> dict[str, Any]:
    return next(dict(one) for one in ticket["messages"] if one["direction"] == "in")


def recognise(web: Web, ticket: dict[str, Any], kind: str = "deletion", by: str = "bolat", **more: Any) -> Any:
    body = {"message_id": said(ticket)["id"], "kind": kind, **more}
    return web.call("POST", TEMPLATE.format(id=ticket["id"]), body, by=by)


# -- the API


@pytest.mark.parametrize("kind", [one.id for one in registry.KINDS if one.way == "erasure"])
@pytest.mark.parametrize("by", ["bolat", "madina", "dana", "aigul"])
def test_every_colleague_opens_a_request_that_counts_from_the_message(
    web: Web, ticket: dict[str, Any], kind: str, by: str
) -> None:
    answer = recognise(web, ticket, kind, by)
    check("POST", TEMPLATE, answer.status, answer.json)
    sent = said(ticket)["sent_at"]
    assert answer.status == 201
    assert answer.json == {"id": answer.json["id"], "kind": kind, "state": "received", "received": sent}
    request = read(web, answer.json["id"])
    assert (request.source, request.created_by, request.kind) == ("message", web.staff[by], kind)
    assert web.now - request.received_at >= 2 * DAY
    limit = wiring_web.profile().deadlines["stop_processing"]
    assert request.deadline_at == deadline(limit, request.received_at)
    assert request.contact_id == ticket["contact"]["id"]


def test_a_second_one_returns_the_first(web: Web, ticket: dict[str, Any]) -> None:
    first = recognise(web, ticket, "withdrawal")
    again = recognise(web, ticket, "deletion", "madina")
    assert (first.status, again.status) == (201, 200) and again.json == first.json
    check("POST", TEMPLATE, again.status, again.json)


def test_an_opt_out_goes_its_own_way(web: Web, ticket: dict[str, Any]) -> None:
    answer = recognise(web, ticket, "opt_out")
    assert answer.status == 201
    one = wiring_stores.requests().get(answer.json["id"])
    assert one is not None
    assert (one.kind, one.source, one.language, one.created_by) == ("opt_out", "message", "kk", web.staff["bolat"])
    assert web.now - one.received_at >= 2 * DAY
    assert web.call("GET", f"/api/v1/contacts/{ticket['contact']['id']}").json["opted_out_at"]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"kind": "access"}, 400),
        ({"kind": ""}, 400),
        ({"kind": None}, 400),
        ({"message_id": None}, 400),
        ({"message_id": 7}, 400),
        ({"message_id": "x"}, 404),
        ({"message_id": f"{ABSENT}.1795000000000.{'0' * 32}"}, 404),
        ({"received": "2020-01-01"}, 400),
        ({"contact_id": ABSENT}, 400),
    ],
)
def test_bad_input_opens_nothing(web: Web, ticket: dict[str, Any], more: dict[str, Any], status: int) -> None:
    answer = recognise(web, ticket, **more)
    assert answer.status == status, answer.json
    check("POST", TEMPLATE, answer.status, answer.json)
    assert not web.call("GET", "/api/v1/privacy-requests", by="dana").json["items"]


def test_only_what_the_customer_said_on_this_ticket_is_a_request(web: Web, ticket: dict[str, Any]) -> None:
    """Given a comment, an automatic notice, a press of our button and another's message, then none of them is one."""
    say(web, AMINA, "Жоқ", kind="button", details={"payload": "ask.no"})
    say(web, DANIYAR, "Удалите мой аккаунт")
    own = web.ticket(ticket["id"])["messages"]
    theirs = web.ticket(next(one["id"] for one in web.tickets() if one["id"] != ticket["id"]))
    others = [one["id"] for one in own if one["id"] != said(ticket)["id"]]
    assert len(others) == 3, [one["kind"] for one in own]
    for message_id in [*others, said(theirs)["id"]]:
        assert recognise(web, ticket, message_id=message_id).status == 404
    assert web.call("POST", TEMPLATE.format(id=ABSENT), {"message_id": others[0], "kind": "deletion"}).status == 404
    assert not web.call("GET", "/api/v1/privacy-requests", by="dana").json["items"]


def test_a_frozen_ticket_takes_none(web: Web, ticket: dict[str, Any]) -> None:
    opened = recognise(web, ticket)
    freeze(web, read(web, opened.json["id"]))
    answer = recognise(web, ticket)
    assert (answer.status, answer.json["code"]) == (409, "erasing")
    assert web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}/request?message=x").status == 409


def test_it_is_written_down_without_a_word_of_the_customer(
    web: Web, ticket: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    recognise(web, ticket, "withdrawal")
    (line,) = [one for one in audited(caplog) if one["message"] == "request_entered"]
    assert line["staff_id"] == web.staff["bolat"] and line["kind"] == "withdrawal"
    assert line["contact_id"] == ticket["contact"]["id"]
    assert "Апам" not in caplog.text


# -- the page


def form_of(web: Web, ticket: dict[str, Any], by: str = "bolat") -> str:
    page = web.signed_in(by).get(f"/dashboard/tickets/{ticket['id']}?view=mine")
    links = re.findall(r'class="as-request" href="([^"]+)"', page.text)
    assert len(links) == 1 and "This is a request about data" in page.text
    return links[0].replace("&amp;", "&")


def test_a_message_leads_to_the_form_and_the_form_back_to_the_ticket(web: Web, ticket: dict[str, Any]) -> None:
    bolat, address = web.signed_in("bolat"), form_of(web, ticket)
    assert f"message={said(ticket)['id']}" in address and "view=mine" in address
    page = bolat.get(address)
    assert page.status == 200 and "Апам сендерден" in page.text
    assert re.findall(r'type="radio" name="kind" value="(\w+)"', page.text) == list(registry.handled())
    answer = bolat.post(
        f"/dashboard/tickets/{ticket['id']}/request",
        {"view": "mine", "channel": "", "tag": "", "message": said(ticket)["id"], "kind": "withdrawal"},
    )
    assert answer.status == 303 and answer.headers["location"].endswith(f"/tickets/{ticket['id']}?view=mine#side")
    shown = bolat.get(f"/dashboard/tickets/{ticket['id']}")
    assert "Withdrawal of consent: Received" in shown.text and 'class="as-request"' not in shown.text
    (request,) = web.call("GET", "/api/v1/privacy-requests", by="dana").json["items"]
    assert (request["source"], request["kind"], request["created_by"]) == ("message", "withdrawal", web.staff["bolat"])


def test_the_form_says_what_is_missing_and_opens_nothing(web: Web, ticket: dict[str, Any]) -> None:
    bolat = web.signed_in("bolat")
    for kind in ("", "access"):
        body = {"message": said(ticket)["id"], **({"kind": kind} if kind else {})}
        answer = bolat.post(f"/dashboard/tickets/{ticket['id']}/request", body)
        assert answer.status == 400 and "Choose what the customer wants" in answer.text
        assert 'aria-invalid="true"' in answer.text and "Апам сендерден" in answer.text
    assert not web.call("GET", "/api/v1/privacy-requests", by="dana").json["items"]


def test_a_request_that_is_there_is_shown_instead_of_a_second_one(web: Web, ticket: dict[str, Any]) -> None:
    address = form_of(web, ticket)
    recognise(web, ticket, "withdrawal")
    for by in ("bolat", "dana"):
        page = web.signed_in(by).get(address)
        assert "Withdrawal of consent" in page.text and 'name="kind"' not in page.text
        assert ("/dashboard/privacy/" in page.text) == (by == "dana")
    answer = web.signed_in("bolat").post(
        f"/dashboard/tickets/{ticket['id']}/request", {"message": said(ticket)["id"], "kind": "deletion"}
    )
    assert answer.status == 200 and "shown instead of a second one" in answer.text
    assert len(web.call("GET", "/api/v1/privacy-requests", by="dana").json["items"]) == 1


def test_the_press_and_its_question_are_shown_to_colleagues(web: Web, ticket: dict[str, Any]) -> None:
    say(web, AMINA, "Жоқ", kind="button", details={"payload": "ask.no"})
    pressed = next(one for one in web.ticket(ticket["id"])["messages"] if one["kind"] == "button")
    assert pressed["text"] == "Жоқ"
    assert "Дербес деректеріңіз туралы" in pressed["quote"]["text"]


def test_the_panel_names_the_bound_channel(web: Web, ticket: dict[str, Any]) -> None:
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}")
    assert "Bound channel: WhatsApp" in page.text and "proved by" not in page.text
