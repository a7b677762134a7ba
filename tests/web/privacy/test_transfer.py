"""The consent to the transfer abroad on pages and in the API: what holds, each answer, what may leave, and what a
privacy officer enters from paper."""

from typing import Any

import pytest

from chalicelib.core.transfer import GIVEN, REFUSED
from chalicelib.core.working_days import day_of
from tests.support.intake.desk import Desk
from tests.support.intake.fences import close_fence
from tests.support.web.delivered import audited
from tests.support.web.desk import Web
from tests.support.web.drafts import reply, texts
from tests.support.web.serving import AMINA, say

OPEN = "You may answer the customer&#39;s question; nothing else leaves."
CLOSED = "No question of the customer&#39;s is open, and messages on this channel pass companies abroad."
UNMOVED = "The customer does not agree to the transfer abroad."


def lies(web: Web) -> Desk:
    """What lies in the tables."""
    return Desk(web.tables, web.dynamodb, now=web.now)


def of_amina(web: Web) -> tuple[str, str]:
    """Amina's ticket and contact."""
    say(web, AMINA, "Терминал қашан жөнделеді?")
    (ticket,) = web.tickets()
    return ticket["id"], ticket["contact"]["id"]


def enters(web: Web, contact_id: str, answer: str, by: str = "dana") -> Any:
    body = {"answer": answer, "received_on": day_of(web.now)}
    return web.call("POST", f"/api/v1/contacts/{contact_id}/transfer", body, by=by)


def page(web: Web, ticket_id: str, by: str = "bolat") -> str:
    return web.browser(by).get(f"/dashboard/tickets/{ticket_id}").text


def test_an_officer_enters_it_and_from_then_on_only_answers_are_taken(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    ticket_id, contact_id = of_amina(web)
    assert "agreed by writing to us" in page(web, ticket_id) and UNMOVED not in page(web, ticket_id)
    web.token("dana")
    caplog.clear()
    answer = enters(web, contact_id, REFUSED)
    assert answer.status == 200
    first, second = answer.json["consents"]
    assert (first["abroad"], first["answered_by"], first["purpose"]) == (None, None, "support")
    assert (second["abroad"], second["answered_by"], second["purpose"]) == (REFUSED, "paper", "transfer")
    (line,) = audited(caplog)
    assert line == {"message": "contact_changed", "staff_id": web.staff["dana"], "contact_id": contact_id}

    shown = page(web, ticket_id)
    assert "not agreed: only answers to open questions leave" in shown and "on paper" in shown
    assert UNMOVED in shown and OPEN in shown and 'data-composer="open"' in shown
    assert "entered from paper: the customer does not agree to the transfer abroad" in shown

    assert reply(web, ticket_id, "Жауап").status in (200, 201)
    again = reply(web, ticket_id, "Және жаңалық")
    assert (again.status, again.json["code"]) == (409, "abroad")
    assert "does not agree to a transfer abroad" in again.json["message"]
    assert texts(web, ticket_id) == ["Жауап"]
    shown = page(web, ticket_id)
    assert 'data-composer="abroad"' in shown and CLOSED in shown and OPEN not in shown

    assert enters(web, contact_id, GIVEN).status == 200
    assert 'data-composer="open"' in page(web, ticket_id)
    assert reply(web, ticket_id, "Және жаңалық").status in (200, 201)


def test_the_officer_s_page_has_a_form_and_says_beside_it_what_is_wrong(web: Web) -> None:
    ticket_id, contact_id = of_amina(web)
    browser = web.signed_in("dana")
    assert "#transfer" in browser.get(f"/dashboard/tickets/{ticket_id}").text
    form = browser.get(f"/dashboard/privacy/new?contact={contact_id}").text
    assert 'action="/dashboard/privacy/transfer#transfer"' in form and "Now: agreed by writing to us" in form
    before = lies(web).items()
    for given in ({"answer": "no", "received_on": "2999-01-01"}, {"answer": "no"}, {"answer": "perhaps"}):
        refused = browser.post("/dashboard/privacy/transfer", {"contact": contact_id, **given})
        assert refused.status == 400 and 'id="why-transfer"' in refused.text
        assert ('value="no" required checked' in refused.text) == (given["answer"] == "no")
    assert lies(web).items() == before
    given = {"contact": contact_id, "answer": "no", "received_on": day_of(web.now)}
    assert browser.post("/dashboard/privacy/transfer", given).status == 303
    assert "Now: not agreed" in browser.get(f"/dashboard/privacy/new?contact={contact_id}").text


@pytest.mark.parametrize("by", ["bolat", "madina"])
def test_nobody_else_enters_it(web: Web, by: str) -> None:
    _, contact_id = of_amina(web)
    before = lies(web).items()
    assert enters(web, contact_id, REFUSED, by).status == 403
    assert lies(web).items() == before


@pytest.mark.parametrize(
    "body",
    [
        {}, {"answer": "no"}, {"received_on": "2026-11-20"}, {"answer": "maybe", "received_on": "2026-11-20"},
        {"answer": "no", "received_on": "20.11.2026"}, {"answer": "no", "received_on": "2999-01-01"},
    ],
)  # fmt: skip
def test_bad_input_changes_nothing(web: Web, body: dict[str, Any]) -> None:
    _, contact_id = of_amina(web)
    before = lies(web).items()
    assert web.call("POST", f"/api/v1/contacts/{contact_id}/transfer", body, by="dana").status == 400
    assert lies(web).items() == before


def test_nobody_and_a_contact_behind_the_barrier_are_refused(web: Web) -> None:
    _, contact_id = of_amina(web)
    assert enters(web, "0" * 20, REFUSED).status == 404
    close_fence(lies(web))
    answer = enters(web, contact_id, REFUSED)
    assert (answer.status, answer.json["code"]) == (409, "erasing")
