"""Customers of the running desk whose webhooks a test writes itself, as providers do, and what staff see of them."""

import itertools
import re
import secrets
from datetime import datetime
from typing import Any

import requests

from tests.support.e2e.playing import BOT_SECRET, PASSWORD, PHONE_NUMBER_ID, SECONDS, Play, eventually, new_phone
from tests.support.people import wamid


def seconds(instant: str) -> int:
    """Return a time of the API in epoch seconds."""
    return int(datetime.fromisoformat(instant).timestamp())


class Customer:
    """Somebody who writes to the running desk. `q` finds their tickets."""

    q = ""

    def __init__(self, play: Play) -> None:
        self.play = play

    def tickets(self) -> list[dict[str, Any]]:
        """Their tickets as the list shows them; looking there makes nothing read."""
        found: list[dict[str, Any]] = self.play.sign_in().get(f"tickets?q={self.q}")["items"]
        return found

    def ticket(self) -> dict[str, Any]:
        """Their only ticket, opened."""
        (item,) = self.tickets()
        opened: dict[str, Any] = self.play.sign_in().get(f"tickets/{item['id']}")
        return opened

    def said(self) -> list[dict[str, Any]]:
        """Their messages on the ticket, oldest first."""
        return [one for one in self.ticket()["messages"] if one["direction"] == "in"]

    def texts(self) -> list[str]:
        return [one["text"] for one in self.said()]

    def files(self) -> list[dict[str, Any]]:
        return [file for one in self.said() for file in one["attachments"]]

    def page(self) -> str:
        """The page of their ticket, in English."""
        return Dashboard(self.play).get(f"tickets/{self.tickets()[0]['id']}")


class WhatsAppCustomer(Customer):
    """Somebody on WhatsApp with a number, or with a business-scoped id and a username alone."""

    def __init__(self, play: Play, *, user_id: str = "", username: str = "") -> None:
        super().__init__(play)
        self.phone = "" if user_id else new_phone()
        self.user_id, self.username = user_id, username
        self.q = f"@{username}" if username else f"%2B{self.phone}"

    def message(self, kind: str = "text", *, ago: int = 0, **fields: Any) -> dict[str, Any]:
        """One message of so many seconds ago, with a fresh id; `fields` are laid over it."""
        who = ({"from": self.phone} if self.phone else {}) | ({"from_user_id": self.user_id} if self.user_id else {})
        mine = {"id": wamid(self.phone or self.user_id), "timestamp": str(self.play.now() - ago), "type": kind}
        return who | mine | fields

    def value(self, *messages: Any, statuses: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
        """What one change of a webhook holds."""
        profile = {"name": "Амина"} | ({"username": self.username} if self.username else {})
        contact = {"profile": profile} | ({"wa_id": self.phone} if self.phone else {})
        contact |= {"user_id": self.user_id} if self.user_id else {}
        told = {"contacts": [contact], "messages": list(messages)} if messages else {}
        metadata = {"display_phone_number": "77000000000", "phone_number_id": PHONE_NUMBER_ID}
        return (
            {"messaging_product": "whatsapp", "metadata": metadata}
            | told
            | ({"statuses": list(statuses)} if statuses else {})
        )

    def sends(self, kind: str, **fields: Any) -> str:
        """Send one message, which the desk takes; return its id."""
        message = self.message(kind, **fields)
        assert self.play.whatsapp(body(self.value(message))).status_code == 200
        return str(message["id"])

    def writes(self, text: str, **fields: Any) -> str:
        """Send a text; return its id."""
        return self.sends("text", text={"body": text}, **fields)

    def status(self, message_id: str, state: str, **fields: Any) -> dict[str, Any]:
        """A status of a message of ours, without our reference."""
        at = {"timestamp": str(self.play.now()), "recipient_id": self.phone}
        return {"id": message_id, "status": state} | at | fields


def body(*values: dict[str, Any]) -> dict[str, Any]:
    """A webhook of Meta with an entry for each value."""
    changes = [[{"field": "messages", "value": value}] for value in values]
    entries = [{"id": "1", "changes": one} for one in changes]
    return {"object": "whatsapp_business_account", "entry": entries}


class TelegramCustomer(Customer):
    """Somebody on Telegram, who writes in Russian."""

    _updates = itertools.count(secrets.randbelow(10**8) + 10**8)

    def __init__(self, play: Play, language: str = "ru") -> None:
        super().__init__(play)
        self.chat = 500_000_000 + secrets.randbelow(10**8)
        self.q, self.named = str(self.chat), {"user_id": str(self.chat), "name": "Данияр", "language_code": language}
        self._numbers = itertools.count(1000)
        """Of their messages: far from those that the stand-in gives to ours, as both count in one chat."""

    def message(self, *, ago: int = 0, **fields: Any) -> dict[str, Any]:
        """One message of so many seconds ago, with their next number; `fields` are laid over it."""
        sender = {"id": self.chat, "is_bot": False, "first_name": "Данияр"}
        return {
            "message_id": next(self._numbers),
            "from": sender | {"language_code": self.named["language_code"]},
            "chat": {"id": self.chat, "type": "private", "first_name": "Данияр"},
            "date": self.play.now() - ago,
        } | fields

    def update(self, content: dict[str, Any], kind: str = "message", number: int = 0) -> dict[str, Any]:
        """An update with the next number, or this one."""
        return {"update_id": number or next(self._updates), kind: content}

    def sends(self, **fields: Any) -> dict[str, Any]:
        """Send one message, which the desk takes; return it."""
        message = self.message(**fields)
        self.tells("message", message)
        return message

    def tells(self, kind: str, content: dict[str, Any]) -> None:
        """Send an update of another kind, which the desk takes."""
        assert self.play.telegram(self.update(content, kind), BOT_SECRET).status_code == 200

    def phone(self, action: str, **fields: Any) -> Any:
        """Do something with the stand-in phone."""
        return self.play.phones(f"/phones/telegram/{action}", {**self.named, **fields})


class Dashboard:
    """The pages as a supervisor's browser without scripts shows them, in English."""

    def __init__(self, play: Play) -> None:
        self._url = f"{play.desk.url}/dashboard"
        self._http = requests.Session()
        self._http.headers["Accept-Language"] = "en"
        fields = {"email": "supervisor@desk.local", "password": PASSWORD, "next": ""}
        self._token = self._csrf(self._http.get(self._url, timeout=SECONDS).text)
        self.post("sign-in", **fields)

    @staticmethod
    def _csrf(page: str) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found, page[:500]
        return found[1]

    def get(self, path: str) -> str:
        """Return a page that is there."""
        answer = self._http.get(f"{self._url}/{path}", timeout=SECONDS)
        assert answer.status_code == 200, answer.text[:500]
        self._token = self._csrf(answer.text)
        return answer.text

    def post(self, path: str, **fields: str) -> str:
        """Send a form and return the page that follows."""
        answer = self._http.post(f"{self._url}/{path}", data={"csrf": self._token, **fields}, timeout=SECONDS)
        assert answer.status_code == 200, answer.text[:500]
        self._token = self._csrf(answer.text)
        return answer.text


def fetched(customer: Customer, number: int = 1) -> list[dict[str, Any]]:
    """The customer's files, once there are so many and each is fetched or given up."""

    def look() -> list[dict[str, Any]]:
        files = customer.files() if customer.tickets() else []
        return files if len(files) == number and all(one["state"] != "waiting" for one in files) else []

    return eventually(look)
