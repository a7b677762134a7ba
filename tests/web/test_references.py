"""Reactions, edits, deletions and quotes find their message on whatever ticket of the conversation it lies."""

import json
import re
from typing import Any

import pytest

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.clock import DAY
from chalicelib.dynamo.models import DeskRow
from chalicelib.entrypoints import expiry_stamper as dater
from chalicelib.entrypoints import stream_router as relay
from chalicelib.outbox.content import choices_of
from tests.support.people import WHATSAPP_ACCOUNT as AMINA_ACCOUNT
from tests.support.people import wamid
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say

SECRET = "Пароль 1234-5678"


def work(web: Web) -> None:
    """What relay and dater do about edits and deletions, for every row that is there, twice."""
    for row in [one for one in DeskRow.scan() if one.sk.startswith("message#") and one.direction]:
        key = {"pk": {"S": row.pk}, "sk": {"S": row.sk}}
        image = web.dynamodb.get_item(TableName=web.tables["desk"], Key=key)["Item"]
        found = relay._wake_up({"eventName": "INSERT", "eventID": "1", "dynamodb": {"NewImage": image}})
        for number in (1, 2) if found and found[0] == "dating" else ():
            record = {"messageId": str(number), "body": json.dumps(found[1].body)}  # type: ignore[index]
            assert dater.handle({"Records": [record]}) == {"batchItemFailures": []}


def close(web: Web, ticket_id: str) -> None:
    assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"}).status == 200
    web.advance(60)


def said(web: Web, ticket_id: str, *, of: str = "in") -> list[dict[str, Any]]:
    return [one for one in web.ticket(ticket_id)["messages"] if one["direction"] == of]


@pytest.fixture
def first(web: Web) -> tuple[str, list[InboundMessage]]:
    """A closed ticket of Amina's with three messages, the last of them her secret."""
    sent = [say(web, AMINA, text, minutes_ago=9 - n) for n, text in enumerate(("Сәлем", "Қате 0x80"))]
    (ticket,) = web.tickets()
    reply = {"text": "Жауап", "client_id": "1"}
    assert web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", reply).status == 201
    sent.append(say(web, AMINA, SECRET))
    close(web, ticket["id"])
    return ticket["id"], sent


def second(web: Web, first: tuple[str, list[InboundMessage]]) -> str:
    """The ticket that follows, after everything that a customer can do to messages of the first one."""
    _, (hello, fault, secret) = first
    say(web, AMINA, "Тағы бір сұрақ")
    web.advance(5)
    say(web, AMINA, "❤", kind="reaction", target=hello.provider_id)
    web.advance(5)
    say(web, AMINA, "Қате 0x82", kind="edit", target=fault.provider_id, details={"new_kind": "text"})
    web.advance(5)
    say(web, AMINA, "", kind="revoke", target=secret.provider_id)
    web.advance(5)
    say(web, AMINA, "Осы ма?", quote=fault.provider_id)
    say(web, AMINA, "Ал мынау?", quote=secret.provider_id, details={"quote_text": SECRET})
    (ticket,) = [one for one in web.tickets("?state=open") if one["id"] != first[0]]
    return str(ticket["id"])


@pytest.mark.parametrize("worked", [False, True], ids=["at once", "when the worker has been"])
def test_changes_of_messages_of_an_earlier_ticket_are_applied_there(
    web: Web, first: tuple[str, list[InboundMessage]], worked: bool
) -> None:
    second(web, first)
    if worked:
        work(web)
    hello, fault, secret = said(web, first[0])
    assert (hello["text"], hello["reactions"]) == ("Сәлем", ["❤"])
    assert (fault["text"], fault["edited"]) == ("Қате 0x82", True)
    assert (secret["text"], secret["deleted"], secret["erased"]) == ("", True, False)
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{first[0]}").text
    assert "Қате 0x80" in page and "The customer deleted this message" in page and SECRET not in page


