"""People whose data is destroyed on the running desk: what they write and press, and what is left of them."""

import base64
import re
import secrets
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import requests

from chalicelib.core.working_days import day_of
from tests.support.e2e.playing import SECONDS, Api, Play, eventually, forms_of, new_phone

HOUR = 60 * 60
DAY = 24 * HOUR
GRACE = 4 * HOUR
"""Of the profile."""
TABLES = ("desk", "keys", "index", "ledger")
GENUINE = {"kk": "Түпнұсқа. Қолтаңба жарамды.", "ru": "Подлинное. Подпись верна.", "en": "The signature is valid."}
FINAL = {"kk": "Аяқталған күні", "ru": "Завершено", "en": "Complete since"}
_CERTIFICATE = re.compile(r"\b[0-9a-z]{20}\b")
_SECRET = re.compile(r"\b(?:[0-9a-z]{4}-){4}[0-9a-z]{4}\b")
CODE = "-deployments"
"""How the bucket of the functions' code ends."""
Item = dict[str, Any]
Rows = dict[tuple[str, str, str], Item]


@dataclass
class Customer:
    """Somebody with a phone in their hand. `key` is their number on WhatsApp, their id on Telegram."""

    play: Play
    channel: str
    name: str
    language: str = ""
    key: str = ""
    contact_id: str = ""
    wrote: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = self.key or (
            new_phone() if self.channel == "whatsapp" else str(5_900_000_000 + secrets.randbelow(10**8))
        )

    @property
    def username(self) -> str:
        return f"tg_{self.key}" if self.channel == "telegram" else ""

    @property
    def _me(self) -> dict[str, Any]:
        if self.channel == "whatsapp":
            return {"phone": self.key, "name": self.name}
        more = {"language_code": self.language} if self.language else {}
        return {"user_id": self.key, "name": self.name, "username": self.username, **more}

    def write(self, text: str) -> None:
        """Send a text of their own and see that the desk took it."""
        self.ask(text)
        self.wrote.append(text)

    def ask(self, phrase: str) -> None:
        """Send a phrase that the desk knows, which is nobody's secret."""
        answer = self.play.phones(f"/phones/{self.channel}/messages", {**self._me, "text": phrase})
        assert answer["webhook"]["status"] == 200, answer

    def send(self, name: str, words: str, api: Api) -> None:
        """Send a document of their own and see that the desk has it."""
        file = {
            "name": name,
            "type": "application/pdf",
            "data": base64.b64encode(f"%PDF-1.4 {words}".encode()).decode(),
        }
        self.play.phones(f"/phones/{self.channel}/messages", {**self._me, "file": file})
        self.wrote += [name, words]
        eventually(lambda: "ready" in [a["state"] for m in self.ticket(api)["messages"] for a in m["attachments"]])

    def heard(self) -> list[str]:
        """What came from the desk, in order."""
        return [one["text"] for one in self._chat() if one["from"] == "desk"]

    def hears(self, piece: str, times: int = 1) -> str:
        """Wait until a text with this piece has come so many times; return the last."""
        deadline = time.monotonic() + SECONDS
        while len(found := [one for one in self.heard() if piece in one]) < times:
            assert time.monotonic() < deadline, self.heard()
            time.sleep(0.1)
        return found[-1]

    def buttons(self, action: str) -> list[tuple[str, str, str]]:
        """Message, payload and title of the buttons with which this person can `confirm` or `cancel`, oldest first."""
        return [
            (message["id"], button["key"], button["label"])
            for message in self._chat()
            for button in message["buttons"]
            if button["key"].startswith(f"erase.{action}.")
        ]

    def press(self, action: str, times: int = 1) -> str:
        """Press the newest such button as soon as so many have come; return its title."""
        message_id, key, title = eventually(lambda: self.buttons(action)[times - 1 :])[-1]
        body = {**self._me, "message_id": message_id, "key": key}
        answer = self.play.phones(f"/phones/{self.channel}/press", body)
        assert answer["webhook"]["status"] == 200, answer
        return title

    def certificate(self) -> tuple[str, str]:
        """Number and secret of the certificate that came."""
        text = eventually(lambda: [one for one in self.heard() if _SECRET.search(one)])[-1]
        (number,) = _CERTIFICATE.findall(text)
        (secret,) = _SECRET.findall(text)
        return number, secret

    def ticket(self, api: Api) -> Item:
        """The newest ticket, as an operator reads it."""
        items = eventually(
            lambda: api.get(f"tickets?q={'%2B' if self.channel == 'whatsapp' else ''}{self.key}")["items"]
        )
        ticket: Item = api.get(f"tickets/{items[0]['id']}")
        return ticket

    def known(self, api: Api) -> "Customer":
        """Keep the desk's own name of this person, as it is now."""
        self.contact_id = self.ticket(api)["contact"]["id"]
        return self

    def canaries(self) -> list[str]:
        """Everything of this person that nobody may read anywhere."""
        return [one for one in (self.key, self.name, self.username, *self.wrote) if len(one) > 6]

    def _chat(self) -> list[Item]:
        for chat in self.play.phones("/phones/conversations")["items"]:
            person = chat["person"]
            mine = person["phone"] if self.channel == "whatsapp" else person["user_id"]
            if chat["channel"] == self.channel and mine == self.key:
                messages: list[Item] = chat["messages"]
                return messages
        return []


