"""Telegram."""

import json
from typing import Any

from chalicelib.channels.parts import DeliveryStatus
from tests.channels.conformance.kit import TEXT
from tests.support.channels import bodies
from tests.support.channels.provider import Answer, Call


def _error(status: int, description: str, **parameters: int) -> Answer:
    return status, {"ok": False, "error_code": status, "description": description, "parameters": parameters}, {}


class TelegramKit:
    account = bodies.BOT
    token = f"{bodies.BOT}:a-token"
    address = ("chat", str(bodies.AMINA_CHAT))

    def __init__(self) -> None:
        self.inbound = {"secret": "a-webhook-secret"}
        self.refusals = {
            "permanent": _error(403, "Forbidden: bot was blocked by the user"),
            "stopped": _error(401, "Unauthorized"),
            "too_fast": _error(429, "Too Many Requests: retry after 7", retry_after=7),
        }

    def given(self, address: str) -> dict[str, str]:
        return {"TELEGRAM_API": address}

    def sign(self, body: bytes) -> dict[str, str]:
        return {"x-telegram-bot-api-secret-token": self.inbound["secret"]}

    def challenge(self) -> tuple[dict[str, str], str]:
        return {}, ""

    def text(self, serial: int = 1) -> bytes:
        return bodies.update(**bodies.private(41 + serial, text=TEXT))

    def file(self) -> bytes:
        file = {"file_id": "BQAC", "file_unique_id": "AgAD", "file_name": "receipt.pdf"}
        return bodies.update(**bodies.private(document=file))

    def press(self) -> bytes:
        asked = {"id": "4382", "from": {"id": bodies.AMINA_CHAT}, "data": "yes.1", "message": bodies.private(text="?")}
        return bodies.update("callback_query", **asked)

    def status(self, status: DeliveryStatus, reference: str) -> bytes:
        return bodies.update("poll")

    def blocking(self, *, blocked: bool) -> bytes:
        person = bodies.private()
        state = {"status": "kicked" if blocked else "member"}
        return bodies.update("my_chat_member", **{**person, "new_chat_member": state})

    def accept(self, call: Call) -> Any:
        if not call.path.endswith(("/sendMessage", "/sendDocument")):
            return {"ok": True, "result": True}
        text, buttons = self.said(call)
        if len(text) > 4096 or any(len(one.encode()) > 64 for one in buttons):  # Source: sendMessage in the Bot API
            return {}
        chat = {"id": bodies.AMINA_CHAT, "type": "private"}
        return {"ok": True, "result": {"message_id": 1, "date": bodies.NOW, "chat": chat}}

    def said(self, call: Call) -> tuple[str, tuple[str, ...]]:
        rows = json.loads(call.payload.get("reply_markup", "{}")).get("inline_keyboard", [])
        said = call.payload["document"].name if "document" in call.payload else call.payload.get("text", "")
        return said, tuple(one["callback_data"] for row in rows for one in row)


KIT = TelegramKit()
