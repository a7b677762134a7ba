"""What page and API say of replies: nothing to send, why one failed, what was sent again."""

import pytest

from chalicelib import wiring
from chalicelib.domain.messages import DeliveryStatus, StatusUpdate
from tests.people import WHATSAPP_ACCOUNT, wamid
from tests.web.conftest import Web
from tests.web.serving import AMINA, say

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


def replied(web: Web, text: str = "Жауап", client_id: str = "c") -> tuple[str, str]:
    """Amina's ticket with a reply: the ids of both."""
    ticket_id = web.tickets()[0]["id"]
    body = {"text": text, "client_id": client_id}
    return ticket_id, web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body).json["id"]


def report(web: Web, message_id: str, status: DeliveryStatus, code: str = "", said: str = "") -> None:
    update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, wamid(), status, web.seconds, message_id, code, said)
    wiring.intake().store_all([update])


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
