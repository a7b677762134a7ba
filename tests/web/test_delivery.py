"""What page and API say of replies: nothing to send, why one failed, what was sent again."""

import pytest

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
