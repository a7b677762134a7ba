"""What cannot be opened is said to be so, value by value; nothing is sealed to a key that is not the customer's."""

import json
from typing import Any

import pytest

from chalicelib.dynamo.models import DeskRow, KeyRow
from chalicelib.tickets import threads as reading
from chalicelib.vault.encryption import new_pair
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say


def row_of(kind: str) -> DeskRow:
    (row,) = [one for one in DeskRow.scan() if kind in (one.sk, one.direction)]
    return row


def counted(said: str, name: str) -> int:
    return sum(name in json.loads(line) for line in said.splitlines() if line.startswith('{"_aws"'))


@pytest.fixture
def ticket(web: Web) -> dict[str, Any]:
    say(web, AMINA, "Сәлем")
    (found,) = web.tickets()
    return found


def test_one_message_that_does_not_open_takes_no_other_away(
    web: Web, ticket: dict[str, Any], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    row_of("in").update([DeskRow.content.set(b"\x01" + b"x" * 80)])
    say(web, AMINA, "Тағы", kind="button")
    capfd.readouterr()

    messages = [one for one in web.ticket(ticket["id"])["messages"] if one["direction"] == "in"]
    assert [(one["text"], one["unreadable"], one["erased"]) for one in messages] == [
        ("", True, False), ("Тағы", False, False),
    ]  # fmt: skip
    assert counted(capfd.readouterr().out, "CannotOpen") == 1
    (line,) = [one for one in caplog.records if one.getMessage() == "cannot_open"]
    assert line.__dict__["contact_id"] == ticket["contact"]["id"]

    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}")
    assert page.status == 200 and "cannot be opened" in page.text and "Тағы" in page.text
    assert "Destroyed" not in page.text


def test_a_list_shows_the_tickets_beside_one_that_does_not_open(web: Web, ticket: dict[str, Any]) -> None:
    say(web, DANIYAR, "Привет")
    DeskRow(f"ticket#{ticket['id']}", "ticket").update([DeskRow.who.set(b"\x09?"), DeskRow.last.set(b"")])
    broken = next(one for one in web.tickets() if one["id"] == ticket["id"])["contact"]
    assert (broken["unreadable"], broken["erased"], broken["name"]) == (True, False, None)
    page = web.signed_in("bolat").get("/dashboard")
    assert page.status == 200 and DANIYAR.name in page.text and "Cannot be opened" in page.text


def test_a_key_that_the_vault_cannot_open_is_not_an_erasure(web: Web, ticket: dict[str, Any]) -> None:
    contact = ticket["contact"]["id"]
    KeyRow(contact).update([KeyRow.vault_id.set("0" * 16)])
    shown = web.ticket(ticket["id"])
    assert shown["contact"]["unreadable"] and not shown["contact"]["erased"]
    found = web.call("GET", f"/api/v1/contacts/{contact}")
    assert found.status == 200 and found.json["unreadable"] and not found.json["erased"]
    assert web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").status == 200
    assert web.call("POST", f"/api/v1/tickets/{ticket['id']}/comments", {"text": "a"}).json["code"] == "key_mismatch"


@pytest.mark.parametrize("what", ["comments", "replies"])
def test_nothing_is_sealed_to_a_key_that_somebody_put_into_the_head(
    web: Web,
    ticket: dict[str, Any],
    what: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    row_of("head").update([DeskRow.public_key.set(new_pair().public)])
    before = DeskRow.count(row_of("head").pk)
    capfd.readouterr()
    body = {"text": "Құпия пікір", **({"client_id": "page-1"} if what == "replies" else {})}
    refused = web.call("POST", f"/api/v1/tickets/{ticket['id']}/{what}", body)
    assert (refused.status, refused.json["code"]) == (409, "key_mismatch")
    assert DeskRow.count(row_of("head").pk) == before
    said = capfd.readouterr().out
    assert counted(said, "KeyMismatch") == 1 and "key_mismatch" in caplog.messages
    field = {"comments": "comment", "replies": "reply"}[what]
    form = {"note": "Пікір", "text": "Жауап", "client_id": "page-2", "mode": field}
    browser = web.signed_in("bolat")
    browser.get(f"/dashboard/tickets/{ticket['id']}")
    page = browser.post(f"/dashboard/tickets/{ticket['id']}/{field}", form)
    assert page.status == 409 and "tell on-call" in page.text


def test_of_very_much_text_the_newest_is_shown_and_the_page_says_so(
    web: Web, ticket: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        say(web, AMINA, f"{number} " + "<&ж" * 1000, minutes_ago=8 - number)
    assert web.ticket(ticket["id"])["earlier"] is False
    monkeypatch.setattr(reading, "MOST_OPENED", 30_000)
    shown = web.ticket(ticket["id"])
    texts = [one["text"][0] for one in shown["messages"] if one["direction"] == "in"]
    assert shown["earlier"] is True and texts == ["5", "6", "7", "С"]
    assert "Earlier messages are not shown" in web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text


def test_rows_of_other_tickets_are_not_looked_through_for_ever(
    web: Web, ticket: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        say(web, AMINA, f"{number}")
    monkeypatch.setattr(reading, "EXAMINED", 3)
    shown = web.ticket(ticket["id"])
    assert shown["earlier"] is True and len(shown["messages"]) <= 3
