"""Supervisors see which replies wait for them, and decide; nobody else does. Texts are those of people who get the same
one within an hour."""

import re
from typing import Any

import pytest

from chalicelib.outbox.same_text import MOST_PEOPLE
from chalicelib.outbox.withheld.store import waiting
from tests.support.web.delivered import audited
from tests.support.web.desk import Web
from tests.support.web.serving import customer, say

SALE = "Акция! Скидка 30 % до пятницы"


def _tickets(web: Web, number: int) -> list[str]:
    for one in range(number):
        say(web, customer(f"Тұтынушы {one}", "whatsapp", f"7701000{one:04d}"), "Сұрақ")
    return [str(one["id"]) for one in web.tickets(f"?limit={number}")]


def _reply(web: Web, ticket_id: str, text: str = SALE, by: str = "bolat") -> dict[str, Any]:
    body = {"text": text, "client_id": f"page-{ticket_id}-{by}"}
    answer = web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body, by=by)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def _withheld(web: Web, by: str = "bolat", more: int = 1) -> list[dict[str, Any]]:
    """Replies of a colleague that wait."""
    found = [_reply(web, one, by=by) for one in _tickets(web, MOST_PEOPLE + more)]
    assert [one["status"] for one in found] == ["queued"] * MOST_PEOPLE + ["withheld"] * more
    return found[MOST_PEOPLE:]


def _decide(web: Web, reply: dict[str, Any], decision: str, by: str = "madina") -> Any:
    return web.call("POST", f"/api/v1/withheld-replies/{reply['id']}/decision", {"decision": decision}, by=by)


def test_the_api_lists_them_for_supervisors_who_approve(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    (reply,) = _withheld(web)
    assert web.call("GET", "/api/v1/withheld-replies", by="bolat").status == 403
    (item,) = web.call("GET", "/api/v1/withheld-replies", by="madina").json["items"]
    assert item["message"]["id"] == reply["id"] and item["message"]["text"] == SALE
    assert _decide(web, reply, "approve", by="bolat").status == 403
    caplog.clear()
    assert _decide(web, reply, "approve").json == {"ticket_id": item["ticket_id"]}
    assert audited(caplog) == [{"message": "withheld_decided", "staff_id": web.staff["madina"]}]
    assert _decide(web, reply, "approve").status == 200, "the same again"
    assert _decide(web, reply, "return").json["code"] == "decided"
    assert web.call("GET", "/api/v1/withheld-replies", by="madina").json["items"] == []
    message = web.ticket(item["ticket_id"])["messages"][-1]
    assert (message["status"], message["decision"], message["decided_by"]) == (
        "queued",
        "approve",
        web.staff["madina"],
    )


def test_a_supervisor_does_not_decide_about_their_own(web: Web) -> None:
    (reply,) = _withheld(web, by="madina")
    assert _decide(web, reply, "approve").json["code"] == "same_person"
    page = web.signed_in("madina").get("/dashboard/withheld")
    assert page.status == 200 and "Another supervisor decides about replies of yours: 1" in page.text
    assert "Approve" not in page.text


@pytest.mark.parametrize("decision", ["approve", "return"])
def test_the_page_shows_equal_texts_together_and_decides_about_all_at_once(web: Web, decision: str) -> None:
    replies = _withheld(web, more=3)
    browser = web.signed_in("madina")
    page = browser.get("/dashboard/withheld")
    assert "Replies of the same words: 3" in page.text and SALE in page.text and "Approve: 3" in page.text
    assert re.search(r'href="/dashboard/withheld"[^>]*>.*?<b class="n">3</b>', page.text, re.DOTALL)
    (messages,) = re.findall(r'name="messages" value="([^"]+)"', page.text)
    assert set(messages.split()) == {one["id"] for one in replies}
    answer = browser.post("/dashboard/withheld", {"messages": messages, "decision": decision})
    assert answer.status == 303 and not waiting(web.now)
    assert "No reply waits" in browser.get("/dashboard/withheld").text


def test_the_page_says_what_could_not_be_decided_and_keeps_it(web: Web) -> None:
    (reply,) = _withheld(web)
    browser = web.signed_in("madina")
    ticket = web.call("GET", "/api/v1/withheld-replies", by="madina").json["items"][0]["ticket_id"]
    web.call("PATCH", f"/api/v1/tickets/{ticket}", {"state": "closed"})
    answer = browser.post("/dashboard/withheld", {"messages": reply["id"], "decision": "approve"})
    assert answer.status == 409 and "The ticket is closed: reopen it to reply." in answer.text
    assert SALE in answer.text
    gone = browser.post(
        "/dashboard/withheld", {"messages": f"{'0' * 20}.1795000000000.{'0' * 32}", "decision": "approve"}
    )
    assert gone.status == 409 and "This reply does not wait any more" in gone.text
    for form in ({"messages": "", "decision": "approve"}, {"messages": reply["id"], "decision": "x"}):
        assert browser.post("/dashboard/withheld", form).status == 400


@pytest.mark.parametrize(
    ("language", "status"),
    [("en", "Waits for a supervisor until"), ("ru", "Ждёт старшего оператора, срок:"), ("kk", "Аға операторды күтеді")],
)
def test_the_ticket_says_that_it_waits_and_who_decided(web: Web, language: str, status: str) -> None:
    (reply,) = _withheld(web)
    ticket = web.call("GET", "/api/v1/withheld-replies", by="madina").json["items"][0]["ticket_id"]
    browser = web.signed_in("bolat")
    browser.post("/dashboard/language", {"language": language})
    assert status in browser.get(f"/dashboard/tickets/{ticket}").text
    _decide(web, reply, "approve")
    after = browser.get(f"/dashboard/tickets/{ticket}").text
    assert status not in after and "Мадина Серікова" in after


def test_only_supervisors_see_the_page(web: Web) -> None:
    assert web.signed_in("bolat").get("/dashboard/withheld").status == 403
    assert "/dashboard/withheld" not in web.signed_in("bolat").get("/dashboard").text
