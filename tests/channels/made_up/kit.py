"""The provider of the pagers."""

import json
from typing import Any

from chalicelib.channels.parts import DeliveryStatus
from tests.channels.conformance.kit import NOW, TEXT
from tests.support.channels.provider import Answer, Call

LINE, NUMBER = "line1", "5550142"


def body(serial: int = 1, at: int = NOW, **fields: Any) -> bytes:
    """A body of somebody who pages us."""
    return json.dumps({"from": NUMBER, "name": "Гүлнар Пейджерова", "id": f"p{serial}", "at": at, **fields}).encode()


class PagerKit:
    account = LINE
    token = "a-pager-token"
    address = ("capcode", NUMBER)

    def __init__(self) -> None:
        self.inbound = {"pager_secret": "a-pager-secret"}
        self.refusals: dict[str, Answer] = {
            "permanent": (400, {"code": "lost"}, {}),
            "stopped": (402, {"code": "unpaid"}, {}),
            "too_fast": (429, {"code": "busy"}, {}),
        }

    def given(self, address: str) -> dict[str, str]:
        return {"PAGER_API": address}

    def sign(self, body: bytes) -> dict[str, str]:
        return {"x-pager-secret": self.inbound["pager_secret"]}

    def challenge(self) -> tuple[dict[str, str], str]:
        return {}, ""

    def text(self, serial: int = 1) -> bytes:
        return body(serial, text=TEXT)

    def file(self) -> bytes:
        return body(file={"id": "f1", "name": "receipt.pdf"})

    def press(self) -> bytes:
        return body(press={"id": "yes.1", "title": "Иә"})

    def status(self, status: DeliveryStatus, reference: str) -> bytes:
        return body()

    def blocking(self, *, blocked: bool) -> bytes:
        return body()

    def accept(self, call: Call) -> Any:
        text, buttons = self.said(call)
        return {"code": "long"} if len(text) > 500 or len(buttons) > 3 else {"id": "page-1"}

    def said(self, call: Call) -> tuple[str, tuple[str, ...]]:
        return call.payload["text"], tuple(one["id"] for one in call.payload["buttons"])


KIT = PagerKit()
