"""Pages that stay open: what their script asks, and the relay that tells the marker what has changed."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from chalicelib.dynamo.clients import client
from chalicelib.entrypoints.stream_router import tell_marker
from chalicelib.tickets.marker import SETTLES
from chalicelib.web.http.watch import PERIOD
from chalicelib.wiring import web as wiring_web
from tests.support.streams import records
from tests.support.web.desk import Web
from tests.support.web.visiting import Answer, Browser

STATE = re.compile(r'data-versions="([^"]*)" data-stamp="([^"]*)"')


@dataclass
class Relay:
    """Tells the marker what the table's stream has brought since the last time."""

    web: Web
    told: int = 0

    def __call__(self) -> None:
        found = records(client("dynamodbstreams"), self.web.tables["desk"])
        tell_marker(found[self.told :], wiring_web.markers(), self.web.now)
        self.told = len(found)

    def settle(self) -> None:
        """Tell everything, and let the time pass until a page may count on it."""
        self()
        self.web.advance(SETTLES // 1000 + 1)


@dataclass
class OpenPage:
    """A page that a browser with scripts has loaded."""

    browser: Browser
    path: str
    stamp: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)
    """What the last answer brought, by the names of the parts."""

    def load(self) -> "OpenPage":
        page = self.browser.get(self.path)
        assert page.status == 200
        found = STATE.search(page.text)
        assert found
        self.versions = dict(one.split("=") for one in unescape(found[1]).split())
        self.stamp = found[2]
        return self

    def left(self, now: int) -> int:
        """Seconds until the page is read again in any case."""
        shift = int(self.stamp.partition(".")[0], 16)
        return (PERIOD - (now + shift) % PERIOD) // 1000

    def look(self, **more: str) -> Answer:
        """Ask for what has changed, and take it over."""
        known = " ".join(f"{name}={version}" for name, version in self.versions.items())
        headers = {"Accept": "application/json", "X-Parts": known, "X-Refresh": "1", **more}
        if self.stamp:
            headers["If-None-Match"] = f'"{self.stamp}"'
        answer = self.browser.get(self.path, **headers)
        self.parts = {}
        if answer.status == 200:
            self.stamp = answer.json["stamp"]
            self.parts = answer.json["parts"]
            self.versions |= {name: version for name, (version, *_) in self.parts.items()}
        return answer

    def html(self) -> str:
        """Everything that the last answer brought."""
        return "".join(piece for _, *pieces in self.parts.values() for piece in pieces)


def weight(answer: Any) -> int:
    """Bytes of an answer with the headers that we set."""
    headers = sum(len(f"{name}: {value}\r\n".encode()) for name, value in answer.headers.items())
    return headers + len(answer.text.encode())
