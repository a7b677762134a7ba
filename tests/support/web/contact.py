"""Somebody who fills in the form on the website and follows the private link, as a browser without scripts does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from chalicelib.dynamo.models import DeskRow
from chalicelib.messages.mail_bucket import MailBucket
from chalicelib.vault.encryption import encode_key, new_pair
from chalicelib.wiring import delivery as wiring_delivery
from tests.support.filled_forms import FILLED, File, hidden, multipart
from tests.support.forgetting import forget_wiring
from tests.support.forms import posted
from tests.support.web.desk import Web
from tests.support.web.visiting import Answer

FILE_NAME = "құпия-чек.png"


@dataclass
class Visitor:
    """Somebody at the form. `link` is the path of their private link."""

    web: Web
    language: str = "kk"
    link: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def open(self) -> Answer:
        """Load the form, and take some seconds to fill it in."""
        page = self.web.http("GET", f"/contact?lang={self.language}", headers=self.headers)
        self.web.advance(5)
        return page

    def filled(self, **fields: str) -> dict[str, str]:
        return {"page": hidden(self.open().text), "consent": "yes", "website": "", **FILLED, **fields}

    def post(self, fields: Mapping[str, str], files: Sequence[File] = (), path: str = "/contact") -> Answer:
        headers, body = multipart(fields, files)
        answer = self.web.http("POST", f"{path}?lang={self.language}", headers={**headers, **self.headers}, body=body)
        if answer.status == 303:
            self.link = answer.location
        return answer

    def send(self, *files: File, **fields: str) -> Answer:
        """Fill the form in and send it."""
        return self.post(self.filled(**fields), files)

    def follow(self, **headers: str) -> Answer:
        """Look at the private link, once everything that waits is sent."""
        deliver(self.web)
        return self.web.http("GET", self.link, headers={"Accept-Language": "en", **headers})

    def write(self, *files: File, **fields: str) -> Answer:
        """Write on behind the private link, or press a button there."""
        page = self.web.http("GET", f"{self.link}/messages").text
        self.web.advance(5)
        return self.post({"page": hidden(page), **fields}, files, f"{self.link}/messages")

    def send_urlencoded(self, **fields: str) -> Answer:
        body = urlencode(self.filled(**fields))
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.headers}
        return self.web.http("POST", f"/contact?lang={self.language}", headers=headers, body=body)


def deliver(web: Web) -> None:
    """What the sender does about everything that waits."""
    waiting = {str(row.conversation_id) for row in DeskRow.scan() if row.sk.startswith("outbox#")}
    for conversation_id in waiting:
        wiring_delivery.deliver()(conversation_id)


def reply_with_files(web: Web, *data: bytes) -> str:
    """Staff sends these pictures behind the link of the newest ticket; returns the message."""
    web.advance(60)
    ticket = web.tickets("?state=open")[0]["id"]
    ids = []
    for one in data:
        about = {"ticket_id": ticket, "name": FILE_NAME, "type": "image/png", "size": len(one)}
        begun = web.call("POST", "/api/v1/attachments", about).json
        assert posted(begun["upload"]["url"], begun["upload"]["fields"], one).status_code == 204
        ids.append(begun["id"])
    body = {"text": "Мынау", "client_id": "answer", "attachments": ids}
    assert web.call("POST", f"/api/v1/tickets/{ticket}/replies", body).status == 201
    for row in [one for one in DeskRow.scan() if one.sk.startswith("outbox#")]:
        wiring_delivery.deliver(files=True)(str(row.conversation_id))
    return str(web.ticket(ticket)["messages"][-1]["id"])


@pytest.fixture
def laid(web: Web, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What was laid for the file fetcher, by its place; the desk has the fetcher's key."""
    found: dict[str, bytes] = {}
    monkeypatch.setenv("FETCHER_PUBLIC_KEY", encode_key(new_pair().public))
    monkeypatch.setenv("MAIL_BUCKET", "mail")
    monkeypatch.setattr(MailBucket, "lay", lambda self, place, content: found.update({place: content}))
    forget_wiring()
    return found
