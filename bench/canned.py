"""An AWS without a network: every call gets a canned answer, so that only our own processor time is measured."""

import json
from typing import Any

from botocore.awsrequest import AWSResponse

ACCOUNT = "100000000000001"
APP_SECRET = "local-whatsapp-app-secret"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_LAMBDA_FUNCTION_NAME": "intake",
    "TABLE_DESK": "desk",
    "TABLE_KEYS": "keys",
    "TABLE_INDEX": "index",
    "TABLE_LEDGER": "ledger",
    "SECRET_INBOUND": "inbound",
    "VAULT_PUBLIC_KEY": "DmX1V7HFZ4Ojn7CZPI3OSJfTsuEfZQcTAFbKxVWCOW8",
}
INBOUND = {
    "address_key": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s",
    "whatsapp": [{"account": ACCOUNT, "app_secret": APP_SECRET, "verify_token": "token"}],
    "telegram": [],
}
ALIAS = {
    "pk": {"S": "alias#0"},
    "sk": {"S": "alias"},
    "contact_id": {"S": "c" * 20},
    "conversation_id": {"S": "d" * 20},
    "public_key": {"B": "DmX1V7HFZ4Ojn7CZPI3OSJfTsuEfZQcTAFbKxVWCOW8="},
    "epoch": {"N": "1"},
    "ticket_id": {"S": "e" * 20},
    "language": {"S": "kk"},
    "aliases": {"L": [{"S": "f" * 32}]},
    "profile_hash": {"S": "{profile}"},
    "phone_hash": {"S": "f" * 32},
}


class Body:
    """What botocore reads an answer's bytes from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> list[bytes]:
        return [self._content]


class Canned:
    """Answers the calls of a client. `calls` names them; `requests` keeps the parameters of the last of each."""

    def __init__(self) -> None:
        self.alias = ALIAS
        self.calls: list[str] = []

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"]
        operation = (operation.decode() if isinstance(operation, bytes) else operation).rsplit(".", 1)[-1]
        self.calls.append(operation)
        body = json.dumps(self._answer(operation)).encode()
        headers = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "0"}
        return AWSResponse(request.url, 200, headers, Body(body))

    def _answer(self, operation: str) -> dict[str, Any]:
        if operation == "GetItem":
            return {"Item": self.alias}
        if operation == "GetSecretValue":
            return {"SecretString": json.dumps(INBOUND)}
        return {}
