"""Meta."""

import hashlib
import hmac
from typing import Any

from chalicelib.channels.parts import DeliveryStatus
from tests.channels.conformance.kit import TEXT
from tests.support.channels import bodies
from tests.support.channels.provider import Answer, Call


def _error(status: int, code: int) -> Answer:
    return status, {"error": {"code": code, "message": f"(#{code}) no"}}, {}


class WhatsAppKit:
    account = bodies.NUMBER
    token = "an-access-token"
    address = ("phone", bodies.AMINA)

    def __init__(self) -> None:
        self.inbound = {"app_secret": "an-app-secret", "verify_token": "a-verify-token"}
        self.refusals = {
            "permanent": _error(400, 131026),
            "stopped": _error(401, 190),
            "too_fast": _error(400, 131056),
        }

    def given(self, address: str) -> dict[str, str]:
        return {"WHATSAPP_API": address}

    def sign(self, body: bytes) -> dict[str, str]:
        digest = hmac.new(self.inbound["app_secret"].encode(), body, hashlib.sha256).hexdigest()
        return {"x-hub-signature-256": f"sha256={digest}"}

    def challenge(self) -> tuple[dict[str, str], str]:
        asked = {"hub.mode": "subscribe", "hub.verify_token": "a-verify-token", "hub.challenge": "1158201444"}
        return asked, "1158201444"

    def text(self, serial: int = 1) -> bytes:
        return bodies.body(bodies.change([bodies.message(serial=serial, text={"body": TEXT})]))

    def file(self) -> bytes:
        file = {"id": "731", "mime_type": "application/pdf", "filename": "receipt.pdf"}
        return bodies.body(bodies.change([bodies.message("document", document=file)]))

    def press(self) -> bytes:
        reply = {"type": "button_reply", "button_reply": {"id": "yes.1", "title": "Иә"}}
        return bodies.body(bodies.change([bodies.message("interactive", interactive=reply)]))

    def status(self, status: DeliveryStatus, reference: str) -> bytes:
        errors = {"errors": [{"code": 131026, "title": "Undeliverable"}]} if status == "failed" else {}
        one = bodies.status(status, biz_opaque_callback_data=reference, **errors)
        return bodies.body(bodies.change(contacts=[], statuses=[one]))

    def blocking(self, *, blocked: bool) -> bytes:
        return bodies.body()

    def accept(self, call: Call) -> Any:
        # Source: Meta, "Text messages", "Interactive reply buttons messages", "Interactive list messages" and "Media".
        if call.path.endswith("/media"):
            return {"id": "731"}
        text, buttons = self.said(call)
        return (
            {}
            if len(text) > (1024 if buttons else 4096)
            or len(buttons)
            > (10 if "interactive" in call.payload and call.payload["interactive"]["type"] == "list" else 3)
            else {"messages": [{"id": bodies.wamid()}]}
        )

    def said(self, call: Call) -> tuple[str, tuple[str, ...]]:
        if call.path.endswith("/media"):
            return "", ()
        if "document" in call.payload:
            return call.payload["document"]["filename"], ()
        if "text" in call.payload:
            return call.payload["text"]["body"], ()
        if "template" in call.payload:
            return call.payload["template"]["name"], ()
        if "interactive" not in call.payload:
            return "", ()
        inside = call.payload["interactive"]
        rows = [row for section in inside["action"].get("sections", ()) for row in section["rows"]]
        buttons = rows or [one["reply"] for one in inside["action"]["buttons"]]
        return inside["body"]["text"], tuple(one["id"] for one in buttons)


KIT = WhatsAppKit()
