"""People who ask for news by mail, the mails that they get, and the sender that works until nothing waits."""

import base64
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from chalicelib.core.ids import new_id
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.models import DeskRow
from chalicelib.wiring import delivery as wiring_delivery
from chalicelib.wiring import mailings as wiring_mailings
from tests.support.channels.mails import DOMAIN, MAILBOX
from tests.support.channels.provider import Provider
from tests.support.channels.provider import provider as provider
from tests.support.filled_forms import hidden
from tests.support.forgetting import forget_wiring
from tests.support.web.desk import Web
from tests.support.web.visiting import Answer

GULNUR = "gulnur@example.kz"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXTS = {
    "subject_kk": "Жаңа терминал", "text_kk": "Терминал жылдамырақ.",
    "subject_ru": "Новый терминал", "text_ru": "Терминал быстрее.",
    "subject_en": "A new terminal", "text_en": "The terminal is faster.",
}  # fmt: skip


@dataclass
class Mailbox:
    """What leaves by mail, and who reads it."""

    web: Web
    provider: Provider

    def mails(self, to: str = GULNUR) -> list[EmailMessage]:
        """The mails to an address so far."""
        found = []
        for call in self.provider.calls:
            if call.payload["Destination"]["ToAddresses"] == [to]:
                raw = base64.b64decode(call.payload["Content"]["Raw"]["Data"])
                found.append(message_from_bytes(raw, policy=default))
        assert all(isinstance(one, EmailMessage) for one in found)
        return found  # type: ignore[return-value]

    def send(self) -> None:
        """What the sender does about everything that waits."""
        for row in [one for one in DeskRow.scan() if one.sk == "visitor" and one.due]:
            wiring_delivery.answer_visitor()(str(row.pk).partition("#")[2])
        while due := [one for one in DeskRow.scan() if one.sk == "mailing" and one.due]:
            for row in due:
                wiring_mailings.send_mailing()(str(row.pk).partition("#")[2])
        for conversation in {str(one.conversation_id) for one in DeskRow.scan() if one.sk.startswith("outbox#")}:
            wiring_delivery.deliver()(conversation)

    def ask(self, address: str = GULNUR, language: str = "kk", **fields: str) -> Answer:
        """Ask for news on the public page."""
        page = self.web.http("GET", f"/news?lang={language}")
        assert page.status == 200, page.text
        self.web.advance(5)
        filled = {"page": hidden(page.text), "email": address, "website": "", "news": "yes", **fields}
        body = urlencode({name: value for name, value in filled.items() if value or name == "website"})
        return self.web.http("POST", f"/news?lang={language}", headers=FORM, body=body)

    def confirmation(self, to: str = GULNUR) -> str:
        """The path of the newest link that confirms."""
        self.send()
        return path_in(self.mails(to)[-1], "/news/confirm/")

    def subscribe(self, address: str = GULNUR, language: str = "kk", **fields: str) -> str:
        """Ask and confirm; return the id of the contact."""
        assert self.ask(address, language, **fields).status == 200
        answer = self.press(self.confirmation(address))
        assert answer.status == 200, answer.text
        return str(max((one for one in subscriptions()), key=lambda one: one.since).contact_id)

    def press(self, path: str, **fields: str) -> Answer:
        """Press the button behind a link, or do as a mail program does."""
        return self.web.http("POST", path, headers=FORM, body=urlencode(fields))

    def write(self, by: str = "bolat", purpose: str = "news") -> str:
        """Write a mailing; return its path."""
        given = {"client_id": new_id(), "purpose": purpose, **TEXTS}
        answer = self.web.signed_in(by).post("/dashboard/mailings", given)
        assert answer.status == 303, answer.text
        return urlsplit(answer.location).path

    def release(self, path: str, by: str = "madina", version: str = "1") -> Answer:
        return self.web.signed_in(by).post(f"{path}/release", {"version": version})

    def mailing(self, purpose: str = "news") -> str:
        """Write a mailing, have it let go, and send it."""
        path = self.write(purpose=purpose)
        assert self.release(path).status == 303
        self.send()
        return path


def subscriptions() -> list[DeskRow]:
    """The rows of subscriptions."""
    return [row for row in DeskRow.scan() if row.sk.startswith("subscription#")]


def records(purpose: str = "news") -> list[tuple[str, str]]:
    """Answers about mailings of a purpose and how they were given, in their order."""
    found = [row for row in DeskRow.scan() if row.sk.startswith("consent#") and row.purpose == purpose]
    return [(str(row.answer), str(row.answered_by)) for row in sorted(found, key=lambda one: one.sk)]


def path_in(mail: EmailMessage, begins: str) -> str:
    """The path of a link in a mail."""
    found = re.search(rf"http://\S+?({re.escape(begins)}\S+)", text_of(mail))
    assert found, text_of(mail)
    return found[1]


def text_of(mail: EmailMessage) -> str:
    """What a mail says, without its form."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def mailbox(web: Web, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """A desk that sends by a small mail service."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", provider.address)
    monkeypatch.setenv("MAIL_FROM", f"sPoint <{MAILBOX}>")
    monkeypatch.setenv("QUEUE_RETRY", "http://127.0.0.1/queue")
    client.cache_clear()
    forget_wiring()
    provider.default = lambda call: {"MessageId": f"0102-{len(provider.calls):06d}"}
    return Mailbox(web, provider)


def bounced(mail: int, status: str = "5.1.1") -> Any:
    """The report that the mail of this number came back."""
    from chalicelib.channels.parts import StatusUpdate

    provider_id = f"0102-{mail:06d}@eu-central-1.amazonses.com"
    return StatusUpdate("email", DOMAIN, provider_id, "failed", 1_795_000_000, code=status, reason="")
