"""Bodies as the providers send them, for Amina and Daniyar."""

import base64
import json
from typing import Any

from tests.support.project import PROJECT

NOW = 1_764_000_000
"""The desk's clock in these tests: 24 November 2025."""
NUMBER = "100000000000001"
BOT = "100000001"
AMINA = "77011234567"
AMINA_ID = "KZ.13491208655302741918"
DANIYAR = "77017654321"
DANIYAR_ID = "KZ.24602319766413852029"
AMINA_CHAT = 700000001
PAYLOADS = PROJECT / "tests" / "payloads" / "whatsapp"


def wamid(number: str = AMINA, serial: int = 1) -> str:
    """A message id of the real form: base64 with the person's number inside."""
    inside = b"\x1d\x18" + bytes([len(number)]) + number.encode() + b"\x15\x02\x00\x12\x18\x14" + b"%020X" % serial
    return "wamid." + base64.b64encode(inside + b"\x00").decode()


def message(kind: str = "text", *, serial: int = 1, sender: str | None = AMINA, **fields: Any) -> dict[str, Any]:
    """One message; `fields` replace or add, None takes away."""
    whole = {
        "from": sender,
        "id": wamid(sender or AMINA, serial),
        "timestamp": str(NOW - 60 + serial),
        "type": kind,
        **({"text": {"body": "Сәлеметсіз бе"}} if kind == "text" else {}),
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not None}


def contact(number: str | None = AMINA, user: str | None = None, name: str = "Amina") -> dict[str, Any]:
    return {
        "profile": {"name": name},
        **({"wa_id": number} if number else {}),
        **({"user_id": user} if user else {}),
    }


def status(state: str, *, serial: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": wamid(AMINA, serial),
        "status": state,
        "timestamp": str(NOW - 30 + serial),
        "recipient_id": AMINA,
        **fields,
    }


def change(
    messages: Any = None, *, contacts: Any = None, number: Any = NUMBER, field: Any = "messages", **more: Any
) -> dict[str, Any]:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}, **more}
    if messages is not None:
        value["messages"] = messages
    value["contacts"] = [contact()] if contacts is None else contacts
    return {"field": field, "value": value}


def body(*changes: Any) -> bytes:
    """One body with an entry for each change."""
    entries = [{"id": "102290129340398", "changes": [each]} for each in changes]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def update(kind: str = "message", update_id: int = 900000001, **fields: Any) -> bytes:
    return json.dumps({"update_id": update_id, kind: fields}, ensure_ascii=False).encode()


def private(message_id: Any = 42, sender: Any = None, **fields: Any) -> dict[str, Any]:
    """One private Telegram message of Amina, or of `sender` in her chat."""
    person = {
        "id": AMINA_CHAT,
        "is_bot": False,
        "first_name": "Amina",
        "last_name": "S",
        "username": "amina_s",
    }
    return {
        "message_id": message_id,
        "from": sender or {**person, "language_code": "kk"},
        "chat": {"id": AMINA_CHAT, "type": "private", "first_name": "Amina"},
        "date": NOW - 60,
        **fields,
    }


def samples() -> dict[str, dict[str, Any]]:
    """Every body of tests/payloads/whatsapp, by "file/name"."""
    found = {}
    for path in sorted(PAYLOADS.glob("*.json")):
        for name, sample in json.loads(path.read_text()).items():
            found[f"{path.stem}/{name}"] = sample
    return found
