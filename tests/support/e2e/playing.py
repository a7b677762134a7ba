"""Plays customers, providers and operators against a running desk, over real HTTP only."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests

from tests.support.people import wamid
from tests.support.running import RunningDesk

APP_SECRET = b"local-whatsapp-app-secret"
BOT_SECRET = "local-telegram-webhook-secret"
PHONE_NUMBER_ID = "100000000000001"
PASSWORD = "Local-password-1"
SECONDS = 90
"""More than a minute: what was lost on the way, as on a machine that is too busy, is found by the next sweep."""
_SESSION = 3600
"""Seconds of the desk's clock for which a session is used again. It lasts for twelve hours."""
T = TypeVar("T")


def eventually(look: Callable[[], T], *, seconds: float = SECONDS) -> T:
    """Return what `look` finds as soon as it is something; fail with what it found last."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing came within {seconds} s but {found!r}"
        time.sleep(0.1)
    return found


def signed(body: bytes) -> dict[str, str]:
    """Return the headers with which Meta would send these bytes."""
    digest = hmac.new(APP_SECRET, body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}


def new_phone() -> str:
    """Return a Kazakh number that nobody has used in this run."""
    return f"7700{secrets.randbelow(10**7):07d}"


def whatsapp_text(phone: str, text: str, at: int, *, name: str = "Амина", message_id: str = "") -> dict[str, Any]:
    """Return a body of Meta with one text of this number at this second."""
    message = {
        "from": phone,
        "id": message_id or wamid(phone),
        "timestamp": str(at),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "77000000000", "phone_number_id": PHONE_NUMBER_ID},
        "contacts": [{"profile": {"name": name}, "wa_id": phone}],
        "messages": [message],
    }
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}


def said_in(payload: dict[str, Any]) -> str:
    """Return the words of a WhatsApp message of ours, with or without buttons; of a template its name."""
    if "template" in payload:
        return str(payload["template"]["name"])
    said: str = payload["interactive"]["body"]["text"] if "interactive" in payload else payload["text"]["body"]
    return said


@dataclass
class Play:
    """A running desk and everybody around it."""

    desk: RunningDesk
    http: requests.Session = field(default_factory=requests.Session)
    _sessions: "dict[str, tuple[Api, int]]" = field(default_factory=dict)

    # -- providers and phones

    def whatsapp(self, body: Any, headers: dict[str, str] | None = None) -> requests.Response:
        """Post a body as Meta does."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        url = f"{self.desk.url}/webhooks/whatsapp"
        return requests.post(url, data=raw, headers=signed(raw) if headers is None else headers, timeout=SECONDS)

    def text(self, phone: str, text: str, **more: str) -> dict[str, Any]:
        """Return a body of Meta with one text of this number, now by the desk's clock."""
        return whatsapp_text(phone, text, self.now(), **more)

    def now(self) -> int:
        """Return the desk's time in epoch seconds."""
        return int(self.phones("/clock")["epoch"])

    def telegram(self, update: Any, secret: str = BOT_SECRET) -> requests.Response:
        """Post an update as Telegram does."""
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}
        body = json.dumps(update)
        return requests.post(f"{self.desk.url}/webhooks/telegram", data=body, headers=headers, timeout=SECONDS)

    def phones(self, path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
        """Use the phones' own API and return its answer."""
        method = method or ("GET" if body is None else "POST")
        answer = self.http.request(method, f"{self.desk.phones_url}{path}", json=body, timeout=3 * SECONDS)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def sent(self, channel: str, to: str) -> list[dict[str, Any]]:
        """Return the calls that were made to a provider for this person."""
        items: list[dict[str, Any]] = self.phones(f"/sent?channel={channel}")["items"]
        return [one for one in items if one["to"] == to]

    def texts(self, channel: str, to: str) -> list[str]:
        """Return the texts that a provider accepted for this person, in order."""
        accepted = [one for one in self.sent(channel, to) if one["status"] == 200]
        return [
            said_in(one["payload"]) if channel == "whatsapp" else one["payload"]["text"]
            for one in accepted
            if one["method"] in ("messages", "sendMessage")
        ]

    # -- operators

    def sign_in(self, email: str = "operator@desk.local") -> "Api":
        """Sign in over the API; with the same session again until the clock has moved."""
        api, since = self._sessions.get(email, (None, 0))
        if api is None or self.now() > since + _SESSION:
            url = f"{self.desk.url}/api/v1/login"
            answer = self.http.post(url, json={"email": email, "password": PASSWORD}, timeout=SECONDS)
            assert answer.status_code == 200, answer.text
            api = Api(self.desk.url, answer.json()["token"])
            self._sessions[email] = api, self.now()
        return api


@dataclass
class Api:
    """The JSON API with one person's token."""

    url: str
    token: str
    http: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Make a call and return the answer as it is."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.http.request(method, f"{self.url}/api/v1/{path}", json=body, headers=headers, timeout=SECONDS)

    def get(self, path: str) -> Any:
        """Read something that is there."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tickets(self) -> Iterator[dict[str, Any]]:
        """Yield all tickets of the list, a page at a time."""
        cursor = ""
        while True:
            page = self.get(f"tickets?limit=100{cursor and f'&cursor={cursor}'}")
            yield from page["items"]
            if not (cursor := page["cursor"]):
                return

    def ticket_of(self, phone: str) -> dict[str, Any]:
        """Return the newest ticket of a number, with its messages, as soon as it is there."""
        items = eventually(lambda: self.get(f"tickets?q=%2B{phone}")["items"])
        ticket: dict[str, Any] = self.get(f"tickets/{items[0]['id']}")
        return ticket

    def reply(self, ticket_id: str, text: str, client_id: str = "") -> requests.Response:
        """Answer the customer. Tests that share a desk must not send one text to many people: it would wait."""
        body = {"text": text, "client_id": client_id or secrets.token_hex(8)}
        answer = self.call("POST", f"tickets/{ticket_id}/replies", body)
        assert not answer.ok or answer.json()["status"] != "withheld", f"waits for a supervisor: {text}"
        return answer

    def delivery(self, ticket_id: str, text: str) -> str:
        """Return the delivery mark of an outgoing text."""
        messages = self.get(f"tickets/{ticket_id}")["messages"]
        return next((m["status"] for m in messages if m["direction"] == "out" and m["text"] == text), "")


def forms_of(canary: str) -> list[bytes]:
    """Return the ways in which a piece of personal data could lie somewhere: clear, escaped, base64 at each offset."""
    raw = canary.encode()
    forms = [raw, json.dumps(canary).strip('"').encode(), raw.hex().encode()]
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw)
        start = -(-offset * 4 // 3) + (1 if offset else 0)
        forms.append(encoded[start : len(encoded) - 4])
    return [form for form in forms if len(form) > 4]