def test_the_later_ticket_tells_of_the_changes_and_leads_to_the_messages(
    web: Web, first: tuple[str, list[InboundMessage]]
) -> None:
    ticket_id = second(web, first)
    before = said(web, first[0])
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    for words, message in zip(
        ("reacted to a message of another ticket: ❤", "edited a message of another", "deleted a message of another"),
        before,
        strict=True,
    ):
        line = next(one for one in re.findall(r'<p class="event".*?</p>', page, re.S) if words in one)
        assert f'/dashboard/tickets/{first[0]}#{message["id"]}"' in line
    assert "unknown message" not in page and SECRET not in page.partition('id="side"')[0]
    _, quoting, other = said(web, ticket_id)
    assert quoting["quote"] == {"id": before[1]["id"], "ticket_id": first[0], "text": "Қате 0x82"}
    assert other["quote"] == {"id": before[2]["id"], "ticket_id": first[0], "text": ""}
    quotes = re.findall(r'<a class="quote" href="([^"]*)"[^>]*>([^<]*)<', page)
    assert quotes == [
        (f"/dashboard/tickets/{first[0]}#{before[1]['id']}", "Қате 0x82"),
        (f"/dashboard/tickets/{first[0]}#{before[2]['id']}", "The customer deleted this message"),
    ]


def test_a_deleted_text_is_nowhere_to_be_read(web: Web, first: tuple[str, list[InboundMessage]]) -> None:
    assert SECRET in web.signed_in("bolat").get("/dashboard?view=closed").text
    ticket_id = second(web, first)
    work(web)
    pages = ["/dashboard?view=closed", "/dashboard", *(f"/dashboard/tickets/{one}" for one in (ticket_id, first[0]))]
    assert not [one for one in pages if SECRET in web.signed_in("bolat").get(one).text]
    assert "Deleted message" in web.signed_in("bolat").get("/dashboard?view=closed").text
    found = web.signed_in("bolat").search("77000000107")
    assert first[0] in found.text and SECRET not in found.text
    answers = [web.call("GET", f"/api/v1/tickets{one}").text for one in ("", f"/{first[0]}", f"/{ticket_id}")]
    assert not [one for one in answers if SECRET in one]
    (row,) = [one for one in DeskRow.scan() if one.deleted]
    assert row.content is None and row.ticket_id == first[0]


@pytest.mark.parametrize("edited", [False, True], ids=["the message", "an edit of it"])
def test_what_is_deleted_before_it_arrives_goes_when_it_has(web: Web, edited: bool) -> None:
    say(web, AMINA, "Сәлем", minutes_ago=30)
    provider_id = wamid()
    say(web, AMINA, "", kind="revoke", target=provider_id, minutes_ago=10)
    if edited:
        say(web, AMINA, SECRET, kind="edit", target=provider_id, minutes_ago=11)
    work(web)
    assert [one.due for one in DeskRow.scan() if one.kind == "revoke"] == ["revoke#0"]
    late = say(web, AMINA, "Бұрын", minutes_ago=20)._replace(provider_id=provider_id, text=SECRET)
    web.receive(late)
    (ticket,) = web.tickets()
    assert SECRET not in [one["text"] for one in web.ticket(ticket["id"])["messages"]]
    work(web)
    shown = (
        web.signed_in("bolat").get("/dashboard").text
        + web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text
    )
    assert SECRET not in shown and "The customer deleted this message" in shown
    assert not [one for one in DeskRow.scan() if one.due == "revoke#0"]
    assert all(one.content is None for one in DeskRow.scan() if one.deleted)


def test_an_edit_that_comes_after_the_deletion_brings_the_text_not_back(web: Web) -> None:
    message = say(web, AMINA, SECRET, minutes_ago=9)
    say(web, AMINA, "", kind="revoke", target=message.provider_id, minutes_ago=5)
    work(web)
    say(web, AMINA, SECRET + "!", kind="edit", target=message.provider_id, minutes_ago=7)
    work(web)
    (ticket,) = web.tickets()
    for page in ("/dashboard", f"/dashboard/tickets/{ticket['id']}"):
        assert SECRET not in web.signed_in("bolat").get(page).text
    assert all(one.content is None for one in DeskRow.scan() if one.kind == "edit")


def test_what_has_raw_json_loses_that_too(web: Web) -> None:
    message = say(web, AMINA, "", kind="unsupported", raw=b'{"secret": 1}', raw_type="poll_creation", minutes_ago=9)
    say(web, AMINA, "", kind="revoke", target=message.provider_id)
    work(web)
    assert not [one for one in DeskRow.scan() if one.raw is not None]


