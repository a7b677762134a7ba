"""A request on other pages: entering it from a ticket, the panel, the frozen ticket, the hold."""

import re
from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_of
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.wiring import privacy_stores as wiring_stores
from tests.support.web.asking import (
    LIST,
    every_state,
    freeze,
    mark,
    opened,
    plain,
    through,
    ticket_of,
)
from tests.support.web.desk import Web, path_of
from tests.support.web.serving import AMINA, DANIYAR, say

# -- entering


def test_a_request_is_entered_from_the_panel_of_a_ticket(web: Web) -> None:
    say(web, DANIYAR, "Позвоните мне")
    (ticket,) = web.tickets()
    browser = web.signed_in("dana")
    page = browser.get(f"/dashboard/tickets/{ticket['id']}")
    path = re.search(rf'href="({LIST}/new\?contact=[0-9a-z]{{20}})"', page.text)
    assert path is not None
    form = browser.get(path[1])
    assert form.status == 200 and DANIYAR.name in form.text
    day = day_of(web.now - 3 * DAY)
    fields = {"contact": ticket["contact"]["id"], "kind": "deletion", "evidence": "Звонок 20 ноября"}
    undated = browser.post(f"{LIST}/new", fields)
    assert undated.status == 400 and "terms count from it" in undated.text and "Звонок 20 ноября" in undated.text
    fields["received_on"] = day
    answer = browser.post(f"{LIST}/new", fields)
    assert answer.status == 303
    case = browser.get(path_of(answer.location))
    assert "Звонок 20 ноября" in case.text and "Deletion of personal data" in case.text
    again = browser.post(f"{LIST}/new", {**fields, "kind": "withdrawal"})
    assert again.location == answer.location
    assert f"{LIST}/new" not in browser.get(f"/dashboard/tickets/{ticket['id']}").text


def test_what_is_missing_is_asked_for_again_and_the_text_stays(web: Web) -> None:
    say(web, DANIYAR, "Позвоните мне")
    contact = web.tickets()[0]["contact"]["id"]
    browser = web.signed_in("dana")
    answer = browser.post(f"{LIST}/new", {"contact": contact, "evidence": "Звонок 20 ноября"})
    assert answer.status == 400 and "Звонок 20 ноября" in answer.text
    assert browser.post(f"{LIST}/new", {"contact": contact, "kind": "deletion"}).status == 400
    assert browser.post(f"{LIST}/new", {"contact": "0" * 20, "kind": "deletion", "evidence": "x"}).status == 404
    assert browser.get(f"{LIST}/new").status == 404
    assert "Nobody has asked yet" in browser.get(LIST).text


# -- the panel and the frozen ticket


def test_the_panel_tells_every_operator_that_a_request_runs_and_links_it_for_the_officer(web: Web) -> None:
    request = opened(web, DANIYAR)
    through(web, request, Step.OUTREACH_PAUSED, state="verifying", waits="identity", due_at=web.now + DAY)
    path = f"/dashboard/tickets/{ticket_of(web, request.contact_id)}"
    operator, officer = web.signed_in("bolat").get(path), web.signed_in("dana").get(path)
    for page in (operator, officer):
        assert "Withdrawal of consent: Waits for the person" in page.text
        assert "Withdrawn" in page.text and "94-V art." not in page.text and "Law No. 94-V, art. 12" in page.text
    assert f"{LIST}/{request.id}" in officer.text and LIST not in operator.text


def test_a_stopped_request_is_named_no_more_while_its_answer_is_on_its_way(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="verifying")
    path = f"/dashboard/tickets/{ticket_of(web, request.contact_id)}"
    assert request.id in web.signed_in("dana").get(path).text
    mark(web, request, {Step.CANCELLED: web.now, Step.CLOSED_WITHOUT_ERASURE: web.now})
    page = web.signed_in("dana").get(path)
    assert page.status == 200 and request.id not in page.text and f"{LIST}/new" in page.text


