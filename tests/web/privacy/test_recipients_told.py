"""Officers see whom the company must tell of a withdrawal, and note it: page, API, and in the log."""

import pytest

from chalicelib.core.clock import DAY
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.web.asking import opened, through
from tests.support.web.delivered import audited
from tests.support.web.desk import Web

URL = "/api/v1/privacy-requests"


@pytest.fixture
def request_(web: Web) -> Request:
    return through(web, opened(web), Step.VERIFIED, state="telling", waits="told", due_at=web.now + DAY)


def test_the_page_names_them_and_notes_who_told_them(
    web: Web, request_: Request, caplog: pytest.LogCaptureFixture
) -> None:
    dana, address = web.signed_in("dana"), f"/dashboard/privacy/{request_.id}"
    page = dana.get(address).text
    assert "Whom the company must tell" in page and "to destroy what it has of the person" in page
    caplog.clear()
    for _ in range(2):
        assert dana.post(f"{address}/recipients", {"recipient": "telegram"}).status == 303
    noted = [one for one in audited(caplog) if one["message"] == "recipient_told"]
    assert [(one["kind"], one["staff_id"]) for one in noted] == [("telegram", web.staff["dana"])]
    page = dana.get(address).text
    assert 'value="telegram"' not in page and "told: " in page
    assert dana.post(f"{address}/recipients", {"recipient": "meta"}).status == 400


def test_past_the_limit_it_says_overdue(web: Web, request_: Request) -> None:
    web.advance((request_.deadline_at - web.now) // 1000 + 60)
    assert "overdue" in web.signed_in("dana").get(f"/dashboard/privacy/{request_.id}").text


def test_the_api_does_too(web: Web, request_: Request) -> None:
    (row,) = web.call("GET", f"{URL}/{request_.id}", by="dana").json["recipients"]
    assert row == {"id": "telegram", "name": "Telegram", "asked": "destroy", "told_at": None, "told_by": None}
    told = web.call("POST", f"{URL}/{request_.id}/recipients", {"recipient": "telegram"}, by="erlan")
    assert told.json["recipients"][0]["told_by"] == web.staff["erlan"] and told.json["recipients"][0]["told_at"]
    answer = web.call("POST", f"{URL}/{request_.id}/recipients", {"recipient": "google"}, by="dana")
    assert (answer.status, answer.json["code"]) == (400, "recipient")
    assert web.call("POST", f"{URL}/{request_.id}/recipients", {"recipient": "telegram"}, by="bolat").status == 403
