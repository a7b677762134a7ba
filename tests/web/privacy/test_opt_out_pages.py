"""An opt-out on the pages and in the API: entered by the officer, shown without a word of destruction."""

import re

import pytest

from chalicelib.certificates.ledger import Ledger
from chalicelib.certificates.model import Certificate, answer_body
from chalicelib.core.ids import MessageRef, new_id
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import MESSAGE
from chalicelib.dynamo.tables import Tables
from chalicelib.privacy.mailbox.writes import last_answer
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.web.public.certificate import _page
from chalicelib.wiring import erasure as wiring_erasure
from chalicelib.wiring import privacy_stores as wiring_stores
from chalicelib.wiring import requests as wiring_requests
from chalicelib.wiring import web as wiring_web
from tests.support.web.asking import LIST, Signing, contact_of, every_state, mark, opened, over, plain, read
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say

REASON = "Шарт бойынша борыш өтелген жоқ."

DESTRUCTION = re.compile(r"destro|erase|delet|backup", re.IGNORECASE)


def entered(web: Web) -> Request:
    say(web, AMINA, "Сәлем")
    contact_id = contact_of(web, AMINA)["contact"]["id"]
    made = wiring_requests.open_request()(
        contact_id, "opt_out", "staff", received_on=day_of(web.now), created_by=web.staff["dana"]
    )
    return read(web, made.request_id)


def certified(web: Web, request: Request) -> Request:
    store = wiring_stores.requests()
    beside = store.finish(request, Step.CERTIFIED, web.now)
    ledger = Ledger(Tables(web.dynamodb, web.tables))
    assert ledger.add(answer_body(request, wiring_web.profile(), web.now), Signing(), beside)  # type: ignore[arg-type]
    return read(web, request.id)


def case(web: Web, request: Request) -> str:
    """What stands about the request itself, without the list beside it."""
    page = web.signed_in("dana").get(f"{LIST}/{request.id}")
    assert page.status == 200
    return page.text[page.text.index('<main class="col"') : page.text.index("</main>")]


