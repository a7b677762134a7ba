"""A part that the desk keeps after a destruction: chosen on the page or by the API, and read by two officers alone."""

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.working_days import day_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.profile.load import load_profile
from tests.support.erasure.keeping import KEEPS_HERE
from tests.support.web.asking import opened, through
from tests.support.web.delivered import audited
from tests.support.web.desk import Web
from tests.support.web.kept import kept

URL = "/api/v1/privacy-requests"


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(load_profile("spoint")), "retain", KEEPS_HERE.retain)


def undecided(web: Web) -> Request:
    return through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)


@pytest.mark.usefixtures("keeping")
def test_the_page_offers_each_category_and_proposes_what_is_chosen(web: Web) -> None:
    request, dana = undecided(web), web.signed_in("dana")
    address = f"/dashboard/privacy/{request.id}"
    page = dana.get(address).text
    assert "Keep a part here: Claims that are not settled" in page and 'name="keep_message_text"' in page
    form = {"decision": "retain", "ground": "claims", "until": day_of(web.now + 2 * DAY)}
    refused = dana.post(f"{address}/decision", form)
    assert refused.status == 400 and refused.text.count("Choose what is kept") == 1
    refused = dana.post(f"{address}/decision", {**form, "until": "2020-01-01", "keep_phone": "yes"})
    assert refused.status == 400 and 'name="keep_phone" value="yes" checked' in refused.text
    assert dana.post(f"{address}/decision", {**form, "keep_secrets": "yes"}).status == 400
    assert dana.post(f"{address}/decision", {**form, "keep_phone": "yes", "keep_ticket_data": "yes"}).status == 303
    page = dana.get(address).text
    assert "Something is kept: Claims that are not settled" in page and "The request: its number" in page
    seen = web.call("GET", f"{URL}/{request.id}", by="dana").json["proposal"]
    assert seen["categories"] == ["phone", "ticket_data"]
    agreed = {"decision": "agree", "proposed": seen["proposed"]}
    assert web.signed_in("erlan").post(f"{address}/decision", agreed).status == 303
    page = dana.get(address).text
    assert "Kept here, sealed" in page and "Keep a part here" not in page, "one part, which ends on one day"
    (shown,) = web.call("GET", f"{URL}/{request.id}", by="dana").json["retained"]
    assert (shown["kept_by"], shown["categories"]) == ("desk", ["phone", "ticket_data"])


@pytest.mark.usefixtures("keeping")
def test_the_api_does_too(web: Web) -> None:
    request, day = undecided(web), day_of(web.now + 2 * DAY)
    body = {"decision": "retain", "ground": "claims", "until": day, "categories": ["message_text"]}
    for wrong in ({"categories": []}, {"categories": ["attachments"]}, {"categories": None}):
        answer = web.call("POST", f"{URL}/{request.id}/decision", {**body, **wrong}, by="dana")
        assert (answer.status, answer.json["code"]) == (400, "categories"), wrong
    answer = web.call("POST", f"{URL}/{request.id}/decision", body, by="dana")
    assert answer.status == 200 and answer.json["proposal"]["categories"] == ["message_text"]
    nothing = web.call("POST", f"{URL}/{request.id}/decision", {"decision": "open"}, by="dana")
    assert (nothing.status, nothing.json["code"]) == (409, "nothing_kept")


def test_two_officers_read_it_for_an_hour_and_every_reading_is_recorded(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    request, dana, erlan = kept(web), web.signed_in("dana"), web.signed_in("erlan")
    address = f"/dashboard/privacy/{request.id}"
    page = dana.get(address).text
    assert "A part is kept until its day" in page and "Propose: open what is kept" in page
    assert dana.get(f"{address}/kept").status == 409
    assert dana.post(f"{address}/decision", {"decision": "open"}).status == 303
    assert "Open what is kept" in erlan.get(address).text and dana.get(f"{address}/kept").status == 409
    seen = web.call("GET", f"{URL}/{request.id}", by="erlan").json["proposal"]["proposed"]
    assert dana.post(f"{address}/decision", {"decision": "agree", "proposed": seen}).status == 409
    assert erlan.post(f"{address}/decision", {"decision": "agree", "proposed": seen}).status == 303
    caplog.clear()
    for officer in (dana, erlan):
        assert "Read what is kept" in officer.get(address).text
        text = officer.get(f"{address}/kept").text.replace("\u00a0", " ")
        for said in ("Асхат Жанов", "+7 701 000 00 01", "481-207", "шот төленбеді", "пікір &lt;b&gt;", "7702"):
            assert said in text, said
        assert text.index("шот төленбеді") < text.index("пікір")
    read = [one for one in audited(caplog) if one["message"] == "kept_read"]
    assert [one["staff_id"] for one in read] == [web.staff["dana"], web.staff["erlan"]]
    assert "төленбеді" not in str([vars(one) for one in caplog.records if one.name.startswith("helpdesk")])
    web.advance(HOUR // 1000)
    assert dana.get(f"{address}/kept").status == 409 and "Propose: open what is kept" in dana.get(address).text


def test_nobody_else_reads_it(web: Web) -> None:
    request = kept(web)
    for name in ("askar", "saule", "admin"):
        if name in web.staff:
            assert web.signed_in(name).get(f"/dashboard/privacy/{request.id}/kept").status in (403, 404), name
