"""Opens the names and addresses of a contact for the indexer."""

from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.dynamo import keys
from chalicelib.dynamo.rows import get_row
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor


class ContactTexts:
    """Reads names and addresses of contacts. They must not be kept beyond the request."""

    def __init__(self, decryptor: BatchDecryptor) -> None:
        self._decryptor = decryptor

    def read(self, contact_id: str) -> tuple[str, str, dict[str, str]] | None:
        """Return name, username and addresses by kind; None when the contact is gone or erased.

        Raises Unavailable and CannotOpen.
        """
        row = get_row(keys.contact_pk(contact_id), "contact")
        if row is None or row.state != "active":
            return None
        context = encryption.contact_attribute(contact_id, "profile")
        profile = self._decryptor.json(contact_id, context, row.profile)
        if profile is None:
            return None
        addresses = {kind: self._address(contact_id, kind, getattr(row, kind)) for kind in ADDRESS_KINDS}
        found = {kind: address for kind, address in addresses.items() if address}
        return str(profile.get("name", "")), str(profile.get("username", "")), found

    def _address(self, contact_id: str, kind: str, sealed: bytes | None) -> str:
        return self._decryptor.text(contact_id, encryption.contact_attribute(contact_id, kind), sealed) or ""
