"""What providers send to the webhooks, and the webhooks that take it."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib.channels.parts import InboundMessage
from chalicelib.vault.encryption import encode_key
from chalicelib.vault.pseudonyms import AddressKey
from tests.support.aws import Aws
from tests.support.forgetting import forget_wiring
from tests.support.intake.desk import Desk
from tests.support.people import AMINA_PHONE, TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, from_daniyar, wamid

REQUEST = "0123456789abcdefghjk"
PAYLOAD = f"erase.confirm.{REQUEST}"


def confirm(desk: Desk, message_id: int = 70) -> InboundMessage:
    details = {"callback_id": f"4382bf{message_id}", "data": PAYLOAD}
    return from_daniyar("Да, удалить", sent_at=desk.seconds, message_id=message_id, kind="callback", details=details)


SECRET, TOKEN, BOT_SECRET = "app-secret", "verify-token", "bot-secret"


@pytest.fixture
def front(desk: Desk, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The intake app wired to real tables and a real secret."""
    key = b"k" * 32
    desk.address_key = AddressKey(key)
    secret = {
        "address_key": encode_key(key),
        "whatsapp": [{"account": WHATSAPP_ACCOUNT, "app_secret": SECRET, "verify_token": TOKEN}],
        "telegram": [{"account": TELEGRAM_ACCOUNT, "secret": BOT_SECRET}],
    }
    name = f"inbound-{desk.tables['desk']}"
    aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
    environment = {f"TABLE_{table.upper()}": real for table, real in desk.tables.items()}
    environment |= {"SECRET_INBOUND": name, "VAULT_PUBLIC_KEY": encode_key(desk.vault_keys.public)}
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    forget_wiring()
    from chalicelib.web.intake_function import app

    with Client(app) as client:
        yield client
    forget_wiring()


def sign(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}


def post(front: Client, body: bytes, headers: dict[str, str] | None = None) -> HTTPResponse:
    return front.http.post("/webhooks/whatsapp", headers=sign(body) if headers is None else headers, body=body)


def update(front: Client, body: Any, secret: str = BOT_SECRET) -> HTTPResponse:
    headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}
    return front.http.post("/webhooks/telegram", headers=headers, body=json.dumps(body).encode())


def value(*messages: dict[str, Any], statuses: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "77000000000", "phone_number_id": WHATSAPP_ACCOUNT},
        "contacts": [{"profile": {"name": "Амина"}, "wa_id": AMINA_PHONE}],
        "messages": list(messages),
        "statuses": list(statuses),
    }


def envelope(*values: dict[str, Any]) -> dict[str, Any]:
    changes = [{"field": "messages", "value": one} for one in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}


def text(desk: Desk, body: str = "Сәлеметсіз бе", **more: Any) -> dict[str, Any]:
    return {"from": AMINA_PHONE, "id": wamid(), "timestamp": str(desk.seconds), "type": "text", "text": {"body": body},
            **more}  # fmt: skip
