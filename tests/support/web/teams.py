"""A desk with teams: Bolat is of the first one, Saule of the second, Madina supervises, Aigul administrates alone."""

from typing import Any

import pytest

from chalicelib.profile.load import load_profile
from chalicelib.wiring import web as wiring_web
from tests.support.web.desk import Web
from tests.support.web.visiting import Answer

FIRST, SECOND = "first_line", "second_line"
REASON = "Клиент құжатын екінші бөлімнен сұрап отыр"
"""Why somebody opens a ticket of another team."""


@pytest.fixture
def teams(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """SPoint's profile with the teams of SmartAqkol's, so that every channel is there."""
    monkeypatch.setitem(vars(load_profile("spoint")), "need_to_know", load_profile("smartaqkol").need_to_know)
    for name, team in {"bolat": FIRST, "saule": SECOND}.items():
        wiring_web.staff().set_team(web.staff[name], team)


def hand_over(web: Web, ticket_id: str, team: str = SECOND, *, by: str = "bolat") -> Answer:
    """Hand a ticket to a team by the API."""
    return web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"team": team}, by=by)


def open_with_reason(web: Web, ticket_id: str, *, by: str = "saule", reason: str = REASON) -> Answer:
    """Open a ticket with a reason by the API."""
    return web.call("POST", f"/api/v1/tickets/{ticket_id}/openings", {"reason": reason}, by=by)


def refused(answer: Answer) -> bool:
    """Whether an answer says that another team answers: of the API, to the script of a page, or a page."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        return answer.status == 403 and answer.json["code"] == "need_to_know"
    return answer.status == 403 and "Another team answers this conversation" in answer.text


def stored(web: Web) -> list[Any]:
    """Everything in the table `desk`."""
    found: list[Any] = web.dynamodb.scan(TableName=web.tables["desk"], ConsistentRead=True)["Items"]
    return sorted(found, key=lambda one: (one["pk"]["S"], one["sk"]["S"]))
