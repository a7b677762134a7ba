"""A channel that the operator's policy does not admit: verified, answered 200, counted, and nothing of it stored."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.core.settings import settings
from chalicelib.profile.load import load_profile
from chalicelib.profile.policy import serving_profiles
from tests.support.intake.desk import Desk
from tests.support.intake.webhooks import TOKEN, envelope, front, post, sign, text, update, value
from tests.support.people import DANIYAR_CHAT

__all__ = ["front"]
MESSENGERS = ("whatsapp", "telegram")
OFF = [name for name in serving_profiles() if not {*MESSENGERS} & {*load_profile(name).served}]


@pytest.fixture(params=OFF)
def operator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An operator whose policy names no messenger."""
    monkeypatch.setenv("OPERATOR", request.param)
    settings.cache_clear()
    yield request.param
    settings.cache_clear()


def test_four_of_the_five_policies_name_no_messenger() -> None:
    assert OFF == ["rsoftware", "smartaqkol", "spark", "wadjet"]
    assert load_profile("spoint").served == ("whatsapp", "telegram", "email", "form")


def test_nothing_of_a_message_is_stored_and_it_is_counted(
    operator: str, front: Client, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    body = json.dumps(envelope(value(text(desk)))).encode()
    person = {"id": int(DANIYAR_CHAT), "first_name": "Данияр"}
    chat = {"from": {**person, "is_bot": False}, "chat": {**person, "type": "private"}}
    message = {"message_id": 1, "date": desk.seconds, "text": "Сәлем", **chat}
    capsys.readouterr()
    assert post(front, body).status_code == 200
    assert update(front, {"update_id": 1, "message": message}).status_code == 200
    assert [*desk.items(), *desk.items("keys"), *desk.items("index")] == []
    metrics: list[dict[str, Any]] = [json.loads(one) for one in capsys.readouterr().out.splitlines() if '"_aws"' in one]
    assert [one["channel"] for one in metrics if "ChannelOff" in one] == ["whatsapp", "telegram"]


def test_it_is_still_verified(operator: str, front: Client, desk: Desk) -> None:
    body = json.dumps(envelope(value(text(desk)))).encode()
    assert post(front, body, sign(b"other")).status_code == 401
    assert update(front, {"update_id": 1}, secret="wrong").status_code == 401
    path = f"/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token={TOKEN}&hub.challenge=1"
    assert front.http.get(path).body == b"1"


def test_nothing_leaves_by_it_for_any_purpose(operator: str) -> None:
    profile = load_profile(operator)
    off = [one for one in profile.channels if one not in profile.served]
    assert {*MESSENGERS} <= {*off}
    assert not any(profile.allows(purpose, one) for purpose in profile.purposes for one in off)
