"""What page and API say of replies: nothing to send, why one failed, what was sent again."""

import re

import pytest

from chalicelib.channels.registry import channel
from chalicelib.channels.render import pieces_of
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import HEAD, MESSAGE
from chalicelib.wiring import base as wiring
from tests.support.people import wamid
from tests.support.web.delivered import replied, report, settle
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say

INVISIBLE = ["\u200b\u2060\ufeff\u00ad", " \u3164\n\u2800", "\ufe0f\u200e\u202a"]


@pytest.mark.parametrize("text", INVISIBLE, ids=ascii)
def test_a_reply_or_comment_that_shows_nothing_is_refused_by_api_and_page(web: Web, text: str) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    before = web.ticket(ticket_id)["messages"]
    browser = web.signed_in("bolat")

    answers = [
        web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", {"text": text, "client_id": "c-1"}),
        web.call("POST", f"/api/v1/tickets/{ticket_id}/comments", {"text": text}),
    ]
    fields = {"text": text, "note": text, "client_id": "c-2"}
    pages = [browser.post(f"/dashboard/tickets/{ticket_id}/{one}", fields) for one in ("reply", "comment")]

    assert [(one.status, one.json["code"]) for one in answers] == [(400, "empty")] * 2
    for page in pages:
        assert page.status == 400 and "Nothing to send: the text shows nothing." in page.text
    assert web.ticket(ticket_id)["messages"] == before


REPORTED = [
    ("130472", "Message was not sent as part of an experiment.", "experiment", "an experiment of its own (130472)"),
    ("131053", "Unsupported Image mime type image/heic.", "file", "did not take the file (131053)"),
    ("131042", "Payment account is not attached.", "payment", "the company&#39;s payment (131042)"),
    ("131050", "User has stopped marketing messages.", "marketing_off", "switched off marketing messages"),
    ("100", "Invalid parameter", "invalid", "found a mistake in the message (100)"),
    ("131999", "Something that Meta invents tomorrow.", "unlisted", "not on the list (131999)"),
    ("", "", "unknown", "The provider did not say why."),
]


@pytest.mark.parametrize(("code", "said", "reason", "sentence"), REPORTED)
def test_why_a_status_failed_is_said_by_page_and_api_with_the_providers_words(
    web: Web, code: str, said: str, reason: str, sentence: str
) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id, message_id = replied(web)
    report(web, message_id, "failed", code, said)

    shown = next(one for one in web.ticket(ticket_id)["messages"] if one["id"] == message_id)
    html = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text

    assert (shown["status"], shown["failure"]) == ("failed", {"code": code, "reason": reason, "said": said or None})
    assert sentence in html and said in html
    assert ("The provider&#39;s words" in html) == bool(said)


