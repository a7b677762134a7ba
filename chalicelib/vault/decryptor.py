"""Opening what is sealed, for the functions that may. An opened key lives no longer than one `Opener`."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from chalicelib.core.errors import Conflict
from chalicelib.core.observability import count, log
from chalicelib.dynamo.models import KeyRow
from chalicelib.vault.model import ContactKey
from chalicelib.vault.sealing import open_json
from chalicelib.vault.vault import CannotOpen, EncryptionContext, Vault, public_of, unseal


class BatchDecryptor:
    """Opens sealed values of one request. Make a new one per request and drop it afterwards."""

    def __init__(self, vault: Callable[[], Vault]) -> None:
        self._vault = vault
        self._private: dict[str, bytes | None] = {}
        self._closed: set[str] = set()

    def load(self, contact_ids: Iterable[str]) -> None:
        """Fetch the keys of these contacts in one BatchGetItem per hundred; those already here are not asked again."""
        wanted = [one for one in dict.fromkeys(contact_ids) if one not in self._private]
        if not wanted:
            return
        self._private |= dict.fromkeys(wanted)
        for row in KeyRow.batch_get(wanted, consistent_read=True):
            key = ContactKey(row.pk, row.public_key, row.sealed_private, row.vault_id)
            try:
                self._private[row.pk] = self._vault().open_contact_key(key)
            except CannotOpen:  # said when a value of this contact is asked for: the others can be opened
                self._closed.add(row.pk)

    def json(self, contact_id: str, context: EncryptionContext, sealed: bytes | None) -> dict[str, Any] | None:
        """Open a sealed mapping, or return None when the contact's key is gone: the content is erased.

        Raises CannotOpen when the key is there and the value does not open.
        """
        private = self._key(contact_id)
        return open_json(private, context, sealed) if private and sealed else None

    def text(self, contact_id: str, context: EncryptionContext, sealed: bytes | None) -> str | None:
        """Open a sealed text, or return None when the contact's key is gone. Raises CannotOpen."""
        private = self._key(contact_id)
        if not private or not sealed:
            return None
        try:
            return unseal(private, context, sealed).decode()
        except UnicodeDecodeError as error:
            raise CannotOpen("This value opens and is not a text.") from error

    def seal_key(self, contact_id: str, claimed: bytes) -> bytes | None:
        """Return the public key to seal to, made from the contact's own private key; None when that is gone.

        `claimed` is what the conversation's head says. The head can be written by functions that anyone can call:
        when it names another key, nothing may be sealed to it. Raises Conflict with the code key_mismatch.
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
