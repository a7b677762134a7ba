"""The privacy officer is shown the reviews of retention that come up, and renews them by name."""

import pytest

from chalicelib.core.clock import DAY
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from tests.support.web.delivered import audited
from tests.support.web.desk import Web


@pytest.fixture
def reviewed(web: Web) -> Web:
    """A desk whose profile keeps subscriptions until consent is withdrawn, a day before the review."""
    published = load_profile("spoint").policy.published
    web.advance((published.toordinal() - 719163 + 364) * DAY // 1000 - web.seconds)
    return web


def test_it_comes_up_and_is_renewed(reviewed: Web, caplog: pytest.LogCaptureFixture) -> None:
    browser = reviewed.signed_in("dana")
    page = browser.get("/dashboard/privacy").text
    assert "Review by 30" in page and "Reviewed: still needed" in page and "overdue" not in page
    caplog.clear()
    for _ in range(2):
        assert browser.post("/dashboard/privacy/review", {"class": "mailing"}).status == 303
    assert audited(caplog) == [{"message": "retention_reviewed", "staff_id": reviewed.staff["dana"], "kind": "mailing"}]
    assert "Reviewed: still needed" not in browser.get("/dashboard/privacy").text
    (item,) = reviewed.call("GET", "/api/v1/retention-reviews", by="dana").json["items"]
    assert item["reviewed_by"] == reviewed.staff["dana"]


def test_an_overdue_one_says_so(reviewed: Web) -> None:
    reviewed.advance(2 * 24 * 3600)
    assert "overdue" in reviewed.signed_in("dana").get("/dashboard/privacy").text


def test_the_api_renews_and_says_why_not(reviewed: Web) -> None:
    for by, status in (("bolat", 403), ("madina", 403), ("dana", 200)):
        body = {"name": "mailing"}
        assert reviewed.call("POST", "/api/v1/retention-reviews", body, by=by).status == status
    assert reviewed.call("POST", "/api/v1/retention-reviews", {"name": "mailing"}, by="dana").json["code"] == "not_due"
    assert reviewed.call("POST", "/api/v1/retention-reviews", {"name": "ticket"}, by="dana").status == 404


def test_without_such_a_class_there_is_nothing_to_review(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Profile, "reviewed", ())
    assert web.call("GET", "/api/v1/retention-reviews", by="dana").json["items"] == []
    assert "Reviewed: still needed" not in web.signed_in("dana").get("/dashboard/privacy").text
