"""A file of staff on the running desk: through form, bucket, reply, stream, sender and uploader to the provider."""

import hashlib
import secrets
from typing import Any

import pytest
import requests

from tests.support.e2e.playing import Play, eventually, new_phone
from tests.support.forms import posted

PNG = b"\x89PNG\r\n\x1a\n" + secrets.token_bytes(3000)
NAME = "құпия-чек.png"


def ticket_of(play: Play, channel: str) -> str:
    """The ticket of somebody new who wrote."""
    if channel == "whatsapp":
        who = {"phone": new_phone(), "name": "Амина"}
    else:
        who = {"user_id": str(500_000_000 + secrets.randbelow(10**8)), "name": "Данияр", "language_code": "ru"}
    play.phones(f"/phones/{channel}/messages", {**who, "text": "Сәлем"})
    query = "tickets?q=" + ("%2B" + who["phone"] if "phone" in who else who["user_id"])
    return str(eventually(lambda: play.sign_in().get(query)["items"])[0]["id"])


def files_in(call: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in call["payload"].values() if isinstance(one, dict) and "sha256" in one]


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_a_picture_is_sent_and_shown(play: Play, channel: str) -> None:
    ticket_id, api = ticket_of(play, channel), play.sign_in()
    about = {"ticket_id": ticket_id, "name": NAME, "type": "image/png", "size": len(PNG)}
    begun = api.call("POST", "attachments", about).json()
    assert posted(begun["upload"]["url"], begun["upload"]["fields"], PNG).status_code == 204
    body = {"text": "Мынау", "client_id": secrets.token_hex(8), "attachments": [begun["id"]]}
    assert api.call("POST", f"tickets/{ticket_id}/replies", body).status_code == 201

    def look() -> dict[str, Any] | None:
        newest: dict[str, Any] = api.get(f"tickets/{ticket_id}")["messages"][-1]
        return newest if newest["status"] not in ("queued", "sending") else None

    sent = eventually(look)
    assert sent["status"] != "failed" and [one["name"] for one in sent["attachments"]] == [NAME]
    digest = hashlib.sha256(PNG).hexdigest()
    calls = play.phones(f"/sent?channel={channel}")["items"]
    got = [one for call in calls for one in files_in(call) if one["sha256"] == digest]
    assert [(one["type"], one["size"]) for one in got] == [("image/png", len(PNG))]
    headers = {"Authorization": f"Bearer {api.token}"}
    answer = requests.get(sent["attachments"][0]["url"], headers=headers, allow_redirects=False, timeout=30)
    assert answer.status_code == 302 and requests.get(answer.headers["location"], timeout=30).content == PNG


def test_what_the_channel_does_not_carry_is_refused(play: Play) -> None:
    ticket_id, api = ticket_of(play, "whatsapp"), play.sign_in()
    body = {"ticket_id": ticket_id, "name": "a.zip", "type": "application/zip", "size": 10}
    answer = api.call("POST", "attachments", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "file_type")
