"""E-mail, as SES receives and sends it."""

import base64
import json
import re
from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.parse import unquote

from chalicelib.channels.email.reply_address import reply_address
from chalicelib.channels.parts import DeliveryStatus
from tests.channels.conformance.checks import REFERENCE
from tests.channels.conformance.kit import TEXT
from tests.support.channels.mails import DOMAIN, MAILBOX, NURLAN, REPLY_KEY, event, mail
from tests.support.channels.provider import Answer, Call

WORDS = {"delivered": "Delivery", "delayed": "DeliveryDelay", "failed": "Bounce"}
_LINK = re.compile(r"\n\n[^\n]+:\n(mailto:[^\n]+)")


def _error(status: int, code: str) -> Answer:
    return status, {"message": "Refused."}, {"x-amzn-errortype": code}


class EmailKit:
    account = DOMAIN
    token = REPLY_KEY
    address = ("mail", NURLAN)

    def __init__(self) -> None:
        self.inbound = {"reply_key": REPLY_KEY}
        self.refusals: dict[str, Answer] = {
            "permanent": _error(400, "MessageRejected"),
            "stopped": _error(400, "AccountSuspendedException"),
            "too_fast": _error(429, "TooManyRequestsException"),
        }

    def given(self, address: str) -> dict[str, str]:
        return {"MAIL_FROM": f"sPoint <{MAILBOX}>"}

    def sign(self, body: bytes) -> dict[str, str]:
        return {}

    def challenge(self) -> tuple[dict[str, str], str]:
        return {}, ""

    def text(self, serial: int = 1) -> bytes:
        return mail(TEXT, serial=serial)

    def file(self) -> bytes:
        return mail("", file=("receipt.pdf", b"%PDF-1.4"))

    def press(self) -> bytes:
        to = reply_address(REPLY_KEY, DOMAIN, REFERENCE.partition(".")[0])
        return mail("", subject="Иә [yes.1]", to=to)

    def status(self, status: DeliveryStatus, reference: str) -> bytes:
        return json.dumps(event(WORDS.get(status, status), reference)).encode()

    def blocking(self, *, blocked: bool) -> bytes:
        return mail("x")

    def accept(self, call: Call) -> Any:
        text, _ = self.said(call)
        return {"message": "too long"} if len(text) > 30_000 else {"MessageId": "0102-000000"}

    def said(self, call: Call) -> tuple[str, tuple[str, ...]]:
        sent = message_from_bytes(base64.b64decode(call.payload["Content"]["Raw"]["Data"]), policy=default)
        attached = next((one.get_filename() for one in sent.walk() if one.get_filename()), "")
        if attached:
            return str(attached), ()
        part = next(one for one in sent.walk() if one.get_content_type() == "text/plain")
        text = str(part.get_content()).replace("\r\n", "\n")
        links = _LINK.findall(text)
        return _LINK.sub("", text), tuple(unquote(one).rpartition("[")[2].rstrip("]") for one in links)


KIT = EmailKit()