def test_a_providers_words_name_nobody_in_the_row_on_the_page_or_in_the_api(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id, message_id = replied(web)
    report(web, message_id, "failed", "131026", f"Message to +7 700 000 01 07 ({wamid()}) undeliverable")

    shown = next(one for one in web.ticket(ticket_id)["messages"] if one["id"] == message_id)
    assert shown["failure"]["said"] == "Message to … (… undeliverable"


@pytest.mark.parametrize(("language", "sentence"), [
    ("kk", "Жеткізілмеді. WhatsApp өз тәжірибесіне байланысты бұл хабарламаны жеткізбейді (130472)."),
    ("ru", "Не доставлено. WhatsApp не доставляет это сообщение из-за собственного эксперимента (130472)."),
])  # fmt: skip
def test_the_reason_is_said_in_the_readers_language(web: Web, language: str, sentence: str) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id, message_id = replied(web)
    report(web, message_id, "failed", "130472", "part of an experiment")
    browser = web.signed_in("bolat")
    browser.post("/dashboard/language", {"language": language, "next": "/dashboard"})
    assert sentence in browser.get(f"/dashboard/tickets/{ticket_id}").text


def bubble(html: str, message_id: str) -> str:
    """The part of a page that shows a message."""
    found = re.search(rf'<article class="[^"]*" id="{re.escape(message_id)}">.*?</article>', html, re.S)
    assert found is not None
    return found[0]


def test_what_was_sent_again_is_no_longer_red_links_to_the_new_one_and_has_no_button(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id, message_id = replied(web)
    report(web, message_id, "failed", "131026", "No.")
    browser, path = web.signed_in("bolat"), f"/dashboard/tickets/{ticket_id}"
    red = bubble(browser.get(path).text, message_id)
    assert 'class="msg out failed"' in red and "Send again" in red

    for _ in range(2):
        assert browser.post(f"{path}/retry", {"message": message_id}).status == 303

    said = [one for one in web.ticket(ticket_id)["messages"] if one["text"] == "Жауап"]
    assert [one["resent_as"] for one in said] == [said[1]["id"], None]
    html = browser.get(path).text
    old, new = bubble(html, message_id), bubble(html, said[1]["id"])
    assert "failed" not in old and "Send again" not in old
    assert f'<a href="#{said[1]["id"]}">Sent again</a>' in old
    assert "Send again" not in new

    report(web, said[1]["id"], "failed", "131026", "No.")
    html = browser.get(path).text
    assert html.count("Send again") == 1 and "Send again" in bubble(html, said[1]["id"])
    assert "failed" not in bubble(html, message_id)


def test_the_list_names_our_message_by_its_own_text_and_says_why_and_failed_ones_lead(web: Web) -> None:
    say(web, AMINA, "Лифт жүрмейді", kind="image", minutes_ago=30)
    ticket_id, message_id = replied(web, "Біз келеміз")
    report(web, message_id, "failed", "131047", "Re-engagement message")
    settle(web, message_id)
    say(web, AMINA, "Лифт әлі тұр", kind="image", minutes_ago=2)
    say(web, DANIYAR, "Здравствуйте")

    browser = web.signed_in("bolat")
    html = browser.get("/dashboard").text
    (row,) = re.findall(rf'<li class="row[^"]*" data-id="{ticket_id}">.*?</li>', html, re.S)
    for words in ("Not delivered:", "Our message:", "Біз келеміз", "The reply window closed (131047)."):
        assert words in row
    assert "Лифт" not in row and "Image" not in row
    assert re.findall('data-id="([0-9a-z]{20})"', html)[0] == ticket_id

    api = {one["id"]: one for one in web.tickets("?state=open")}
    failure = {"code": "131047", "reason": "window_closed", "said": "Re-engagement message"}
    assert api[ticket_id]["undelivered"] == {"id": message_id, "text": "Біз келеміз", "failure": failure}
    report(web, message_id, "delivered")
    settle(web, message_id)
    assert web.ticket(ticket_id)["undelivered"] is None
    assert "Лифт әлі тұр" in browser.get("/dashboard").text


def test_of_a_long_reply_only_what_did_not_arrive_is_sent_again_by_the_button(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    text = " ".join(f"сөз{n:04d}" for n in range(700))
    ticket_id, message_id = replied(web, text)
    ref = MessageRef.parse(message_id)
    assert ref is not None
    row = DeskRow(*MESSAGE.key(*ref)[1:])
    row.update(actions=[DeskRow.piece_count.set(2), DeskRow.piece_states.set({}), DeskRow.status.set("sent")])
    report(web, ref.of_piece(2), "failed", "131026", "No.")
    report(web, ref.of_piece(1), "read")

    shown = next(one for one in web.ticket(ticket_id)["messages"] if one["id"] == message_id)
    assert (shown["status"], shown["failure"]["code"]) == ("failed", "131026")
    assert web.signed_in("bolat").post(f"/dashboard/tickets/{ticket_id}/retry", {"message": message_id}).status == 303
    assert web.ticket(ticket_id)["messages"][-1]["text"] == pieces_of(text, channel("whatsapp"))[1]


def test_what_failed_is_not_offered_again_while_nothing_may_be_written(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id, message_id = replied(web)
    report(web, message_id, "failed", "131026", "No.")
    browser, path = web.signed_in("bolat"), f"/dashboard/tickets/{ticket_id}"
    assert "Send again" in browser.get(path).text
    head = HEAD.key(message_id.partition(".")[0])
    tables = wiring.gateway()
    for blocked in (True, False):
        values = {"yes": blocked, "why": "came_back"}
        assert tables.write(tables.update("head", head, "SET #blocked = :yes, #blocked_by = :why", "", values))
        shown = bubble(browser.get(path).text, message_id)
        assert ("Send again" in shown, "when a reply can be written" in shown) == (not blocked, blocked)
        assert browser.post(f"{path}/retry", {"message": message_id}).status == (409 if blocked else 303)
