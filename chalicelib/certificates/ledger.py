"""The ledger: each entry is signed, holds the hash of the entry before it, and is never changed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.certificates.model import Entry, canonical, entry_hash
from chalicelib.core.backoff import TRIES
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.builder import NEW, Refusal, Write
from chalicelib.dynamo.schema import CERTIFICATE, CHAIN, REQUEST
from chalicelib.dynamo.tables import Tables
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import request_of

ALGORITHM = "ECDSA_SHA_256"
_HEAD = CHAIN.key("head")


class Signer:
    """Signs and checks with the deployment's certificate key. All methods raise Unavailable."""

    def __init__(self, kms: Any, key_arn: str) -> None:
        self._kms = kms
        self.key_arn = key_arn

    def sign(self, text: str) -> bytes:
        """Return the signature of a text."""
        try:
            answer = self._kms.sign(
                KeyId=self.key_arn, Message=_digest(text), MessageType="DIGEST", SigningAlgorithm=ALGORITHM
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The certificate could not be signed now; try again.") from error
        signature: bytes = answer["Signature"]
        return signature

    def verifies(self, entry: Entry) -> bool:
        """Whether the deployment's key signed this entry and it is unchanged since."""
        if entry.key_arn != self.key_arn or not entry.whole:
            return False
        try:
            answer = self._kms.verify(
                KeyId=self.key_arn,
                Message=_digest(entry.text),
                MessageType="DIGEST",
                Signature=entry.signature,
                SigningAlgorithm=ALGORITHM,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "KMSInvalidSignatureException":
                return False
            raise Unavailable("The signature could not be checked now; try again.") from error
        except BotoCoreError as error:
            raise Unavailable("The signature could not be checked now; try again.") from error
        return bool(answer["SignatureValid"])


class Ledger:
    """Reads and adds entries. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def entry(self, certificate_id: str, kind: str) -> Entry | None:
        """Return an entry of a certificate by its kind (ISSUED, FINAL), strongly consistent; None when there is
        none."""
        item = self._tables.get(CERTIFICATE.key(certificate_id, kind))
        if not item:
            return None
        return Entry(item["number"], item["body"], item["signature"], item["hash"], item["key_arn"])

    def request_and_head(self, request_id: str) -> tuple[Request | None, Mapping[str, Any]]:
        """Return a request and the head of the chain (empty while the ledger is), by one consistent read."""
        item, end = self._tables.get_at_once([REQUEST.key(request_id), _HEAD])
        return (request_of(item) if item else None), end

    def add(
        self,
        body: Mapping[str, Any],
        signer: Signer,
        beside: Write,
        *,
        end: Mapping[str, Any] | None = None,
    ) -> bool:
        """Append an entry to the chain, in one transaction with the write `beside`. `end` is the head of the chain if
        the caller has just read it.

        Return False when `beside` was refused or the entry exists already: then nothing was written.
        """
        certificate_id, kind = str(body["certificate_id"]), str(body["entry"])
        for attempt in range(TRIES):
            head = self._tables.get(_HEAD) if end is None or attempt else end
            number, before = head.get("number", 0) + 1, head.get("hash", "")
            text = canonical({**body, "number": number, "previous_hash": before})
            signature = signer.sign(text)
            entry = Entry(number, text, signature, entry_hash(text, signature), signer.key_arn)
            refusal = self._append(certificate_id, kind, entry, before, beside)
            if refusal is None:
                return True
            if refusal.roles - {"head", "link"}:
                return False
            self._tables.wait(attempt)
        raise Unavailable("Many certificates are written at once; try again.")

    def _append(self, certificate_id: str, kind: str, entry: Entry, before: str, beside: Write) -> Refusal | None:
        attributes = {
            "certificate_id": certificate_id,
            "number": entry.number,
            "body": entry.text,
            "signature": entry.signature,
            "hash": entry.hash,
            "key_arn": entry.key_arn,
        }
        link = {"number": entry.number, "hash": entry.hash, "certificate_id": certificate_id, "entry": kind}
        values = {"number": entry.number, "hash": entry.hash}
        condition = NEW
        if before:
            values["before"] = before
            condition = "#hash = :before"
        return self._tables.transact(
            [
                self._tables.put("entry", CERTIFICATE.key(certificate_id, kind), attributes),
                self._tables.put("link", CHAIN.key(f"{entry.number:012d}"), link),
                self._tables.update("head", _HEAD, "SET #number = :number, #hash = :hash", condition, values),
                beside,
            ]
        )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
