"""Replaces the vault key by a new one; everything can be opened at every moment of the rotation.

1. `with_new_key` adds the new key to the secret; readers hold both.
2. The deployment's parameter VaultPublicKey is set to the new key; intake seals to it from then on.
3. `Rotation.reseal` runs twice: the second pass finds what intake sealed while it still used the old key.
4. `without_old_keys` removes the old key once nothing needs it.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.clock import DAY, RAW_DAYS
from chalicelib.core.errors import Conflict
from chalicelib.dynamo.values import AttributeValues, plain_item
from chalicelib.vault import encryption
from chalicelib.vault.encryption import Vault, encode_key, fingerprint, new_pair, seal
from chalicelib.vault.model import ContactKey
from chalicelib.vault.secrets import VAULT_CONTEXT


def wrapped_pair(kms: Any, kms_key: str) -> dict[str, str]:
    """Make a vault key: its id, the public half, and the private half wrapped by KMS."""
    pair = new_pair()
    answer = kms.encrypt(KeyId=kms_key, Plaintext=pair.private, EncryptionContext=VAULT_CONTEXT)
    return {
        "id": fingerprint(pair.public),
        "public": encode_key(pair.public),
        "wrapped": base64.b64encode(answer["CiphertextBlob"]).decode(),
    }


def first_secret(kms: Any, kms_key: str) -> dict[str, Any]:
    """Return the vault secret of a new deployment."""
    key = wrapped_pair(kms, kms_key)
    return {"version": 1, "keys": [key], "current": key["id"]}


def with_new_key(secret: Mapping[str, Any], kms: Any, kms_key: str) -> dict[str, Any]:
    """Return the secret with a new current key beside the old one. Raises Conflict when a rotation is under way."""
    if len(secret["keys"]) > 1:
        raise Conflict("A rotation is under way: run vault-reseal, then vault-end.")
    key = wrapped_pair(kms, kms_key)
    return {**secret, "keys": [*secret["keys"], key], "current": key["id"]}


def without_old_keys(secret: Mapping[str, Any], left: int) -> dict[str, Any]:
    """Return the secret with the current key alone. Raises Conflict while `left` values still need the old one."""
    if left:
        raise Conflict(f"{left} values are still sealed to the old key: run vault-reseal again.")
    return {**secret, "keys": [key for key in secret["keys"] if key["id"] == secret["current"]]}


@dataclass(frozen=True)
class Rotation:
    """Seals anew to the vault key `public` what is sealed to an older one. `now` is in ms."""

    client: Any
    tables: Mapping[str, str]
    vault: Vault
    public: bytes
    now: int

    def reseal(self) -> tuple[int, int]:
        """Run one pass; return how many values were sealed anew and how many are still sealed to an older key.

        Every write is conditional on the value that was read, so that a key destroyed meanwhile stays destroyed.
        """
        moved = 0
        for item in list(self._old()):
            moved += self._move(item)
        return moved, sum(1 for _ in self._old())

    def _old(self) -> Iterator[dict[str, Any]]:
        current = fingerprint(self.public)
        scan = self.client.get_paginator("scan").paginate(TableName=self.tables["keys"], ConsistentRead=True)
        queries = [
            self.client.get_paginator("query").paginate(
                TableName=self.tables["desk"],
                KeyConditionExpression="pk = :day",
                ExpressionAttributeValues={":day": {"S": f"unclear#{self.now // DAY - back}"}},
                ConsistentRead=True,
            )
            for back in range(-1, RAW_DAYS + 1)
        ]
        for pages in (scan, *queries):
            for page in pages:
                yield from (item for raw in page["Items"] if (item := plain_item(raw))["vault_id"] != current)

    def _move(self, item: Mapping[str, Any]) -> bool:
        if "sealed_private" in item:
            key = ContactKey(item["pk"], item["public_key"], item["sealed_private"], item["vault_id"])
            return self._write("keys", {"pk": {"S": item["pk"]}}, "sealed_private", item,
                               self.vault.reseal(key, self.public).sealed_private)  # fmt: skip
        context = encryption.unparsed_part(item["sk"])
        text = self.vault.open_vaulted(item["vault_id"], context, item["raw"])
        where = {"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}}
        return self._write("desk", where, "raw", item, seal(self.public, context, text))

    def _write(self, table: str, key: AttributeValues, attribute: str, item: Mapping[str, Any], sealed: bytes) -> bool:
        try:
            self.client.update_item(
                TableName=self.tables[table],
                Key=key,
                UpdateExpression="SET #value = :new, vault_id = :id",
                ConditionExpression="#value = :read",
                ExpressionAttributeNames={"#value": attribute},
                ExpressionAttributeValues={
                    ":new": {"B": sealed},
                    ":read": {"B": item[attribute]},
                    ":id": {"S": fingerprint(self.public)},
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True
