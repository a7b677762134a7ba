"""An operator opens a ticket of another team with a reason: for eight hours, recorded, and sealed like a message."""

import re

import pytest

from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import TICKET
from chalicelib.erasure.kept_content import of_message
from chalicelib.tickets.need_to_know import OPENED_FOR
from chalicelib.tickets.writes import TicketWrites
from chalicelib.wiring import web as wiring_web
from tests.support.web.asking import freeze, opened
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say
from tests.support.web.teams import REASON, open_with_reason, refused, stored
from tests.support.web.teams import teams as teams
from tests.support.web.visiting import Answer

pytestmark = pytest.mark.usefixtures("teams")
HOURS = OPENED_FOR // 1000


@pytest.fixture
def ticket_id(web: Web) -> str:
    """Amina's ticket, which the first team answers."""
    say(web, AMINA, "Терминал чек шығармай тұр")
    return str(web.tickets()[0]["id"])


def opens(web: Web, ticket_id: str, name: str = "saule") -> bool:
    return not refused(web.call("GET", f"/api/v1/tickets/{ticket_id}", by=name))


def answered(web: Web, ticket_id: str, client_id: str) -> Answer:
    """Saule replies."""
    body = {"text": f"Жауап {client_id}", "client_id": client_id}
    return web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body, by="saule")


def test_it_opens_the_ticket_for_eight_hours_and_to_nobody_else(web: Web, ticket_id: str) -> None:
    answer = open_with_reason(web, ticket_id)
    assert answer.status == 201 and answer.json["until"]
    assert opens(web, ticket_id) and not opens(web, ticket_id, "aigul")
    assert (
        web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", {"text": "Жауап", "client_id": "1"}, by="saule").status
        == 201
    )
    web.advance(HOURS - 60)
    assert opens(web, ticket_id)
    web.advance(61)
    assert not opens(web, ticket_id) and web.tickets(by="saule") == []
    assert refused(
        web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", {"text": "Тағы", "client_id": "2"}, by="saule")
    )
    assert open_with_reason(web, ticket_id).status == 201 and opens(web, ticket_id)


def test_the_page_offers_the_box_and_leads_to_the_ticket(web: Web, ticket_id: str) -> None:
    browser = web.signed_in("saule")
    page = browser.get(f"/dashboard/tickets/{ticket_id}")
    assert refused(page) and 'minlength="10"' in page.text and "open to you for 8 hours" in page.text
    for reason in ("қысқа", " \u200b" * 20, ""):
        again = browser.post(f"/dashboard/tickets/{ticket_id}/open", {"reason": reason})
        assert again.status == 400 and "in 10 to 500 letters" in again.text and 'aria-invalid="true"' in again.text
        assert (reason.strip() in again.text) and not opens(web, ticket_id)
    answer = browser.post(f"/dashboard/tickets/{ticket_id}/open", {"reason": REASON})
    assert (answer.status, answer.location.endswith(f"/dashboard/tickets/{ticket_id}")) == (303, True)
    assert AMINA.name in browser.get(f"/dashboard/tickets/{ticket_id}").text


@pytest.mark.parametrize("reason", ["тоғызәріп", "а" * 501, "         а", 7, None])
def test_a_reason_has_ten_to_five_hundred_letters(web: Web, ticket_id: str, reason: object) -> None:
    answer = web.call("POST", f"/api/v1/tickets/{ticket_id}/openings", {"reason": reason}, by="saule")
    assert answer.status == 400 and not opens(web, ticket_id)


def test_the_reason_stands_on_the_ticket_sealed_and_supervisors_see_it(
    web: Web, ticket_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    assert open_with_reason(web, ticket_id).status == 201
    lines = [one for one in caplog.records if one.message == "ticket_opened_with_reason"]
    assert [(one.ticket_id, one.staff_id) for one in lines] == [(ticket_id, web.staff["saule"])]  # type: ignore[attr-defined]
    assert REASON not in str([vars(one) for one in caplog.records])
    (note,) = [one for one in web.ticket(ticket_id, by="madina")["messages"] if one["kind"] == "reason"]
    assert (note["direction"], note["text"], note["author"]) == ("note", REASON, web.staff["saule"])
    page = web.signed_in("madina").get(f"/dashboard/tickets/{ticket_id}").text
    assert REASON in page and re.search(r"Opened with a reason until \d\d:\d\d, the customer does not see it", page)
    assert REASON not in str(stored(web))
    (row,) = [row for row in DeskRow.scan() if row.kind == "reason"]
    assert row.content and row.ticket_id == ticket_id and row.sk.startswith("message#")


def test_while_it_lasts_nothing_is_stored_again(web: Web, ticket_id: str) -> None:
    first = open_with_reason(web, ticket_id).json
    before = stored(web)
    web.advance(60)
    assert open_with_reason(web, ticket_id, reason="Тағы бір себеп керек").json == first
    assert open_with_reason(web, ticket_id, by="bolat").json == {"until": None}, "it is his team's"
    assert stored(web) == before


def test_who_may_open_nothing_cannot_by_a_reason(web: Web, ticket_id: str) -> None:
    for name in ("aigul", "madina", "dana"):
        assert open_with_reason(web, ticket_id, by=name).status == 403
        assert web.signed_in(name).post(f"/dashboard/tickets/{ticket_id}/open", {"reason": REASON}).status == 403
    assert not opens(web, ticket_id, "aigul")


def test_openings_that_have_ended_leave_the_row_with_the_next_one(web: Web, ticket_id: str) -> None:
    open_with_reason(web, ticket_id)
    web.advance(HOURS + 1)
    wiring_web.staff().set_team(web.staff["bolat"], "second_line")
    assert open_with_reason(web, ticket_id, by="bolat").status == 201
    row = DeskRow.get(*TICKET.key(ticket_id)[1:])
    assert [one.partition(" ")[0] for one in row.openings] == [web.staff["bolat"]]


def test_two_who_open_it_at_once_both_have_it(web: Web, ticket_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wiring_web.staff().set_team(web.staff["bolat"], "second_line")
    real = TicketWrites.open_with_reason
    first: list[object] = []

    def between(self: TicketWrites, *given: object) -> object:
        if not first:
            first.append(1)
            assert open_with_reason(web, ticket_id, by="bolat").status == 201
        return real(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(TicketWrites, "open_with_reason", between)
    assert open_with_reason(web, ticket_id).status == 201
    assert opens(web, ticket_id) and opens(web, ticket_id, "bolat")
    assert sum(row.kind == "reason" for row in DeskRow.scan()) == 2


def test_one_whose_data_is_being_destroyed_is_not_opened(web: Web) -> None:
    request = opened(web)
    ticket_id = str(web.tickets()[0]["id"])
    freeze(web, request)
    before = stored(web)
    assert open_with_reason(web, ticket_id).status == 409
    assert stored(web) == before


def test_it_is_taken_for_no_comment_and_no_draft(web: Web, ticket_id: str) -> None:
    """A colleague's words of why are no data of the ticket that a part which is kept would hold."""
    row = {"direction": "note", "kind": "reason", "sent_at": 1}
    assert of_message(row, {"text": REASON}, {"ticket_data", "message_text", "message_metadata"}) == {}
