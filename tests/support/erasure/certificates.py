"""Certificates that are issued and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib.certificates.ledger import Ledger, Signer
from chalicelib.core.clock import DAY
from chalicelib.core.ids import new_id
from chalicelib.core.kept_for import KeptFor
from chalicelib.dynamo.restore_points import Backups
from chalicelib.dynamo.schema import REQUEST
from chalicelib.dynamo.tables import Tables
from chalicelib.erasure.tasks.completion_certificate import CompletionCertificate
from chalicelib.erasure.tasks.issue_certificate import IssueCertificate
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import RequestStore, request_of
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.sealed_on_requests import secret_hash
from chalicelib.profile.load import load_profile
from local.aws import ministack as embedded
from tests.support.aws import Aws
from tests.support.forgetting import forget_wiring

NOW = 1_763_800_000_000
SECRET = "3k9d7mq2xw8t4r6y0abc"


@dataclass
class Office:
    """The ledger with requests that are ready for their certificates."""

    dynamodb: Any
    tables: Mapping[str, str]
    signer: Signer
    now: int = NOW

    @property
    def requests(self) -> RequestStore:
        return RequestStore(Tables(self.dynamodb, self.tables))

    @property
    def ledger(self) -> Ledger:
        return Ledger(Tables(self.dynamodb, self.tables))

    def request(self, *steps: str, **more: Any) -> Request:
        certificate_id = new_id()
        done = (Step.VERIFIED, Step.WRITES_BLOCKED, Step.KEY_DESTROYED, Step.ABSENT, *steps)
        item: dict[str, Any] = {
            "request_id": new_id(), "kind": "withdrawal", "state": "destroying", "source": "bot",
            "contact_id": new_id(), "conversation_id": new_id(), "channel": "telegram", "account": "100000001",
            "language": "kk", "received_at": self.now - DAY, "deadline_at": self.now + 15 * DAY,
            "alarm_at": self.now + 10 * DAY, "due": "wake#0", "due_at": self.now, "run": 1,
            "steps": {str(step): self.now - 1000 for step in done},
            "counts": {"conversation": {"found": 12, "destroyed": 12, "retained": 0}},
            "identity": "second_press", "certificate_id": certificate_id,
            "secret_hash": secret_hash(certificate_id, SECRET), "policy_version": "1", "policy_hash": "ab" * 32,
            "key_fingerprint": "5e0291c7d4ab0f36", "inventory_hash": "cd" * 32,
        } | more  # fmt: skip
        self.requests.tables.write(self.requests.tables.put("request", REQUEST.key(item["request_id"]), item))
        return request_of(item)

    def issue(self, request: Request) -> dict[str, Any]:
        return IssueCertificate(self.requests, self.ledger, self.signer, load_profile("spoint"), lambda: self.now)(
            request.id
        )

    def finish(self, request: Request) -> dict[str, Any]:
        backups = Backups(self.dynamodb, self.tables)
        task = CompletionCertificate(
            self.requests, backups, self.ledger, self.signer, KeptFor(1095), KeptFor(1095), lambda: self.now
        )
        return task(request.id)

    def recover(self) -> None:
        """Switch point-in-time recovery on, as the deployment does."""
        for name in ("desk", "keys", "ledger"):
            self.dynamodb.update_continuous_backups(
                TableName=self.tables[name],
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            )


@pytest.fixture
def office(aws: Aws, dynamodb_endpoint: str, tables: Mapping[str, str]) -> Office:
    key = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    return Office(embedded.client("dynamodb", dynamodb_endpoint), tables, Signer(aws.client("kms"), key))


@pytest.fixture
def front(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    environment = {f"TABLE_{table.upper()}": real for table, real in office.tables.items()}
    for variable, value in {**environment, "CERTIFICATE_KEY_ARN": office.signer.key_arn}.items():
        monkeypatch.setenv(variable, value)
    forget_wiring()
    from chalicelib.web.intake_function import app

    with Client(app) as client:
        yield client
    forget_wiring()


def post(front: Client, body: str, query: str = "") -> HTTPResponse:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"}
    return front.http.post(f"/certificates{query}", headers=headers, body=body.encode())
