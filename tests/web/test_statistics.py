"""Supervisors see what remains of tickets whose term is over, as numbers: page and API."""

import pytest

from chalicelib.profile.model import Profile
from chalicelib.retention.statistics import Cell, StatisticsStore
from chalicelib.wiring import base as wiring
from tests.support.web.desk import Web

COUNTED = {
    Cell("whatsapp", "kk", "day", "касса"): 12,
    Cell("telegram", "ru", "hour", ""): 3,
    Cell("telegram", "", "longer", "а,б"): 4,
}


@pytest.fixture
def counted(web: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """A desk of a company that keeps numbers, with those of a month."""
    monkeypatch.setattr(Profile, "anonymises", property(lambda self: True))
    tables = wiring.gateway()
    store = StatisticsStore(tables)
    monkeypatch.setattr(store, "_counts", lambda month: COUNTED)
    assert store.publish("2026-05", web.now)
    return web


def test_the_api_tells_supervisors_no_number_of_fewer_than_five(counted: Web) -> None:
    for by, status in (("bolat", 403), ("dana", 403), ("aigul", 403), ("madina", 200)):
        assert counted.call("GET", "/api/v1/statistics", by=by).status == status
    (month,) = counted.call("GET", "/api/v1/statistics", by="madina").json["items"]
    assert month == {
        "month": "2026-05",
        "counts": [
            {"channel": "whatsapp", "language": "kk", "took": "day", "tags": "касса", "people": 12},
            {"channel": "telegram", "language": None, "took": None, "tags": None, "people": 7},
        ],
    }


def test_the_page_shows_them_and_the_sidebar_leads_there(counted: Web) -> None:
    browser = counted.signed_in("madina")
    assert 'href="/dashboard/statistics"' in browser.get("/dashboard").text
    page = browser.get("/dashboard/statistics").text
    assert "2026-05" in page and "касса" in page and ">12<" in page and ">7<" in page and ">3<" not in page
    assert counted.signed_in("bolat").get("/dashboard/statistics").status == 403
    assert "/dashboard/statistics" not in counted.signed_in("bolat").get("/dashboard").text


def test_where_nothing_remains_the_page_says_so_and_no_entry_leads_there(web: Web) -> None:
    browser = web.signed_in("madina")
    assert "/dashboard/statistics" not in browser.get("/dashboard").text
    assert "nothing remains of a ticket" in browser.get("/dashboard/statistics").text
    assert web.call("GET", "/api/v1/statistics", by="madina").json == {"items": []}
