"""A ticket is handed to another team or person, by page and API; who is in which team; open pages when that changes."""

from dataclasses import replace

import pytest

from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import STAFF, TICKET
from chalicelib.ops.__main__ import main
from chalicelib.staff.model import Staff, staff_mac
from chalicelib.tickets.writes import TicketWrites
from chalicelib.wiring import web as wiring_web
from tests.support.web.delivered import audited
from tests.support.web.desk import Web
from tests.support.web.live import OpenPage, Relay
from tests.support.web.looking import with_scripts
from tests.support.web.serving import AMINA, say
from tests.support.web.teams import FIRST, SECOND, hand_over, refused
from tests.support.web.teams import teams as teams

pytestmark = pytest.mark.usefixtures("teams")


@pytest.fixture
def ticket_id(web: Web) -> str:
    """Amina's ticket, which the first team answers."""
    say(web, AMINA, "Терминал чек шығармай тұр")
    return str(web.tickets()[0]["id"])


def row_of(ticket_id: str) -> DeskRow:
    return DeskRow.get(*TICKET.key(ticket_id)[1:], consistent_read=True)


def test_a_new_ticket_is_the_first_teams_and_intake_writes_nothing_for_it(web: Web, ticket_id: str) -> None:
    assert web.ticket(ticket_id)["team"] == FIRST
    assert row_of(ticket_id).team is None and row_of(ticket_id).openings is None


def test_it_is_handed_over_answered_by_the_other_team_and_handed_back(web: Web, ticket_id: str) -> None:
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"})
    answer = hand_over(web, ticket_id)
    assert (answer.status, answer.json["team"], answer.json["assignee"]) == (200, SECOND, None)
    assert refused(web.call("GET", f"/api/v1/tickets/{ticket_id}"))
    reply = {"text": "Жауап", "client_id": "1"}
    assert web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", reply, by="saule").status == 201
    page = web.signed_in("saule").get(f"/dashboard/tickets/{ticket_id}").text
    assert "Болат Ахметов handed the ticket to this team: Second line" in page
    assert "The ticket has no assignee now" in page
    say(web, AMINA, "Рахмет, тағы бірі")
    assert row_of(ticket_id).team == SECOND, "what is written next leaves it where it is"
    assert hand_over(web, ticket_id, FIRST, by="saule").json["team"] == FIRST
    assert row_of(ticket_id).team is None and web.ticket(ticket_id)["team"] == FIRST


def test_it_is_handed_to_a_person_of_the_other_team(web: Web, ticket_id: str) -> None:
    body = {"team": SECOND, "assignee": web.staff["saule"]}
    assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", body).json["assignee"] == web.staff["saule"]
    assert web.ticket(ticket_id, by="saule")["assignee"] == web.staff["saule"]


def test_the_page_hands_over_and_shows_that_it_is_no_longer_open(web: Web, ticket_id: str) -> None:
    browser = web.signed_in("bolat")
    page = browser.get(f"/dashboard/tickets/{ticket_id}").text
    assert '<select class="in" id="f-team" name="team">' in page and "<dt>Team</dt><dd>First line</dd>" in page
    assert "Айгүл" not in page.partition('name="assignee"')[2].partition("</select>")[0], "she could open nothing"
    answer = browser.post(f"/dashboard/tickets/{ticket_id}/change", {"team": SECOND, "panel": "1"})
    assert answer.status == 303
    after = browser.get(answer.location)
    assert refused(after) and "It belongs to this team: Second line." in after.text and AMINA.name not in after.text


def test_what_does_not_fit_is_refused_beside_its_field(web: Web, ticket_id: str) -> None:
    for body in ({"team": "third_line"}, {"team": ""}, {"team": None}, {"assignee": web.staff["aigul"]}):
        assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", body).status == 400
    page = web.signed_in("bolat").post(f"/dashboard/tickets/{ticket_id}/change", {"team": "third_line", "panel": "1"})
    assert page.status == 400 and 'id="why-team"' in page.text
    assert row_of(ticket_id).team is None


