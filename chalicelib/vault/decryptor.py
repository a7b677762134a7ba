"""Opens sealed values: many of one request in batches, or one. Opened keys live no longer than their decryptor."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from chalicelib.core.errors import Conflict
from chalicelib.core.observability import count, log
from chalicelib.dynamo.models import KeyRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.schema import KEY
from chalicelib.vault.encryption import CannotOpen, EncryptionContext, Vault, open_json, public_of, unseal
from chalicelib.vault.model import ContactKey


class BatchDecryptor:
    """Opens the sealed values of one request, fetching keys of contacts in batches. Make a new one per request."""

    def __init__(self, vault: Callable[[], Vault]) -> None:
        self._vault = vault
        self._private: dict[str, bytes | None] = {}
        self._closed: set[str] = set()

    def load(self, contact_ids: Iterable[str], *, strong: bool = True) -> None:
        """Fetch the keys of these contacts in one BatchGetItem per hundred; keys fetched before are not read again.

        With `strong` false, at half the cost, a key may come that was destroyed a moment ago: only for lists, and only
        where a consistent read has told who is being erased. Raises Unavailable.
        """
        wanted = [one for one in dict.fromkeys(contact_ids) if one not in self._private]
        if not wanted:
            return
        self._private |= dict.fromkeys(wanted)
        with translated_errors():
            found = list(KeyRow.batch_get(map(KEY.partition, wanted), consistent_read=strong))
        for row in found:
            key = ContactKey(row.pk, row.public_key, row.sealed_private, row.vault_id)
            try:
                self._private[row.pk] = self._vault().open_contact_key(key)
            except CannotOpen:  # raised when a value of this contact is opened: other contacts are not affected
                self._closed.add(row.pk)

    def json(self, contact_id: str, context: EncryptionContext, sealed: bytes | None) -> dict[str, Any] | None:
        """Open a sealed mapping; return None when the contact's key is destroyed, that is, the content is erased.

        Raises CannotOpen when the key exists and the value does not open.
        """
        private = self._key(contact_id)
        return open_json(private, context, sealed) if private and sealed else None

    def text(self, contact_id: str, context: EncryptionContext, sealed: bytes | None) -> str | None:
        """Open a sealed text; return None when the contact's key is destroyed. Raises CannotOpen."""
        private = self._key(contact_id)
        if not private or not sealed:
            return None
        try:
            return unseal(private, context, sealed).decode()
        except UnicodeDecodeError as error:
            raise CannotOpen("This value opens and is not a text.") from error

    def seal_key(self, contact_id: str, claimed: bytes) -> bytes | None:
        """Return the public key to seal to, derived from the contact's private key; None when that is destroyed.

        `claimed` is the public key in the conversation's head. Functions that anyone can call write the head, so
        nothing is sealed to a key that differs from the derived one. Raises Conflict with the code key_mismatch then.
        """
        try:
            private = self._key(contact_id)
        except CannotOpen:
            own = b""
        else:
            if private is None:
                return None
            own = public_of(private)
        if own != claimed:
            log("key_mismatch", level=logging.ERROR, contact_id=contact_id)
            count("KeyMismatch")
            message = "Nothing was stored: the conversation names a key that is not the customer's. Tell on-call."
            raise Conflict(message, code="key_mismatch")
        return own

    def _key(self, contact_id: str) -> bytes | None:
        if contact_id not in self._private:
            self.load([contact_id])
        if contact_id in self._closed:
            raise CannotOpen("The vault cannot open this contact's key.")
        return self._private[contact_id]


class SingleDecryptor(BatchDecryptor):
    """A decryptor that fetches each key by a GetItem. Raises Unavailable."""

    def load(self, contact_ids: Iterable[str], *, strong: bool = True) -> None:  # noqa: ARG002 it always is
        """Fetch the keys of these contacts one by one, strongly consistent; keys fetched before are not read again."""
        for contact_id in contact_ids:
            if contact_id in self._private:
                continue
            self._private[contact_id] = self._fetch(contact_id)

    def _fetch(self, contact_id: str) -> bytes | None:
        with translated_errors(), suppress(KeyRow.DoesNotExist):
            row = KeyRow.get(KEY.partition(contact_id), consistent_read=True)
            key = ContactKey(row.pk, row.public_key, row.sealed_private, row.vault_id)
            return self._vault().open_contact_key(key)
        return None