def test_nobody_takes_back_or_edits_a_message_of_ours(web: Web) -> None:
    say(web, AMINA, "Сәлем", minutes_ago=9)
    (ticket,) = web.tickets()
    web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", {"text": "Біздің жауап", "client_id": "1"})
    (row,) = [one for one in DeskRow.scan() if one.direction == "out" and one.purpose == "support"]
    from chalicelib.wiring import base as wiring

    ours = wamid()
    row.update([DeskRow.provider_hash.set(wiring.address_key().message("whatsapp", AMINA_ACCOUNT, ours))])
    say(web, AMINA, "", kind="revoke", target=ours)
    say(web, AMINA, "Подделка", kind="edit", target=ours)
    say(web, AMINA, "👍", kind="reaction", target=ours)
    work(web)
    reply = said(web, ticket["id"], of="out")[-1]
    assert (reply["text"], reply["deleted"], reply["edited"]) == ("Біздің жауап", False, False)
    assert reply["reactions"] == ["👍"]
    assert "Deletion of an unknown message" in web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text


def test_the_other_pieces_of_a_long_reply_are_found_too(web: Web) -> None:
    from chalicelib.wiring import base as wiring

    say(web, AMINA, "Сәлем", minutes_ago=9)
    (ticket,) = web.tickets()
    web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", {"text": "Ұзын жауап", "client_id": "1"})
    (row,) = [one for one in DeskRow.scan() if one.direction == "out" and one.purpose == "support"]
    names = [wiring.address_key().message("whatsapp", AMINA_ACCOUNT, one) for one in ("wamid.1", "wamid.2")]
    row.update([DeskRow.provider_hash.set(names[0]), DeskRow.links.set(names)])
    say(web, AMINA, "Осы", quote="wamid.2")
    assert said(web, ticket["id"])[-1]["quote"]["text"] == "Ұзын жауап"


def test_the_text_of_an_expired_ticket_is_not_shown(web: Web, first: tuple[str, list[InboundMessage]]) -> None:
    ticket_id = second(web, first)
    for row in [one for one in DeskRow.scan() if one.ticket_id == first[0] and one.sk.startswith("message#")]:
        row.update([DeskRow.expires_at.set(web.seconds - 1)])
    (quoting,) = [one for one in said(web, ticket_id) if one["text"] == "Осы ма?"]
    assert quoting["quote"] == {"id": None, "ticket_id": None, "text": ""}
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert "Қате 0x80" not in page and "A message that is not on this ticket" in page


