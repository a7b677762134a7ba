"""Opening what is sealed, for the functions that may. An opened key lives no longer than one `Opener`."""

from collections.abc import Callable, Iterable
from typing import Any

from chalicelib.domain.people import ContactKey
from chalicelib.storage.models import KeyRow
from chalicelib.storage.sealing import open_json
from chalicelib.storage.vault import Place, Vault, unseal


class Opener:
    """Opens sealed values of one request. Make a new one per request and drop it afterwards."""

    def __init__(self, vault: Callable[[], Vault]) -> None:
        self._vault = vault
        self._private: dict[str, bytes | None] = {}

    def load(self, contact_ids: Iterable[str]) -> None:
        """Fetch the keys of these contacts in one BatchGetItem per hundred; those already here are not asked again."""
        wanted = [one for one in dict.fromkeys(contact_ids) if one not in self._private]
        if not wanted:
            return
        self._private |= dict.fromkeys(wanted)
        for row in KeyRow.batch_get(wanted, consistent_read=True):
            key = ContactKey(row.pk, row.public_key, row.sealed_private, row.vault_id)
            self._private[row.pk] = self._vault().open_contact_key(key)

    def json(self, contact_id: str, place: Place, sealed: bytes | None) -> dict[str, Any] | None:
        """Open a sealed mapping, or return None when the contact's key is gone: the content is erased.

        Raises CannotOpen when the key is there and the value does not open.
        """
        private = self._key(contact_id)
        return open_json(private, place, sealed) if private and sealed else None

    def text(self, contact_id: str, place: Place, sealed: bytes | None) -> str | None:
        """Open a sealed text, or return None when the contact's key is gone. Raises CannotOpen."""
        private = self._key(contact_id)
        return unseal(private, place, sealed).decode() if private and sealed else None

    def _key(self, contact_id: str) -> bytes | None:
        if contact_id not in self._private:
            self.load([contact_id])
        return self._private[contact_id]