@dataclass
class Office:
    """The privacy officer, signed in anew when the clock has moved."""

    play: Play

    @property
    def dana(self) -> Api:
        return self.play.sign_in("privacy@desk.local")

    def of(self, *people: Customer) -> list[Item]:
        """The newest request of each, by the officer's list."""
        dana, cursor = self.dana, ""
        found: dict[str, Item] = {}
        while True:
            page = dana.get(f"privacy-requests?limit=100{cursor and f'&cursor={cursor}'}")
            for one in page["items"]:
                known = found.get(one["contact_id"])
                if known is None or known["clocks"]["received"] < one["clocks"]["received"]:
                    found[one["contact_id"]] = one
            if not page["cursor"]:
                return [found.get(one.contact_id, {"state": "none"}) for one in people]
            cursor = page["cursor"]

    def reach(self, state: str, *people: Customer, waits: str | None = None, seconds: float = SECONDS) -> list[Item]:
        """Wait until the request of each is in this state (and waits for this); return the requests."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.of(*people)
            late = [one for one in found if one["state"] != state or waits not in (None, one["waits"])]
            if not late:
                return found
            shown = [(one["state"], one.get("waits"), one.get("failure")) for one in late[:5]]
            assert time.monotonic() < deadline, f"{len(late)} of {len(found)} are not {state}: {shown}"
            time.sleep(0.3)

    def open(self, customer: Customer, kind: str = "withdrawal", **more: str) -> requests.Response:
        """Enter a request for somebody."""
        given = {"kind": kind, "contact_id": customer.contact_id, "received_on": day_of(int(time.time() * 1000))}
        return self.dana.call("POST", "privacy-requests", {**given, **more})

    def decide(self, customer: Customer, decision: str, **more: str) -> None:
        """One officer proposes, the other agrees."""
        (request,) = self.of(customer)
        path = f"privacy-requests/{request['id']}/decision"
        proposed = self.dana.call("POST", path, {"decision": decision, **more})
        assert proposed.ok, proposed.text
        agree = {"decision": "agree", "proposed": proposed.json()["proposal"]["proposed"]}
        agreed = self.play.sign_in("privacy2@desk.local").call("POST", path, agree)
        assert agreed.ok, agreed.text


def advance(play: Play, seconds: int, **more: int) -> None:
    """Move the desk's clock; what falls due meanwhile is done."""
    play.phones("/clock", {"advance_seconds": seconds, **more})


