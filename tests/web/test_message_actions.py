"""What is done at a message on the ticket's page and by the API: quote, react, edit, delete, and choices of a reply."""

import re
from html import unescape
from typing import Any

import pytest

from chalicelib.outbox.signals import AskForSignal
from chalicelib.wiring import delivery as wiring_delivery
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say

PEOPLE = pytest.mark.parametrize("person", [AMINA, DANIYAR], ids=["whatsapp", "telegram"])


def opened(web: Web, person: Any = AMINA) -> tuple[str, str]:
    """The ticket, and the customer's message."""
    say(web, person, "Қашан жеткізесіздер?")
    ticket_id = str(web.tickets()[0]["id"])
    return ticket_id, messages(web, ticket_id)[0]["id"]


def messages(web: Web, ticket_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = web.ticket(ticket_id)["messages"]
    return [one for one in found if one["author"] != "desk"]


def reply(web: Web, ticket_id: str, **more: Any) -> dict[str, Any]:
    answer = web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", {"text": "Ертең", "client_id": "X", **more})
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def article(page: str, message: str) -> str:
    found = re.search(rf'<article[^>]* id="{re.escape(message)}".*?</article>', page, re.S)
    assert found
    return found[0]


# -- quotes


@PEOPLE
def test_the_api_quotes_and_shows_the_quote(web: Web, person: Any) -> None:
    ticket_id, asked = opened(web, person)
    reply(web, ticket_id, quote=asked)
    quote = messages(web, ticket_id)[1]["quote"]
    assert (quote["id"], quote["text"]) == (asked, "Қашан жеткізесіздер?")


def test_a_page_without_scripts_is_loaded_with_the_quote_and_sends_it(web: Web) -> None:
    ticket_id, asked = opened(web)
    browser = web.browser("bolat")
    page = browser.get(f"/dashboard/tickets/{ticket_id}").text
    link = re.search(r'href="([^"]+)" data-quote', article(page, asked))
    assert link
    page = browser.get(unescape(link[1]).partition("#")[0]).text
    assert re.search(rf'name="quote" value="{re.escape(asked)}"', page)
    assert re.search(r"data-quoted>Қашан жеткізесіздер\?</q>", page)
    fields = {"text": "Ертең", "client_id": "page-1", "quote": asked}
    assert browser.post(f"/dashboard/tickets/{ticket_id}/reply", fields).status == 303
    assert messages(web, ticket_id)[1]["quote"]["id"] == asked


def test_a_refused_quote_keeps_text_and_choices(web: Web) -> None:
    ticket_id, asked = opened(web)
    browser = web.browser("bolat")
    another = asked[:-1] + ("1" if asked.endswith("0") else "0")
    fields = {"text": "Ертең", "client_id": "page-1", "quote": another, "choice-1": "Иә", "choice-2": "Жоқ"}
    answer = browser.post(f"/dashboard/tickets/{ticket_id}/reply", fields)
    assert answer.status == 409
    assert "quote another one" in answer.text
    assert "Ертең</textarea>" in answer.text
    assert 'name="choice-2" maxlength="24" value="Жоқ"' in answer.text
    assert len(messages(web, ticket_id)) == 1


# -- choices


@PEOPLE
def test_choices_are_shown_under_the_reply(web: Web, person: Any) -> None:
    ticket_id, _ = opened(web, person)
    answer = reply(web, ticket_id, choices=["Бүгін", " Ертең "])
    assert reply(web, ticket_id, choices=["Бүгін", "Ертең"])["id"] == answer["id"]
    assert messages(web, ticket_id)[1]["choices"] == ["Бүгін", "Ертең"]
    page = web.browser("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert '<li dir="auto">Ертең</li>' in article(page, answer["id"])


@pytest.mark.parametrize("choices", ["Иә", ["Иә", "Иә"], [str(n) for n in range(11)], ["ж" * 65], [1], ["\u0007"]])
def test_what_are_no_choices_is_refused_and_changes_nothing(web: Web, choices: Any) -> None:
    ticket_id, _ = opened(web)
    body = {"text": "Қашан?", "client_id": "X", "choices": choices}
    answer = web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body)
    assert (answer.status, answer.json["code"]) == (400, "choices")
    assert len(messages(web, ticket_id)) == 1


@pytest.mark.parametrize(
    "other", ["Да\u200b", "\u2060Да", "да", "Да\u00ad", "\u202dДа\u202c", "Да\u0301", "\u200eДа\ufe0f", "\ufeffДа"]
)
def test_choices_that_look_the_same_are_refused_by_api_and_page(web: Web, other: str) -> None:
    ticket_id, _ = opened(web)
    body = {"text": "Келесіз бе?", "client_id": "X", "choices": ["Да", "Нет", other]}
    answer = web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body)
    assert (answer.status, answer.json["code"]) == (400, "choices_alike")
    fields = {"text": "Келесіз бе?", "client_id": "X", "mode": "reply", "choice-1": "Да", "choice-2": other}
    page = web.signed_in("bolat").post(f"/dashboard/tickets/{ticket_id}/reply", fields)
    assert page.status == 400 and "Two of the choices look the same" in page.text and "Келесіз бе?" in page.text
    assert len(messages(web, ticket_id)) == 1


