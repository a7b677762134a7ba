"""Secrets, queues, the bucket of mail and settings of workers as Lambda calls them."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.vault.encryption import encode_key, fingerprint
from chalicelib.vault.secrets import VAULT_CONTEXT
from local.aws.ministack import REGION
from tests.support.aws import Aws
from tests.support.delivery.desk import DeliveryDesk
from tests.support.forgetting import forget_wiring


def secret_values(desk: DeliveryDesk, aws: Aws) -> dict[str, Any]:
    kms = aws.client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    wrapped = kms.encrypt(KeyId=key_id, Plaintext=desk.vault_keys.private, EncryptionContext=VAULT_CONTEXT)
    name = fingerprint(desk.vault_keys.public)
    private = base64.b64encode(wrapped["CiphertextBlob"]).decode()
    key = {"id": name, "wrapped": private, "public": encode_key(desk.vault_keys.public)}
    return {
        "vault": {"version": 1, "keys": [key], "current": name},
        "inbound": {"address_key": encode_key(b"a" * 32), "whatsapp": [], "telegram": []},
        "outbound": json.loads(desk.vaulted.get_secret_value("")["SecretString"]),
        "text-key": {"text_key": encode_key(b"t" * 32)},
    }


@pytest.fixture
def queues(desk: DeliveryDesk, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    sqs, prefix, manager = aws.client("sqs"), desk.tables["desk"], aws.client("secretsmanager")
    for name, value in secret_values(desk, aws).items():
        manager.create_secret(Name=f"{prefix}-{name}", SecretString=json.dumps(value))
        monkeypatch.setenv(f"SECRET_{name.upper().replace('-', '_')}", f"{prefix}-{name}")
    fifo = sqs.create_queue(QueueName=f"{prefix}-w.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    urls = {"doorbell": fifo} | {
        name: sqs.create_queue(QueueName=f"{prefix}-w-{name}")["QueueUrl"] for name in ("retry", "dating", "indexing")
    }
    for name, url in urls.items():
        monkeypatch.setenv(f"QUEUE_{name.upper()}", url)
    for name, table in desk.tables.items():
        monkeypatch.setenv(f"TABLE_{name.upper()}", table)
    aws.client("s3").create_bucket(Bucket=f"{prefix}-w-mail", CreateBucketConfiguration={"LocationConstraint": REGION})
    monkeypatch.setenv("MAIL_BUCKET", f"{prefix}-w-mail")
    monkeypatch.setenv("WHATSAPP_API", f"{desk.provider.address}/v23.0")
    monkeypatch.setenv("TELEGRAM_API", desk.provider.address)
    forget_wiring()
    yield urls
    forget_wiring()


@pytest.fixture
def at_a_full_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers' clock stands at the begin of an hour, when a sweep does what it does each hour and each ten minutes
    too. To be asked for before `queues`."""
    file = tmp_path / "clock"
    file.write_text(str(3600 - round(time.time()) % 3600))
    monkeypatch.setenv("CLOCK_FILE", str(file))
    forget_wiring()


def batch(*bodies: Mapping[str, str]) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{n}", "body": json.dumps(body)} for n, body in enumerate(bodies)]}
