"""Quotes, choices, reactions, edits and deletions of the running desk: what the customer's phone shows of them."""

from typing import Any

import pytest

from tests.support.e2e.playing import Api, Play, eventually, new_phone

CHANNELS = pytest.mark.parametrize("channel", ["whatsapp", "telegram"])


class Customer:
    """Somebody on the stand-in phone, and the ticket of what they wrote."""

    def __init__(self, play: Play, channel: str) -> None:
        self.play, self.channel = play, channel
        number = new_phone()
        self.named = {"phone": number} if channel == "whatsapp" else {"user_id": number}
        self.to = number
        play.phones(f"/phones/{channel}/messages", {**self.named, "name": "Әсем", "text": "Қашан жеткізесіздер?"})
        self.api: Api = play.sign_in()
        query = f"tickets?q=%2B{number}" if channel == "whatsapp" else f"tickets?q={number}"
        self.ticket = eventually(lambda: self.api.get(query)["items"])[0]["id"]

    def bubbles(self) -> list[dict[str, Any]]:
        """What the phone shows, oldest first."""
        (chat,) = [
            one
            for one in self.play.phones("/phones/conversations")["items"]
            if one["channel"] == self.channel and self.to in (one["person"]["phone"], one["person"]["user_id"])
        ]
        found: list[dict[str, Any]] = chat["messages"]
        return found

    def ours(self, text: str) -> dict[str, Any]:
        """Our message with this text, once it has arrived."""
        return eventually(lambda: [one for one in self.bubbles() if one["from"] == "desk" and one["text"] == text])[0]

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get(f"tickets/{self.ticket}")["messages"]
        return found

    def message(self, message: str) -> dict[str, Any]:
        return next(one for one in self.messages() if one["id"] == message)

    def reply(self, **body: Any) -> str:
        answer = self.api.call("POST", f"tickets/{self.ticket}/replies", {"client_id": "reply-1", **body})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def change(self, method: str, message: str, body: Any = None, *, what: str = "") -> Any:
        return self.api.call(method, f"tickets/{self.ticket}/messages/{message}{what}", body)


@CHANNELS
def test_the_phone_shows_quote_and_choices_and_a_press_is_an_answer(play: Play, channel: str) -> None:
    customer = Customer(play, channel)
    asked = customer.messages()[0]["id"]
    titles = ["Бүгін", "Ертең", "Келесі апта", "Кейін"]
    customer.reply(text="Қай күні?", quote=asked, choices=titles)
    shown = customer.ours("Қай күні?")
    assert shown["quote"] == customer.bubbles()[0]["id"]
    assert [one["label"] for one in shown["buttons"]] == titles
    press = {**customer.named, "message_id": shown["id"], "key": shown["buttons"][1]["key"]}
    play.phones(f"/phones/{channel}/press", press)
    (said,) = eventually(lambda: [one for one in customer.messages() if one["text"] == "Ертең"])
    assert said["direction"] == "in"
    assert customer.api.get(f"tickets/{customer.ticket}")["open_question"] is True


@CHANNELS
def test_the_phone_shows_our_reaction_until_it_is_taken_back(play: Play, channel: str) -> None:
    customer = Customer(play, channel)
    asked = customer.messages()[0]["id"]
    for emoji in ("👍", ""):
        assert customer.change("POST", asked, {"emoji": emoji}, what="/reaction").json() == {"state": "queued"}
        eventually(lambda emoji=emoji: customer.bubbles()[0]["reaction"] == emoji)
        eventually(lambda emoji=emoji: (customer.message(asked)["own_reaction"] or "") == emoji)
    assert customer.message(asked)["changes"] == []


def test_a_reply_is_edited_and_deleted_on_the_phone_and_its_text_goes_from_the_tables(play: Play) -> None:
    customer = Customer(play, "telegram")
    reply = customer.reply(text="Ертең 1234")
    shown = customer.ours("Ертең 1234")
    assert customer.change("PATCH", reply, {"text": "Бүгін 1234"}).json() == {"state": "queued"}
    assert customer.ours("Бүгін 1234")["edited"] is True
    eventually(lambda: customer.message(reply)["edited"])
    assert customer.change("DELETE", reply).json() == {"state": "queued"}
    eventually(lambda: [one["deleted"] for one in customer.bubbles() if one["id"] == shown["id"]] == [True])
    eventually(lambda: customer.message(reply)["deleted"])

    rows = play.desk.client("dynamodb")
    (table,) = [one for one in rows.list_tables()["TableNames"] if one.endswith("desk")]

    def left() -> list[Any]:
        """Sealed texts of the reply: its own, that of its edit, that of the list."""
        found = [item for page in rows.get_paginator("scan").paginate(TableName=table) for item in page["Items"]]
        mine = [one for one in found if one.get("ticket_id", {}).get("S") == customer.ticket]
        said = [one for one in mine if one.get("purpose", {}).get("S") == "support" and "content" in one]
        texts = [one for one in said if one["kind"]["S"] != "revoke"]
        return texts + [one for one in mine if one["sk"]["S"] == "ticket" and "last" in one]

    eventually(lambda: left() == [])
    assert customer.change("PATCH", reply, {"text": "Тағы"}).status_code == 409


def test_a_channel_without_edits_says_so(play: Play) -> None:
    customer = Customer(play, "whatsapp")
    reply = customer.reply(text="Ертең")
    customer.ours("Ертең")
    eventually(lambda: customer.message(reply)["status"] in ("sent", "delivered", "read"))
    answer = customer.change("PATCH", reply, {"text": "Бүгін"})
    assert (answer.status_code, answer.json()["code"]) == (409, "lacking")
    assert "WhatsApp cannot do this (capability: edit)" in answer.json()["message"]