def test_a_change_far_behind_a_closed_ticket_is_found(web: Web, first: tuple[str, list[InboundMessage]]) -> None:
    web.advance(20 * DAY // 1000)
    web.tokens.clear()
    second(web, first)
    assert [one["deleted"] for one in said(web, first[0])] == [False, False, True]


# -- messages that come very late


@pytest.mark.parametrize("days", [9, 31, 400])
@pytest.mark.parametrize("opens", [True, False])
def test_a_message_far_older_than_its_ticket_is_shown(web: Web, days: int, opens: bool) -> None:
    if not opens:
        say(web, AMINA, "Сәлем")
    say(web, AMINA, "Ескі хат", minutes_ago=days * 24 * 60)
    (ticket,) = web.tickets()
    assert "Ескі хат" in [one["text"] for one in said(web, ticket["id"])]
    assert "Ескі хат" in web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text


# -- what the desk asked


@pytest.mark.parametrize(("data", "title", "words"), [
    ("erase.confirm", "Да, удалить", "уничтожит"), ("erase.cancel", "Нет, оставить", "уничтожит"),
    ("erase.cancel", "Отменить удаление", "подтверждён"),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["callback", "button"])
def test_a_press_about_a_request_shows_what_the_desk_asked(
    web: Web, kind: str, data: str, title: str, words: str
) -> None:
    say(web, DANIYAR, "Здравствуйте", minutes_ago=9)
    details = {"data" if kind == "callback" else "payload": f"{data}.{'r' * 20}"}
    say(web, DANIYAR, title, kind=kind, details=details, quote="500000042:99")
    (ticket,) = web.tickets()
    pressed = said(web, ticket["id"])[-1]
    assert pressed["text"] == title and words in pressed["quote"]["text"]
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text
    assert words in page and "not on this ticket" not in page


def test_a_button_that_is_not_about_a_request_quotes_as_before(web: Web) -> None:
    message = say(web, DANIYAR, "Здравствуйте", minutes_ago=9)
    say(web, DANIYAR, "Да", kind="callback", details={"data": "erase.everything"}, quote=message.provider_id)
    assert said(web, web.tickets()[0]["id"])[-1]["quote"]["text"] == "Здравствуйте"


# -- presses without their words


def pressing(web: Web, place: int, text: str = "", person: Any = DANIYAR, kind: str = "callback") -> dict[str, Any]:
    """A press of a choice of ours, as the provider brings it or as a release before stored it."""
    say(web, person, "Здравствуйте", minutes_ago=9)
    (ticket,) = web.tickets()
    body = {"text": "Когда?", "client_id": "X", "choices": ["Сегодня", "Завтра"]}
    assert web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", body).status == 201
    payload = choices_of(["Сегодня", "Завтра"], "X")[0].id.removesuffix("1") + str(place)
    details = {"data" if kind == "callback" else "payload": payload}
    say(web, person, text or "", kind=kind, details=details, pressed=True)
    return {"ticket": ticket["id"], **said(web, ticket["id"])[-1]}


@pytest.mark.parametrize(("person", "kind"), [(DANIYAR, "callback"), (AMINA, "button"), (AMINA, "list")])
def test_a_press_without_its_words_has_those_of_the_choice(web: Web, person: Any, kind: str) -> None:
    found = pressing(web, 2, person=person, kind=kind)
    assert (found["kind"], found["text"]) == (kind, "Завтра")
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{found['ticket']}").text
    assert "Завтра" in page and "pick." not in page


def test_a_press_of_which_nobody_knows_the_words_is_said_and_shows_no_payload(web: Web) -> None:
    found = pressing(web, 9)
    assert found["text"] == ""
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{found['ticket']}").text
    assert "The customer pressed a button; its words are not known." in page and "pick." not in page


@pytest.mark.parametrize("text", ["", "\u200b", "\u3164 \u2060", "\u00ad\ufeff\n"])
def test_a_text_that_shows_nothing_says_so(web: Web, text: str) -> None:
    say(web, AMINA, text)
    (ticket,) = web.tickets()
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text
    assert page.count("The message shows nothing") == 1, "and our own notice does not"


@pytest.mark.parametrize("payload", [f"pick.{'a' * 20}.1", f"erase.confirm.{'r' * 20}", "ask.no"])
def test_a_payload_that_a_release_before_stored_as_words_is_shown_nowhere(web: Web, payload: str) -> None:
    say(web, DANIYAR, "Здравствуйте", minutes_ago=9)
    say(web, DANIYAR, payload, kind="callback", details={"data": payload})
    (ticket,) = web.tickets()
    assert said(web, ticket["id"])[-1]["text"] == "" and payload not in str(web.tickets())
    browser = web.signed_in("bolat")
    assert not any(payload in browser.get(path).text for path in ("/dashboard", f"/dashboard/tickets/{ticket['id']}"))


def test_the_ticket_tells_what_the_desk_said_about_the_running_request(web: Web) -> None:
    from chalicelib.privacy.requests.vocabulary import Step
    from tests.support.web.asking import mark, opened, through

    box = {"contact_id": "b" * 20, "conversation_id": "c" * 20, "public_key": b"k"}
    request = through(web, opened(web, DANIYAR), Step.ANNOUNCED, state="grace", box=box)
    path = f"/dashboard/tickets/{next(one['id'] for one in web.tickets())}"
    page = web.signed_in("bolat").get(path).text
    for words in ("asked the customer to confirm", "destruction was confirmed", "when the destruction begins"):
        assert words in page
    mark(web, request, {Step.CANCELLED: web.now})
    assert "The customer cancelled the destruction" in web.signed_in("bolat").get(path).text
