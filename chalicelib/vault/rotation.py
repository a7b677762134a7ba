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

from chalicelib.core.clock import DAY, RAW_DAYS
from chalicelib.core.errors import Conflict
from chalicelib.dynamo.schema import KEY, UNPARSED, Key
from chalicelib.dynamo.tables import Tables
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
    """Seals anew to the vault key `public` what is sealed to an older one. `now` is in ms. Raises Unavailable."""

    tables: Tables
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
        return (row for row in self._rows() if row["vault_id"] != current)

    def _rows(self) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] | None = None
        while start != {}:
            page = self.tables.scan("keys", start=start, strong=True)
            yield from page.rows
            start = page.next
        for back in range(-1, RAW_DAYS + 1):
            for page in self.tables.pages(UNPARSED.partition(self.now // DAY - back)):
                yield from page.rows

    def _move(self, row: Mapping[str, Any]) -> bool:
        if "sealed_private" in row:
            key = ContactKey(row["pk"], row["public_key"], row["sealed_private"], row["vault_id"])
            sealed = self.vault.reseal(key, self.public).sealed_private
            return self._write(KEY.key(row["pk"]), "sealed_private", row, sealed)
        context = encryption.unparsed_part(row["sk"])
        text = self.vault.open_vaulted(row["vault_id"], context, row["raw"])
        return self._write(Key("desk", row["pk"], row["sk"]), "raw", row, seal(self.public, context, text))

    def _write(self, key: Key, attribute: str, row: Mapping[str, Any], sealed: bytes) -> bool:
        values = {"new": sealed, "read": row[attribute], "id": fingerprint(self.public)}
        expression = f"SET #{attribute} = :new, vault_id = :id"
        return self.tables.write(self.tables.update("value", key, expression, f"#{attribute} = :read", values))
