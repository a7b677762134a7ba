"""A customer's files on the running desk: through intake, stream, queue, fetcher and bucket to whoever is signed in."""

import base64
import secrets
from typing import Any

import pytest
import requests

from tests.support.e2e.playing import Play, eventually, new_phone
from tests.support.pictures import png

PNG = png() + secrets.token_bytes(3000)
NAME = "qupia-chek.png"


def given(name: str = NAME, data: bytes = PNG, kind: str = "image/png") -> dict[str, str]:
    return {"name": name, "type": kind, "data": base64.b64encode(data).decode()}


def person_on(channel: str) -> dict[str, str]:
    if channel == "whatsapp":
        return {"phone": new_phone(), "name": "Амина"}
    return {"user_id": str(500_000_000 + secrets.randbelow(10**8)), "name": "Данияр", "language_code": "ru"}


def attachment(play: Play, who: dict[str, str]) -> dict[str, Any]:
    """The newest attachment of somebody who wrote, once it is fetched or given up."""
    api = play.sign_in()

    def look() -> dict[str, Any] | None:
        found = api.get("tickets?q=" + ("%2B" + who["phone"] if "phone" in who else who["user_id"]))["items"]
        messages = api.get(f"tickets/{found[0]['id']}")["messages"] if found else []
        files = [one for message in messages for one in message["attachments"]]
        return files[-1] if files and files[-1]["state"] != "waiting" else None

    return eventually(look)


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_a_picture_arrives_and_is_handed_out(play: Play, channel: str) -> None:
    who = person_on(channel)
    play.phones(f"/phones/{channel}/messages", {**who, "text": "Мынау", "file": given()})
    told = attachment(play, who)
    assert (told["state"], told["type"], told["size"]) == ("ready", "image/png", len(PNG))
    headers = {"Authorization": f"Bearer {play.sign_in().token}"}
    answer = requests.get(told["url"], headers=headers, allow_redirects=False, timeout=30)
    assert answer.status_code == 302 and requests.get(answer.headers["location"], timeout=30).content == PNG
    assert requests.get(told["url"], allow_redirects=False, timeout=30).status_code == 401


def test_what_telegram_does_not_hand_out_is_told_to_the_customer(play: Play) -> None:
    who = person_on("telegram")
    large = {"name": "b.zip", "type": "application/zip", "size": 25_000_000}

    def looked_up() -> int:
        return sum(one["method"] == "getFile" for one in play.phones("/sent?channel=telegram")["items"])

    before = looked_up()
    play.phones("/phones/telegram/messages", {**who, "file": large})
    told = attachment(play, who)
    assert (told["state"], told["reason"]) == ("failed", "too_big")
    assert "больше 20 МБ" in eventually(lambda: play.texts("telegram", who["user_id"])[1:])[0]
    assert looked_up() == before