def test_the_officer_enters_one_by_the_form_and_it_is_in_force(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    contact_id = contact_of(web, AMINA)["contact"]["id"]
    browser = web.browser("dana")
    page = browser.get(f"{LIST}/new?contact={contact_id}").text
    assert 'value="opt_out"' in page and "An opt-out takes effect at once and destroys nothing" in page
    form = {"contact": contact_id, "kind": "opt_out", "evidence": "Хат 20 қараша",
            "received_on": day_of(web.now)}  # fmt: skip
    answer = browser.post(f"{LIST}/new", form)
    assert answer.status == 303
    assert browser.post(f"{LIST}/new", form).location == answer.location
    ticket_id = contact_of(web, AMINA)["id"]
    assert "No news and offers since: " in web.browser("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert "The customer asks:" not in web.browser("bolat").get(f"/dashboard/tickets/{ticket_id}").text


def test_the_api_opens_one_and_returns_it_for_ever(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    body = {"kind": "opt_out", "contact_id": contact_of(web, AMINA)["contact"]["id"], "evidence": "Хат",
            "received_on": day_of(web.now)}  # fmt: skip
    first = web.call("POST", "/api/v1/privacy-requests", body, by="dana")
    again = web.call("POST", "/api/v1/privacy-requests", body, by="dana")
    assert (first.status, again.status) == (201, 200) and first.json["id"] == again.json["id"]
    assert first.json["kind"] == "opt_out" and [one["name"] for one in first.json["steps"]] == ["opted_out"]
    contact = web.call("GET", f"/api/v1/contacts/{body['contact_id']}").json
    assert contact["opted_out_at"] and contact["suppressed"] is False
    other = web.call("POST", "/api/v1/privacy-requests", body | {"kind": "withdrawal"}, by="dana")
    assert other.status == 201, "it stands in no other request's way"
    for decision in (
        {"decision": "erase", "check": "notary"},
        {"decision": "refuse", "ground": "law", "reason": REASON},
    ):
        path = f"/api/v1/privacy-requests/{first.json['id']}/decision"
        answer = web.call("POST", path, decision, by="dana")
        assert (answer.status, answer.json["code"]) == (409, "already_decided")


def test_the_page_shows_its_own_steps_and_offers_no_decision(web: Web) -> None:
    request = entered(web)
    shown = case(web, request)
    said = plain(shown)
    assert "Opt-out of news and offers" in said and "News and offers ended" in said and "Legal limit" in said
    assert not re.search('name="decision"', shown) and "Point of no return" not in said
    assert shown.count('class="done"') == 2 and shown.count('class="now"') == 1
    assert not DESTRUCTION.search(said)


@pytest.mark.parametrize("told", [True, False])
def test_the_page_of_an_answered_one(web: Web, told: bool) -> None:
    request = certified(web, entered(web))
    request = mark(web, request, {str(Step.NOTIFIED): web.now} if told else {})
    shown = plain(case(web, over(web, request, RequestState.ANSWERED)))
    assert "Certificate: no news and offers" in shown and "Answered" in shown
    assert "1970" not in shown and "Access closed" not in shown and "Sending stopped" not in shown
    assert ("nobody was left to be told" in shown) is not told
    assert not DESTRUCTION.search(shown)


@pytest.mark.parametrize(("hours", "arrived"), [(0, True), (25, False)])
def test_an_answer_counts_when_it_has_arrived(web: Web, hours: int, arrived: bool) -> None:
    """Given a paper of somebody whose reply window may be closed, and the real answer under its real reference."""
    request = certified(web, entered(web))
    web.advance(hours * 3600)
    wiring_erasure.notify()(request.id)
    request = read(web, request.id)
    ref = MessageRef.parse(last_answer(request))
    assert ref is not None and request.state == "answered"
    row = DeskRow.get(*MESSAGE.key(*ref)[1:])
    assert row.status == "queued" and "Answered –" in plain(case(web, request))
    row.status = "delivered" if arrived else "failed"
    row.failure = None if arrived else {"code": "window_closed", "reason": "window_closed", "text": "", "at": 1}
    row.save()
    shown = plain(case(web, request))
    assert ("Answered –" not in shown) is arrived
    assert ("Not delivered. The reply window closed." in shown) is not arrived


def test_the_page_of_a_failed_one_names_its_step_and_lets_it_go_on(web: Web) -> None:
    request = entered(web)
    failed = {"state": "escalated", "failure": "Unknown", "failed_step": "certified"}
    request = mark(web, request, {}, **failed, escalated_at=web.now, due_at=web.now + 3_600_000)
    shown = case(web, request)
    assert "Stopped at: Certificate signed" in plain(shown)
    assert re.findall(r'name="decision" value="([a-z_]+)"', shown) == ["go_on"]


def test_the_list_shows_it_beside_the_others(web: Web) -> None:
    every_state(web)
    entered(web)
    over(web, certified(web, opened(web, kind="opt_out")), RequestState.ANSWERED)
    said = plain(web.signed_in("dana").get(LIST).text)
    assert said.count("Opt-out of news and offers") == 2 and "Answered" in said
    found = web.call("GET", "/api/v1/privacy-requests?kind=opt_out", by="dana").json["items"]
    assert {one["state"] for one in found} == {"received", "answered"}
    done = [[step["name"] for step in one["steps"]] for one in found]
    assert done == [["opted_out"], ["opted_out", "certified"]]


@pytest.mark.parametrize(
    ("language", "word"), [("kk", "Куәлік: жаңалықтар"), ("ru", "Свидетельство: без новостей"), ("en", "no news")]
)
def test_the_public_page_says_what_ended_and_nothing_of_destruction(web: Web, language: str, word: str) -> None:
    request = certified(web, entered(web))
    first = wiring_web.ledger().entry(request.certificate_id, "issued")
    assert first is not None
    html = _page(wiring_web.profile(), language, request.certificate_id, Certificate(first, None, True), new_id()).body
    assert word in html and AMINA.name not in html
    words = plain(html[html.index("<main") :])
    assert not re.search("destro|уничтож|удал|жойыл", words, re.IGNORECASE)


def test_the_card_of_its_certificate_speaks_of_no_fence_and_of_no_time_that_was_not(web: Web) -> None:
    """Given an opt-out, which closes no fence and stops no answers, then its card says when news ended and no more."""
    shown = plain(case(web, mark(web, certified(web, entered(web)), {"notified": web.now})))
    assert "1970" not in shown and "Access closed" not in shown and "Sending stopped" not in shown
    card = shown[shown.index("Certificate: no news and offers") :]
    assert "News and offers ended" in card[: card.index("Issued")]
