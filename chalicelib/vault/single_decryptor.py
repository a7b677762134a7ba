"""Opens sealed values of one contact at a time, for functions whose roles may not read keys in batches."""

from collections.abc import Iterable
from contextlib import suppress

from chalicelib.dynamo.model_calls import translated_errors
from chalicelib.dynamo.models import KeyRow
from chalicelib.vault.decryptor import BatchDecryptor
from chalicelib.vault.model import ContactKey


class SingleDecryptor(BatchDecryptor):
    """A decryptor that fetches each key by a GetItem. Raises Unavailable."""

    def load(self, contact_ids: Iterable[str]) -> None:
        """Fetch the keys of these contacts one by one; keys fetched before are not read again."""
        for contact_id in contact_ids:
            if contact_id in self._private:
                continue
            self._private[contact_id] = self._fetch(contact_id)

    def _fetch(self, contact_id: str) -> bytes | None:
        with translated_errors(), suppress(KeyRow.DoesNotExist):
            row = KeyRow.get(contact_id, consistent_read=True)
            key = ContactKey(row.pk, row.public_key, row.sealed_private, row.vault_id)
            return self._vault().open_contact_key(key)
        return None
