"""A file of staff on the running desk: through form, bucket, reply, stream, sender and uploader to the provider."""

import hashlib
import re
import secrets
from typing import Any

import pytest
import requests

from tests.support.e2e.form import FormVisitor
from tests.support.e2e.playing import Api, Play, eventually, new_phone
from tests.support.forms import posted
from tests.support.pictures import png

PNG = png() + secrets.token_bytes(3000)
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


def brought(api: Api, ticket_id: str, data: bytes) -> str:
    """Bring a picture for a reply to the bucket; return its id."""
    about = {"ticket_id": ticket_id, "name": NAME, "type": "image/png", "size": len(data)}
    begun = api.call("POST", "attachments", about).json()
    assert posted(begun["upload"]["url"], begun["upload"]["fields"], data).status_code == 204
    return str(begun["id"])


def sent(api: Api, ticket_id: str, files: list[str]) -> dict[str, Any]:
    """Reply with these files; return the reply once all of it has left or failed."""
    body = {"text": "Мынау", "client_id": secrets.token_hex(8), "attachments": files}
    assert api.call("POST", f"tickets/{ticket_id}/replies", body).status_code == 201

    def look() -> dict[str, Any] | None:
        newest: dict[str, Any] = api.get(f"tickets/{ticket_id}")["messages"][-1]
        return newest if newest["status"] not in ("queued", "sending") else None

    return eventually(look)


def got(play: Play, channel: str, *digests: str) -> list[dict[str, Any]]:
    """The files with these hashes that the provider got, in its order."""
    calls = play.phones(f"/sent?channel={channel}")["items"]
    return [one for call in calls for one in files_in(call) if one["sha256"] in digests]


def test_a_file_is_downloaded_behind_the_private_link_of_a_form(play: Play) -> None:
    visitor, other = FormVisitor(play, "Гүлнұр"), FormVisitor(play, "Айгүл")
    for one in (visitor, other):
        assert one.send(f"Сәлем {secrets.token_hex(4)}").status_code == 303
    api = play.sign_in()
    ticket_id, data = visitor.ticket_id(api), PNG + secrets.token_bytes(8)
    assert sent(api, ticket_id, [brought(api, ticket_id, data)])["status"] == "sent"
    href = re.search(r'href="[./]*(contact/r/[^"]+/files/[^"]+)"', visitor.reads(NAME))
    assert href
    assert hashlib.sha256(visitor.get(f"/{href[1]}").content).digest() == hashlib.sha256(data).digest()
    assert api.get(f"tickets/{ticket_id}")["messages"][-1]["status"] == "read"
    stolen = href[1].replace(visitor.link.rpartition("/")[2], other.link.rpartition("/")[2])
    assert stolen != href[1] and other.get(f"/{stolen}").status_code == 404


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_a_picture_is_sent_and_shown(play: Play, channel: str) -> None:
    ticket_id, api = ticket_of(play, channel), play.sign_in()
    reply = sent(api, ticket_id, [brought(api, ticket_id, PNG)])
    assert reply["status"] != "failed" and [one["name"] for one in reply["attachments"]] == [NAME]
    (file,) = got(play, channel, hashlib.sha256(PNG).hexdigest())
    assert (file["type"], file["size"]) == ("image/png", len(PNG))
    headers = {"Authorization": f"Bearer {api.token}"}
    answer = requests.get(reply["attachments"][0]["url"], headers=headers, allow_redirects=False, timeout=30)
    assert answer.status_code == 302 and requests.get(answer.headers["location"], timeout=30).content == PNG


def test_three_files_of_a_reply_are_three_messages_in_their_order(play: Play) -> None:
    ticket_id, api = ticket_of(play, "whatsapp"), play.sign_in()
    pictures = [PNG + bytes([number]) for number in range(3)]
    digests = [hashlib.sha256(one).hexdigest() for one in pictures]
    reply = sent(api, ticket_id, [brought(api, ticket_id, one) for one in pictures])
    assert reply["status"] != "failed"
    assert all(one["status"] in ("sent", "delivered", "read") for one in reply["attachments"])
    assert [one["sha256"] for one in got(play, "whatsapp", *digests)] == digests
    chats = play.phones("/phones/conversations")["items"]
    (mine,) = [chat["messages"] for chat in chats if any(_digest(one) == digests[0] for one in chat["messages"])]
    assert [_digest(one) for one in mine if _digest(one)] == digests


def _digest(bubble: dict[str, Any]) -> str:
    return str((bubble.get("file") or {}).get("sha256", ""))


def test_what_the_channel_does_not_carry_is_refused(play: Play) -> None:
    ticket_id, api = ticket_of(play, "whatsapp"), play.sign_in()
    body = {"ticket_id": ticket_id, "name": "a.zip", "type": "application/zip", "size": 10}
    answer = api.call("POST", "attachments", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "file_type")
