"""The ledger: each entry is signed, holds the hash of the entry before it, and is never changed."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.certificates.model import Entry, canonical, entry_hash
from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo import keys
from chalicelib.dynamo.client_calls import get_item
from chalicelib.dynamo.transactions import Refusal, Transactions
from chalicelib.dynamo.values import plain_item
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import request_of

ALGORITHM = "ECDSA_SHA_256"


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

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._tables = tables
        self._writes = Writes(tables)
        self._run = Transactions(client, sleep_with_jitter)

    def entry(self, certificate_id: str, kind: str) -> Entry | None:
        """Return an entry of a certificate by its kind (ISSUED, FINAL), strongly consistent; None when there is
        none."""
        item = self._get(f"certificate#{certificate_id}", kind)
        if not item:
            return None
        return Entry(item["number"], item["body"], item["signature"], item["hash"], item["key_arn"])

    def request_and_head(
        self, request_id: str, wait: Callable[[int], None] = sleep_with_jitter
    ) -> tuple[Request | None, Mapping[str, Any]]:
        """Return a request and the head of the chain (empty while the ledger is), by one consistent read."""
        places = (("desk", keys.request_pk(request_id), "request"), ("ledger", "chain", "head"))
        gets = [
            {"Get": {"TableName": self._tables[table], "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}
            for table, pk, sk in places
        ]
        for attempt in range(TRIES):
            try:
                answer = self._client.transact_get_items(TransactItems=gets)
            except ClientError as error:
                if error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise Unavailable("The storage did not answer; try again.") from error
                wait(attempt)  # another certificate is just being entered
                continue
            except BotoCoreError as error:
                raise Unavailable("The storage did not answer; try again.") from error
            item, end = (plain_item(one.get("Item", {})) for one in answer["Responses"])
            return (request_of(item) if item else None), end
        raise Unavailable("Many certificates are written at once; try again.")

    def add(
        self,
        body: Mapping[str, Any],
        signer: Signer,
        beside: Write,
        wait: Callable[[int], None] = sleep_with_jitter,
        *,
        end: Mapping[str, Any] | None = None,
    ) -> bool:
        """Append an entry to the chain, in one transaction with the write `beside`. `end` is the head of the chain if
        the caller has just read it.

        Return False when `beside` was refused or the entry exists already: then nothing was written.
        """
        certificate_id, kind = str(body["certificate_id"]), str(body["entry"])
        for attempt in range(TRIES):
            head = self._get("chain", "head") if end is None or attempt else end
            number, before = head.get("number", 0) + 1, head.get("hash", "")
            text = canonical({**body, "number": number, "previous_hash": before})
            signature = signer.sign(text)
            entry = Entry(number, text, signature, entry_hash(text, signature), signer.key_arn)
            refusal = self._append(certificate_id, kind, entry, before, beside)
            if refusal is None:
                return True
            if refusal.roles - {"head", "link"}:
                return False
            wait(attempt)
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
        condition = "attribute_not_exists(pk)"
        if before:
            values["before"] = before
            condition = "#hash = :before"
        return self._run.once(
            [
                self._writes.put("entry", "ledger", f"certificate#{certificate_id}", kind, attributes),
                self._writes.put("link", "ledger", "chain", f"{entry.number:012d}", link),
                self._writes.update(
                    "head", "ledger", "chain", "head", "SET #number = :number, #hash = :hash", condition, values
                ),
                beside,
            ]
        )

    def _get(self, pk: str, sk: str) -> dict[str, Any]:
        return get_item(self._client, self._tables["ledger"], pk, sk)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
