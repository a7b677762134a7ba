"""Staff notes when a customer's agreement with the company ended: page, API, without scripts, and in the log."""

import re
from typing import Any

import pytest

from chalicelib.core.kept_for import KeptFor
from chalicelib.core.working_days import day_of
from chalicelib.profile.model import Retention
from tests.support.forgetting import forget_wiring
from tests.support.intake.desk import Desk
from tests.support.web.delivered import audited
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say

DAY = 86_400


@pytest.fixture
def bound(web: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """A desk of a company that keeps tickets and contacts until three years after the agreement ended."""
    kept = property(lambda self: KeptFor(3, "years", self.id in ("ticket", "contact")))
    monkeypatch.setattr(Retention, "kept", kept)
    forget_wiring()
    return web


def of_amina(web: Web) -> tuple[str, str]:
    """Amina's ticket and contact."""
    say(web, AMINA, "Сәлеметсіз бе")
    (ticket,) = web.tickets()
    return ticket["id"], ticket["contact"]["id"]


def items(web: Web) -> list[dict[str, Any]]:
    return Desk(web.tables, web.dynamodb, now=web.now).items()


def test_the_api_notes_the_end_and_takes_it_back(bound: Web, caplog: pytest.LogCaptureFixture) -> None:
    ticket_id, contact_id = of_amina(bound)
    path, today = f"/api/v1/contacts/{contact_id}", day_of(bound.now)
    assert bound.call("GET", path).json["agreement"] == {"ended_on": None, "kept_until": None}
    bound.token("bolat")
    caplog.clear()
    answer = bound.call("PATCH", path, {"agreement_ended_on": today})
    assert (answer.status, answer.json["agreement"]["ended_on"]) == (200, today)
    assert answer.json["agreement"]["kept_until"][:4] == str(int(today[:4]) + 3)
    assert {"message": "contact_changed", "staff_id": bound.staff["bolat"], "contact_id": contact_id} in audited(caplog)
    assert today not in str(audited(caplog))
    answer = bound.call("PATCH", path, {"agreement_lasts": True})
    assert answer.json["agreement"] == {"ended_on": None, "kept_until": None}
    page = bound.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert "agreement ended on" in page and "agreement lasts" in page


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"agreement_ended_on": ""}, "day"),
        ({"agreement_ended_on": "2020-01-01"}, "day"),
        ({"agreement_ended_on": "2099-01-01"}, "day"),
        ({"agreement_ended_on": 20280229}, "bad_input"),
        ({"agreement_ended_on": None}, "bad_input"),
        ({"agreement_lasts": False}, "bad_input"),
        ({"agreement_lasts": True, "agreement_ended_on": "2026-11-20"}, "bad_input"),
    ],
)
def test_bad_input_changes_nothing(bound: Web, body: dict[str, Any], code: str) -> None:
    _, contact_id = of_amina(bound)
    before = items(bound)
    answer = bound.call("PATCH", f"/api/v1/contacts/{contact_id}", body)
    assert (answer.status, answer.json["code"]) == (400, code) and items(bound) == before


def test_the_page_says_until_when_and_notes_it_without_scripts(bound: Web) -> None:
    ticket_id, _ = of_amina(bound)
    address, today = f"/dashboard/tickets/{ticket_id}", day_of(bound.now)
    browser = bound.signed_in("bolat")
    page = browser.get(address).text
    assert "as long as the agreement lasts" in page and "if closed today" not in page and f'max="{today}"' in page
    before = items(bound)
    refused = browser.post(f"{address}/contact", {"ended_on": "2020-01-01"})
    assert (
        refused.status == 400
        and "Choose a day from the contact" in refused.text
        and 'id="why-ended_on"' in refused.text
    )
    assert 'value="2020-01-01"' in refused.text and items(bound) == before
    assert browser.post(f"{address}/contact", {"ended_on": today}).status == 303
    page = browser.get(address).text
    assert "as long as the agreement lasts" not in page and "if closed today" in page and 'name="lasts"' in page
    assert browser.post(f"{address}/contact", {"lasts": "yes"}).status == 303
    bound.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"})
    page = browser.get(address).text
    assert "as long as the agreement lasts" in page and not re.search(r"\b3000\b", page)


def test_a_day_before_the_end_both_say_that_it_is_too_late(bound: Web) -> None:
    ticket_id, contact_id = of_amina(bound)
    bound.call("PATCH", f"/api/v1/contacts/{contact_id}", {"agreement_ended_on": day_of(bound.now)})
    bound.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"})
    desk = Desk(bound.tables, bound.dynamodb, now=bound.now)
    (head,) = desk.of("head")
    until = KeptFor(3, "years", agreement=True).after(head["agreement_ended_at"]) // 1000
    desk.put_all([("desk", _with_date(head, until))])
    bound.advance(until - bound.seconds - DAY // 2)
    bound.tokens.clear()  # the sessions are over
    bound.browsers.clear()
    answer = bound.call("PATCH", f"/api/v1/contacts/{contact_id}", {"agreement_lasts": True})
    assert (answer.status, answer.json["code"]) == (409, "expiring")
    page = bound.signed_in("bolat").post(f"/dashboard/tickets/{ticket_id}/contact", {"lasts": "yes"})
    assert page.status == 409 and "cannot be kept any more" in page.text


def _with_date(head: dict[str, Any], until: int) -> dict[str, Any]:
    from chalicelib.dynamo.builder import attribute_values

    return attribute_values(head | {"expires_at": until})


def test_where_nothing_counts_from_one_the_page_is_silent(web: Web) -> None:
    ticket_id, contact_id = of_amina(web)
    assert web.call("GET", f"/api/v1/contacts/{contact_id}").json["agreement"] is None
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert "greement" not in page and "if closed today" in page
    answer = web.call("PATCH", f"/api/v1/contacts/{contact_id}", {"agreement_lasts": True})
    assert (answer.status, answer.json["code"]) == (400, "no_agreement")
