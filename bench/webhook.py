"""One inbound text of Amina, as API Gateway hands it to the function."""

import base64
import hashlib
import hmac
import itertools
import json
from typing import Any

from bench.canned import ACCOUNT, APP_SECRET

PHONE = "77000000107"
_numbers = itertools.count(1)


def event(sent_at: int = 1_795_000_000, phone: str = PHONE) -> dict[str, Any]:
    """Return a signed webhook with a fresh message id of the real form."""
    inner = f"\x1d\x04{phone}\x15\x02\x00\x12\x18\x14{next(_numbers):020X}\x00".encode("latin-1")
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "77000000000", "phone_number_id": ACCOUNT},
        "contacts": [{"profile": {"name": "Амина Сәтбаева"}, "wa_id": phone}],
        "messages": [
            {
                "from": phone,
                "id": "wamid." + base64.b64encode(inner).decode(),
                "timestamp": str(sent_at),
                "type": "text",
                "text": {"body": "Жаңартуды орнаттым, қайта қосылды, бірақ бірінші түбіртек жартылай шықты."},
            }
        ],
    }
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
