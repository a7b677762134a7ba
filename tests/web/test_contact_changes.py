"""Staff sets a customer's language and says that data is corrected: page, API, without scripts, and in the log."""

from typing import Any

import pytest

from chalicelib.dynamo.builder import attribute_values
from tests.support.intake.desk import Desk
from tests.support.intake.fences import close_fence
from tests.support.web.delivered import audited
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say


def of_amina(web: Web) -> tuple[str, str]:
    """Amina's ticket and contact."""
    say(web, AMINA, "Сәлеметсіз бе")
    (ticket,) = web.tickets()
    return ticket["id"], ticket["contact"]["id"]


def rows(web: Web, sk: str, table: str = "desk") -> list[dict[str, Any]]:
    return [one for one in lies(web).items(table) if one["sk"] == sk]


def lies(web: Web) -> Desk:
    """What lies in the tables."""
    return Desk(web.tables, web.dynamodb, now=web.now)


def test_a_language_holds_wherever_it_is_kept(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    ticket_id, contact_id = of_amina(web)
    web.token("bolat")
    caplog.clear()
    answer = web.call("PATCH", f"/api/v1/contacts/{contact_id}", {"language": "en"})
    assert answer.status == 200 and answer.json["language"] == "en" and answer.json["correction"] is None
    for sk, table in (("contact", "desk"), ("head", "desk"), ("ticket", "desk"), ("alias", "index")):
        assert {one["language"] for one in rows(web, sk, table)} == {"en"}, sk
    assert {"message": "contact_changed", "staff_id": web.staff["bolat"], "contact_id": contact_id} in audited(caplog)
    assert "'en'" not in str(audited(caplog))
    say(web, AMINA, "Тағы бір сұрақ")
    assert {one["language"] for one in rows(web, "contact")} == {"en"}
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert "You set the customer" in page and "language: Eng" in page


@pytest.mark.parametrize("body", [{}, {"language": "de"}, {"language": ""}, {"corrected": False}, {"name": "x"}])
def test_bad_input_changes_nothing(web: Web, body: dict[str, Any]) -> None:
    _, contact_id = of_amina(web)
    before = lies(web).items()
    assert web.call("PATCH", f"/api/v1/contacts/{contact_id}", body).status == 400
    assert lies(web).items() == before


def test_nobody_and_a_contact_behind_the_barrier_are_refused(web: Web) -> None:
    _, contact_id = of_amina(web)
    assert web.call("PATCH", f"/api/v1/contacts/{'0' * 20}", {"language": "ru"}).status == 404
    close_fence(lies(web))
    answer = web.call("PATCH", f"/api/v1/contacts/{contact_id}", {"language": "ru"})
    assert (answer.status, answer.json["code"]) == (409, "erasing")


def test_the_page_sets_it_without_scripts(web: Web) -> None:
    ticket_id, _ = of_amina(web)
    browser = web.signed_in("bolat")
    browser.get(f"/dashboard/tickets/{ticket_id}")
    assert browser.post(f"/dashboard/tickets/{ticket_id}/contact", {"language": "ru"}).status == 303
    assert {one["language"] for one in rows(web, "contact")} == {"ru"}
    assert browser.post(f"/dashboard/tickets/{ticket_id}/contact", {"language": "de"}).status == 400


def test_a_wished_correction_is_shown_with_its_day_until_it_is_done(web: Web) -> None:
    ticket_id, contact_id = of_amina(web)
    (contact,) = rows(web, "contact")
    lies(web).put_all([("desk", attribute_values(contact | {"correct_at": web.now}))])
    say(web, AMINA, "Атым қате жазылған")
    found = web.call("GET", f"/api/v1/contacts/{contact_id}").json["correction"]
    assert found["asked_at"] < found["due_by"]
    browser = web.signed_in("bolat")
    page = browser.get(f"/dashboard/tickets/{ticket_id}").text
    assert 'name="corrected"' in page
    browser.post(f"/dashboard/tickets/{ticket_id}/contact", {"corrected": "yes"})
    assert web.call("GET", f"/api/v1/contacts/{contact_id}").json["correction"] is None
    assert 'name="corrected"' not in browser.get(f"/dashboard/tickets/{ticket_id}").text
    assert web.call("PATCH", f"/api/v1/contacts/{contact_id}", {"corrected": True}).status == 200