def test_a_ticket_without_a_request_says_nothing_of_one(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{web.tickets()[0]['id']}")
    assert page.status == 200 and "A request for destruction" not in page.text and f"{LIST}/new" not in page.text


def test_the_frozen_ticket_shows_numbers_and_states_and_nothing_of_the_person(web: Web) -> None:
    request = opened(web, DANIYAR)
    ticket = ticket_of(web, request.contact_id)
    number = web.ticket(ticket)["number"]
    freeze(web, request)
    path = f"/dashboard/tickets/{ticket}"
    grouped = "-".join(request.id[start : start + 5] for start in range(0, 20, 5))
    for name in ("bolat", "madina", "dana"):
        page = web.signed_in(name).get(path)
        said = plain(page.text)
        assert page.status == 409 and "This ticket is frozen" in said
        assert number in said and grouped in said and "Data is being destroyed" in said
        for personal in ("Данияр", "daniyar", "500000042", "Деректерімді"):
            assert personal not in page.text
        assert (f"{LIST}/{request.id}" in page.text) == (name == "dana")


def test_nothing_can_be_posted_to_a_frozen_ticket(web: Web) -> None:
    request = opened(web, DANIYAR)
    ticket = ticket_of(web, request.contact_id)
    browser = web.signed_in("bolat")
    path = f"/dashboard/tickets/{ticket}"
    assert browser.get(path).status == 200
    inbound = web.ticket(ticket)["messages"][0]["id"]
    freeze(web, request)
    posts: dict[str, dict[str, Any]] = {
        "reply": {"text": "Ответ", "note": "", "mode": "reply", "client_id": "c-1"},
        "comment": {"text": "", "note": "Заметка", "mode": "comment", "client_id": "c-2"},
        "retry": {"message": inbound},
        "change": {"state": "closed"},
    }
    for what, fields in posts.items():
        answer = browser.post(f"{path}/{what}", fields)
        assert answer.status == 409 and "This ticket is frozen" in answer.text, what
        assert "Деректерімді" not in answer.text, what
    rows = web.dynamodb.scan(TableName=web.tables["desk"], ConsistentRead=True)["Items"]
    (row,) = [one for one in rows if one["sk"]["S"] == "ticket"]
    assert row["state"]["S"] == "open"
    assert not [one for one in rows if one.get("direction", {}).get("S") in ("note", "event")]


def test_who_read_and_decided_is_written_down_without_a_word_of_anybody(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    request = opened(web, DANIYAR, evidence="Звонок")
    through(web, request, Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    browser = web.signed_in("dana")
    caplog.clear()
    browser.get(LIST)
    browser.get(f"{LIST}/{request.id}")
    form = {"decision": "erase", "check": "in_person", "reason": "Паспорт"}
    browser.post(f"{LIST}/{request.id}/decision", form)
    lines = [vars(one) for one in caplog.records if one.name == "helpdesk-audit"]
    assert [one["message"] for one in lines] == ["requests_read", "request_read", "contact_read", "request_decided"]
    assert {one["staff_id"] for one in lines} == {web.staff["dana"]}
    assert lines[-1]["request_id"] == request.id and lines[-1]["action"] == "erase"
    for secret in ("Звонок", "Паспорт", "Данияр"):
        assert secret not in str(lines)


def test_a_refused_request_says_so_while_its_answer_is_still_on_the_way(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="verifying", waits="told", due_at=web.now + DAY)
    mark(web, request, {"refused": web.now, "finished": web.now})
    browser = web.signed_in("dana")
    for path in (LIST, f"{LIST}/{request.id}"):
        said = plain(browser.get(path).text)
        assert "Refused" in said and "Waits for the person" not in said
        assert "working days left" not in said, "nothing is left to be done in time"
    page = browser.get(f"{LIST}/{request.id}")
    assert 'name="decision"' not in page.text and "Answer sent, nothing is destroyed" in page.text


# -- the hold

HOLD = f"{LIST}/hold"
HELD = "Destructions are held since"


def test_a_hold_is_set_on_its_page_and_said_on_every_page_that_it_concerns(web: Web) -> None:
    made = every_state(web)
    dana = web.signed_in("dana")
    assert f'href="{HOLD}"' in dana.get(LIST).text and HELD not in dana.get(LIST).text
    assert "Not held" in dana.get(HOLD).text
    done = dana.post(HOLD, {"hold": "set"})
    assert (done.status, path_of(done.location)) == (303, HOLD)
    page = plain(dana.get(HOLD).text)
    assert HELD in page and "by: You" in page and "Release destructions" in page and "Not held" not in page
    assert HELD in dana.get(LIST).text
    told = {state for state, one in made.items() if HELD in dana.get(f"{LIST}/{one.id}").text}
    assert {"received", "verifying", "deciding", "grace"} <= told
    assert told.isdisjoint({"destroying", "waiting_for_backups", "complete", "cancelled", "refused"})
    assert dana.post(HOLD, {"hold": "release"}).status == 303
    assert HELD not in dana.get(LIST).text and "Not held" in dana.get(HOLD).text


def test_an_administrator_finds_the_hold_beside_the_colleagues(web: Web) -> None:
    aigul = web.signed_in("aigul")
    assert f'href="{HOLD}"' in aigul.get("/dashboard/staff").text
    assert aigul.post(HOLD, {"hold": "set"}).status == 303
    page = aigul.get(HOLD)
    assert HELD in page.text and f'href="{LIST}"' not in page.text
    assert "by: You" not in plain(web.signed_in("dana").get(HOLD).text)


def test_a_hold_that_on_call_set_names_nobody(web: Web) -> None:
    wiring_stores.erasure_pause().set("", web.now)
    assert "by on-call" in plain(web.signed_in("dana").get(HOLD).text)


@pytest.mark.parametrize("form", [{}, {"hold": "yes"}, {"hold": "set", "more": "x"}])
def test_a_form_of_the_hold_that_is_not_ours_changes_nothing(web: Web, form: dict[str, str]) -> None:
    assert web.signed_in("dana").post(HOLD, form).status == 400
    assert wiring_stores.erasure_pause().read() is None