@pytest.mark.parametrize("choices", [["👍", "👎"], ["10:00", "10:30"], ["Сегодня", "Сегодня вечером"], ["A", "B", "C"]])
def test_choices_that_a_person_can_tell_apart_are_taken(web: Web, choices: list[str]) -> None:
    ticket_id, _ = opened(web)
    assert reply(web, ticket_id, choices=choices)["status"] == "queued"


# -- reactions, edits, deletions


@PEOPLE
def test_a_reaction_waits_at_the_message_and_leaves_the_question_open(web: Web, person: Any) -> None:
    ticket_id, asked = opened(web, person)
    answer = web.call("POST", f"/api/v1/tickets/{ticket_id}/messages/{asked}/reaction", {"emoji": "👍"})
    assert (answer.status, answer.json) == (200, {"state": "queued"})
    same = web.call("POST", f"/api/v1/tickets/{ticket_id}/messages/{asked}/reaction", {"emoji": "👍"})
    assert (same.status, same.json) == (200, {"state": "unchanged"})
    (change,) = messages(web, ticket_id)[0]["changes"]
    assert (change["kind"], change["text"], change["status"]) == ("reaction", "👍", "queued")
    assert web.tickets()[0]["open_question"] is True
    page = web.browser("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert "The reaction is being sent 👍" in article(page, asked)


def test_the_page_reacts_edits_and_deletes_by_forms(web: Web) -> None:
    ticket_id, asked = opened(web)
    browser, path = web.browser("bolat"), f"/dashboard/tickets/{ticket_id}"
    assert browser.post(f"{path}/react", {"message": asked, "emoji": "🙏"}).status == 303
    ours = reply(web, ticket_id)["id"]
    page = browser.get(path).text
    assert f'action="{path}/edit#{ours}"' in article(page, ours)
    assert browser.post(f"{path}/edit", {"message": ours, "new_text": "Бүгін"}).status == 303
    assert messages(web, ticket_id)[1]["text"] == "Бүгін"
    assert browser.post(f"{path}/delete", {"message": ours}).status == 303
    gone = messages(web, ticket_id)[1]
    assert (gone["deleted"], gone["deleted_by"], gone["text"]) == (True, web.staff["bolat"], "")
    assert "Deleted by You" in article(browser.get(path).text, ours)
    assert web.tickets()[0]["open_question"] is True


@PEOPLE
def test_only_what_the_channel_can_is_offered(web: Web, person: Any) -> None:
    ticket_id, asked = opened(web, person)
    page = web.browser("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert "/react#" in article(page, asked)
    assert "/edit#" not in article(page, asked)
    assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"}).status == 200
    page = web.browser("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert "data-quote=" not in page
    assert "/react#" not in page


def refused(web: Web, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
    answer = web.call(method, path, body)
    return answer.status, answer.json["code"], answer.json["message"]


def test_what_cannot_be_done_is_refused_with_a_sentence(web: Web) -> None:
    ticket_id, asked = opened(web)
    path = f"/api/v1/tickets/{ticket_id}/messages"
    status, code, _ = refused(web, "POST", f"{path}/{asked}/reaction", {"emoji": "ok"})
    assert (status, code) == (400, "bad_emoji")
    status, code, said = refused(web, "PATCH", f"{path}/{asked}", {"text": "?"})
    assert (status, code) == (409, "wrong_message")
    assert "colleague's reply" in said
    assert refused(web, "DELETE", f"{path}/{asked}")[:2] == (409, "wrong_message")
    assert refused(web, "DELETE", f"{path}/{'0' * 20}.{'0' * 13}.{'0' * 32}")[:2] == (404, "not_found")
    assert refused(web, "DELETE", f"{path}/odd")[0] == 404
    browser = web.browser("bolat")
    answer = browser.post(f"/dashboard/tickets/{ticket_id}/delete", {"message": asked})
    assert answer.status == 409
    assert "Not done. This message cannot be changed so." in answer.text
    answer = browser.post(f"/dashboard/tickets/{ticket_id}/react", {"message": asked, "emoji": "x" * 40})
    assert answer.status == 400


# -- signs of reading and typing


@pytest.fixture
def asked(web: Web, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What a deployment that wants both kinds asks for."""
    found: list[dict[str, str]] = []
    ask = AskForSignal(frozenset({"read", "typing"}), found.append)
    monkeypatch.setattr(wiring_delivery, "ask_for_signal", lambda: ask)
    return found


def test_opening_a_ticket_asks_once_to_tell_that_its_newest_message_was_read(
    web: Web, asked: list[dict[str, str]]
) -> None:
    say(web, AMINA, "Бір")
    say(web, AMINA, "Екі")
    browser = web.browser("bolat")
    ticket_id = str(web.tickets()[0]["id"])
    for _ in range(2):
        browser.get(f"/dashboard/tickets/{ticket_id}")
        web.ticket(ticket_id)
    newest = messages(web, ticket_id)[-1]["id"]
    assert asked == [{"conversation_id": newest.partition(".")[0], "signal": "read", "message": newest}]


def test_typing_is_told_only_where_it_is_wanted(web: Web, asked: list[dict[str, str]]) -> None:
    ticket_id, message = opened(web)
    asked.clear()
    browser = web.browser("bolat")
    assert 'data-typing="20"' in browser.get(f"/dashboard/tickets/{ticket_id}").text
    assert browser.post(f"/dashboard/tickets/{ticket_id}/typing", {"message": message}).status == 200
    assert [one["signal"] for one in asked] == ["typing"]
    assert browser.post(f"/dashboard/tickets/{ticket_id}/typing", {"message": "odd"}).status == 404


def test_by_default_nothing_is_told(web: Web) -> None:
    ticket_id, message = opened(web)
    browser = web.browser("bolat")
    assert "data-typing" not in browser.get(f"/dashboard/tickets/{ticket_id}").text
    assert browser.post(f"/dashboard/tickets/{ticket_id}/typing", {"message": message}).status == 200


def test_a_long_page_has_forms_at_its_newest_messages_and_lets_quote_all(web: Web) -> None:
    for number in range(45):
        say(web, AMINA, f"Сұрақ {number}", minutes_ago=5)  # so that the acknowledgement stands below all of them
    ticket_id = str(web.tickets()[0]["id"])
    page = web.browser("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert page.count("/react#") == 25, "of the newest, from a multiple of twenty on, those that customers sent"
    assert page.count("data-quote=") == 45
