"""The form on the website: there is no provider, what a browser sends is a page that was filled in."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from chalicelib.channels.form.private_link import ACCOUNT, KIND, address_of
from chalicelib.channels.parts import DeliveryStatus
from tests.channels.conformance.kit import TEXT
from tests.support.channels.provider import Answer, Call

LINK = "l" * 43


def _page(serial: int = 1, **more: Any) -> bytes:
    page = {"id": f"{serial:032x}", "link": LINK, "text": "", "language": "kk", "fields": {}}
    return json.dumps(page | more).encode()


class FormKit:
    account = ACCOUNT
    token = ""
    address = (KIND, address_of(LINK).value)
    inbound: Mapping[str, str] = {}
    refusals: Mapping[str, Answer] = {}

    def given(self, address: str) -> dict[str, str]:
        return {}

    def sign(self, body: bytes) -> dict[str, str]:
        return {}

    def challenge(self) -> tuple[dict[str, str], str]:
        return {}, ""

    def text(self, serial: int = 1) -> bytes:
        return _page(serial, text=TEXT)

    def file(self) -> bytes:
        return _page(files=[("receipt.pdf", "application/pdf", base64.b64encode(b"%PDF-1.4").decode())])

    def press(self) -> bytes:
        return _page(pressed="yes.1", text="Иә")

    def status(self, status: DeliveryStatus, reference: str) -> bytes:
        return self.text()

    def blocking(self, *, blocked: bool) -> bytes:
        return self.text()

    def accept(self, call: Call) -> Any:
        return {}

    def said(self, call: Call) -> tuple[str, tuple[str, ...]]:
        return "", ()


KIT = FormKit()
