"""Opens the names and addresses of a contact for the indexer."""

from chalicelib.dynamo.rows import get_row
from chalicelib.dynamo.schema import CONTACT
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor


class ContactTexts:
    """Reads names and addresses of contacts. They must not be kept beyond the request."""

    def __init__(self, decryptor: BatchDecryptor) -> None:
        self._decryptor = decryptor

    def read(self, contact_id: str) -> tuple[str, str, str, str, str] | None:
        """Return name, username, phone, business-scoped id and chat; None when the contact is gone or erased.

        Raises Unavailable and CannotOpen.
        """
        row = get_row(CONTACT.key(contact_id))
        if row is None or row.state != "active":
            return None
        context = encryption.contact_attribute(contact_id, "profile")
        profile = self._decryptor.json(contact_id, context, row.profile)
        if profile is None:
            return None
        return (
            str(profile.get("name", "")),
            str(profile.get("username", "")),
            self._address(contact_id, "phone", row.phone),
            self._address(contact_id, "user", row.user),
            self._address(contact_id, "chat", row.chat),
        )

    def _address(self, contact_id: str, kind: str, sealed: bytes | None) -> str:
        return self._decryptor.text(contact_id, encryption.contact_attribute(contact_id, kind), sealed) or ""
