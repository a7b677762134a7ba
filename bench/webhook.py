"""What Meta sends to our webhook, as API Gateway hands it to the function: texts, pictures and statuses."""

import base64
import hashlib
import hmac
import itertools
import json
from typing import Any

from bench.canned import ACCOUNT, APP_SECRET

PHONE, NAME = "77000000107", "Амина Сәтбаева"
TEXT = "Жаңартуды орнаттым, қайта қосылды, бірақ бірінші түбіртек жартылай шықты."
_numbers = itertools.count(1)


def event(
    sent_at: int = 1_795_000_000, phone: str = PHONE, name: str = NAME, text: str = TEXT, *, picture: bool = False
) -> dict[str, Any]:
    """Return a customer's message, a text or a picture with a text, under a fresh id of the real form."""
    inner = f"\x1d\x04{phone}\x15\x02\x00\x12\x18\x14{next(_numbers):020X}\x00".encode("latin-1")
    image = {"id": "1013859600285441", "mime_type": "image/jpeg", "sha256": "29ed5", "caption": text}
    message = {
        "from": phone,
        "id": "wamid." + base64.b64encode(inner).decode(),
        "timestamp": str(sent_at),
        **({"type": "image", "image": image} if picture else {"type": "text", "text": {"body": text}}),
    }
    return _signed({"contacts": [{"profile": {"name": name}, "wa_id": phone}], "messages": [message]})


def status(provider_id: str, state: str, at: int, phone: str = PHONE) -> dict[str, Any]:
    """Return a report on a message of ours."""
    return _signed(
        {"statuses": [{"id": provider_id, "status": state, "timestamp": str(at), "recipient_id": phone}]},
    )


def _signed(told: dict[str, Any]) -> dict[str, Any]:
    metadata = {"display_phone_number": "77000000000", "phone_number_id": ACCOUNT}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **told}
    envelope = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }
    body = json.dumps(envelope, ensure_ascii=False)
    signature = "sha256=" + hmac.new(APP_SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature, "Accept": "*/*"}
    return {
        "resource": "/webhooks/whatsapp",
        "path": "/webhooks/whatsapp",
        "httpMethod": "POST",
        "requestContext": {"httpMethod": "POST", "resourcePath": "/webhooks/whatsapp", "identity": {}},
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": None,
        "queryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": body,
        "isBase64Encoded": False,
    }
