"""What the company keeps outside of the desk: proposed, agreed to and shown by page, API and certificate."""

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.profile.load import load_profile
from tests.support.web.asking import opened, through
from tests.support.web.desk import Web

URL = "/api/v1/privacy-requests"


@pytest.fixture
def request_(web: Web, monkeypatch: pytest.MonkeyPatch) -> Request:
    """A request of a company whose policy keeps what claims need."""
    monkeypatch.setitem(vars(load_profile("spoint")), "retain", load_profile("smartaqkol").retain)
    return through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)


def test_the_api_proposes_agrees_and_shows_it(web: Web, request_: Request) -> None:
    body = {"decision": "retain", "ground": "claims", "until": day_of(web.now + 400 * DAY)}
    for wrong, code in (({"until": day_of(web.now)}, "until"), ({"until": ""}, "until"), ({"ground": "x"}, "retain")):
        answer = web.call("POST", f"{URL}/{request_.id}/decision", {**body, **wrong}, by="dana")
        assert (answer.status, answer.json["code"]) == (400, code)
    proposed = web.call("POST", f"{URL}/{request_.id}/decision", body, by="dana").json["proposal"]
    assert (proposed["decision"], proposed["ground"], proposed["until"]) == ("retain", "claims", body["until"])
    agreed = {"decision": "agree", "proposed": proposed["proposed"]}
    assert web.call("POST", f"{URL}/{request_.id}/decision", agreed, by="dana").json["code"] == "same_person"
    (kept,) = web.call("POST", f"{URL}/{request_.id}/decision", agreed, by="erlan").json["retained"]
    assert kept == {
        "ground": "claims",
        "clause": "94-V art. 8(2)",
        "categories": ["agreement"],
        "until": body["until"],
        "kept_by": "company",
        "decided_by": [web.staff["dana"], web.staff["erlan"]],
    }


def test_the_page_does_too_and_says_when_the_day_is_over(web: Web, request_: Request) -> None:
    dana, address = web.signed_in("dana"), f"/dashboard/privacy/{request_.id}"
    page = dana.get(address).text
    assert 'name="until"' in page and "Claims that are not settled: The user agreement, and claims from it" in page
    refused = dana.post(f"{address}/decision", {"decision": "retain", "ground": "claims", "until": "2020-01-01"})
    assert refused.status == 400 and "Enter until which day it is kept" in refused.text
    assert 'value="2020-01-01"' in refused.text
    until = day_of(web.now + 2 * DAY)
    assert dana.post(f"{address}/decision", {"decision": "retain", "ground": "claims", "until": until}).status == 303
    seen = web.call("GET", f"{URL}/{request_.id}", by="dana").json["proposal"]["proposed"]
    erlan = web.signed_in("erlan")
    assert erlan.post(f"{address}/decision", {"decision": "agree", "proposed": seen}).status == 303
    page = erlan.get(address).text
    assert "Kept outside of this desk" in page and 'name="until"' not in page and "The day is over" not in page
    web.advance(4 * DAY // 1000)
    web.browsers.clear()
    assert "The day is over" in web.signed_in("dana").get(address).text


def test_where_the_policy_keeps_nothing_nothing_is_offered(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    assert 'name="until"' not in web.signed_in("dana").get(f"/dashboard/privacy/{request.id}").text