def test_two_who_hand_it_over_at_once(web: Web, ticket_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real, between = TicketWrites.change, [True]

    def change(self: TicketWrites, *given: object) -> bool:
        if between:
            between.clear()
            assert hand_over(web, ticket_id, by="madina").status == 200
        return real(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(TicketWrites, "change", change)
    assert hand_over(web, ticket_id).status == 200
    lines = [row for row in DeskRow.scan() if row.kind == "handed_over"]
    assert len(lines) == 1, "the second found that it had been done"


# -- who is in which team


def test_an_administrator_puts_people_into_teams_by_page_and_api(
    web: Web, ticket_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    saule, browser = web.staff["saule"], web.signed_in("aigul")
    page = browser.get("/dashboard/staff").text
    assert page.count('name="team"') == 3 and "First line" in page, "a choice for each operator"
    caplog.clear()
    assert browser.post(f"/dashboard/staff/{saule}/team", {"team": FIRST}).status == 303
    assert {"message": "team_set", "staff_id": saule, "by": web.staff["aigul"]} in audited(caplog)
    assert web.ticket(ticket_id, by="saule")["id"] == ticket_id, "from the next request on, in the same session"
    assert web.call("GET", "/api/v1/me", by="saule").json["team"] == FIRST
    assert web.call("POST", f"/api/v1/staff/{saule}/team", {"team": ""}, by="aigul").json == {"ok": True}
    assert refused(web.call("GET", f"/api/v1/tickets/{ticket_id}", by="saule"))
    colleagues = {one["id"]: one["team"] for one in web.call("GET", "/api/v1/staff", by="dana").json["items"]}
    assert (colleagues[saule], colleagues[web.staff["bolat"]]) == (None, FIRST)


def test_nobody_else_does_and_no_other_team(web: Web) -> None:
    saule = web.staff["saule"]
    for name in ("saule", "madina", "dana"):
        assert web.call("POST", f"/api/v1/staff/{saule}/team", {"team": FIRST}, by=name).status == 403
        assert web.signed_in(name).post(f"/dashboard/staff/{saule}/team", {"team": FIRST}).status == 403
    answer = web.call("POST", f"/api/v1/staff/{saule}/team", {"team": "third_line"}, by="aigul")
    assert (answer.status, answer.json["code"]) == (400, "no_team")
    assert web.call("POST", "/api/v1/staff/nobody/team", {"team": FIRST}, by="aigul").status == 404
    assert 'name="team"' not in web.signed_in("dana").get("/dashboard/staff").text


def test_the_mac_covers_the_team_and_is_as_before_without_one(web: Web) -> None:
    bolat = Staff("sub", "a@b.kz", "Болат", frozenset({"operator", "supervisor"}), 3, 1_700_000_000_000)
    assert staff_mac(b"k" * 32, bolat) != staff_mac(b"k" * 32, replace(bolat, team=FIRST))
    row = DeskRow(*STAFF.key(web.staff["saule"])[1:])
    row.update([DeskRow.team.set(FIRST)])
    assert wiring_web.staff().get(web.staff["saule"]) is None, "whoever can write the table puts nobody into a team"
    row.update([DeskRow.team.remove()])
    assert wiring_web.staff().get(web.staff["saule"]) is None, "nor out of one"


def test_the_command_that_makes_an_account_takes_a_team(web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    account = ["staff-put", "--sub", "s" * 36, "--email", "a@desk.local", "--name", "Арман", "--role", "operator"]
    assert main([*account, "--team", SECOND]) == 0
    arman = wiring_web.staff().get("s" * 36)
    assert arman is not None and arman.team == SECOND
    assert main([*account, "--team", "third_line"]) == 1
    assert "There is no team 'third_line' in the profile spoint" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["handed", "team"])
def test_an_open_page_learns_that_it_is_no_longer_open(web: Web, ticket_id: str, how: str) -> None:
    relay = Relay(web)
    relay.settle()
    page = OpenPage(with_scripts(web, "bolat"), f"/dashboard/tickets/{ticket_id}").load()
    assert page.look().status == 304
    if how == "handed":
        assert hand_over(web, ticket_id, by="madina").status == 200
    else:
        wiring_web.staff().set_team(web.staff["bolat"], SECOND)
    relay.settle()
    answer = page.look()
    assert refused(answer) and AMINA.name not in answer.text


def test_an_open_list_loses_what_was_handed_over(web: Web, ticket_id: str) -> None:
    relay = Relay(web)
    relay.settle()
    page = OpenPage(with_scripts(web, "bolat"), "/dashboard").load()
    assert hand_over(web, ticket_id, by="madina").status == 200
    relay.settle()
    assert page.look().status == 200 and "rows" in page.parts and page.parts["rows"][0] == ""