def check(play: Play, certificate: tuple[str, str], language: str) -> str:
    """Type number and secret on the public page; return what it says."""
    form = {"id": certificate[0], "secret": certificate[1]}
    answer = requests.post(f"{play.desk.url}/certificates?lang={language}", data=form, timeout=SECONDS)
    assert answer.status_code == 200, answer.text
    return answer.text


def all_rows(play: Play) -> Rows:
    """Every row of the four tables."""
    dynamodb = play.desk.client("dynamodb")
    names = dynamodb.list_tables()["TableNames"]
    found: Rows = {}
    for table in TABLES:
        (name,) = [one for one in names if one.endswith(f"-{table}")]
        for page in dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
            for item in page["Items"]:
                found[table, item["pk"]["S"], item.get("sk", {}).get("S", "")] = item
    return found


def belonging(rows: Rows, ids: Collection[str]) -> Rows:
    """The rows that name one of these ids of ours."""
    return {place: item for place, item in rows.items() if any(one in f"{place}{item}" for one in ids)}


def ids_of(rows: Rows, contact_id: str) -> set[str]:
    """What the desk calls a person: contact, conversations, tickets."""
    mine = {contact_id}
    for (table, _, sk), item in rows.items():
        if table == "desk" and item.get("contact_id", {}).get("S") == contact_id and sk in ("contact", "ticket"):
            mine |= {item[name]["S"] for name in ("conversation_id", "ticket_id") if name in item}
    return mine


def boxes_of(rows: Rows, contact_ids: Collection[str]) -> set[str]:
    """Contact and conversation of the boxes of these people's requests."""
    boxes = [
        item["box"]["M"]
        for (_, pk, sk), item in rows.items()
        if pk.startswith("request#") and sk == "request" and "box" in item and item["contact_id"]["S"] in contact_ids
    ]
    return {box[name]["S"] for box in boxes for name in ("contact_id", "conversation_id")}


def about(rows: Rows, customer: Customer) -> Rows:
    """Every row of a person but the requests about them."""
    mine = belonging(rows, ids_of(rows, customer.contact_id))
    return {place: item for place, item in mine.items() if not place[1].startswith("request#")}


def readable(data: Iterable[tuple[str, bytes]], canaries: Iterable[str]) -> set[tuple[str, str]]:
    """Places where one of these can be read, clear, escaped, as hex or as base64 at any offset.

    Everything is searched at once: that is quicker than piece by piece. The code was there before anybody wrote.
    """
    forms = {form: canary for canary in canaries for form in forms_of(canary)}
    by_place: dict[str, list[bytes]] = {}
    for place, one in data:
        if not place.endswith(CODE):
            by_place.setdefault(place, []).append(one)
    found = {place: b"\0".join(pieces) for place, pieces in by_place.items()}
    return {(place, canary) for place, whole in found.items() for form, canary in forms.items() if form in whole}


OWN = ("session#", "login#", "sweep#", "staff", "channel#", "marker#", "same_text#", "barrier#")
"""Partitions in which no customer is named and which change whenever somebody signs in or time passes: whom a text
went to is gone an hour later."""


def customers_rows(play: Play) -> Rows:
    """Every row but those of OWN."""
    return {place: item for place, item in all_rows(play).items() if not place[1].startswith(OWN)}


def changed(before: Rows, after: Rows) -> dict[tuple[str, str, str], list[str]]:
    """Rows that differ, each with the names of the attributes that do."""
    differing = {}
    for place in before.keys() | after.keys():
        one, other = before.get(place, {}), after.get(place, {})
        if names := sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)):
            differing[place] = names
    return differing


def settled(play: Play) -> Rows:
    """The rows of customers, as soon as nobody changes them any more."""
    before: Rows = {}
    while before != (now := customers_rows(play)):
        before = now
        time.sleep(1)  # a phone's marks of delivery and reading come one by one
    return now
