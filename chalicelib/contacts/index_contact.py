"""Indexes a new or changed contact: opens its names and addresses, and makes it found by them."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.contacts.search_words import contact_words
from chalicelib.contacts.text_index import ContactIndex
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.rows import get_row
from chalicelib.dynamo.schema import CONTACT
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor

TRIES = 5
"""Attempts while the contact keeps changing."""


class ContactTexts:
    """Reads names and addresses of contacts. They must not be kept beyond the request."""

    def __init__(self, decryptor: BatchDecryptor) -> None:
        self._decryptor = decryptor

    def read(self, contact_id: str) -> tuple[str, str, dict[str, str]] | None:
        """Return name, username and addresses by kind; None when the contact is gone or erased, or has not consented.

        Raises Unavailable and CannotOpen.
        """
        row = get_row(CONTACT.key(contact_id))
        if row is None or row.state != "active" or row.pending:
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


@dataclass(frozen=True)
class IndexContact:
    """Indexes contacts. Repeating it is harmless."""

    contacts: Callable[[], ContactTexts]
    index: ContactIndex

    def __call__(self, contact_id: str) -> int:
        """Write the index rows of a contact's current names and addresses; return how many rows changed.

        A contact that is gone loses all its rows; one that is being erased is left to the eraser. The contact is read
        again at the end and indexed anew when it changed, so that of two concurrent runs the newer profile wins. Raises
        Unavailable and CannotOpen.
        """
        changed = 0
        for _ in range(TRIES):
            texts = self.contacts().read(contact_id)
            words = contact_words(*texts) if texts else set()
            changed += self.index.replace(contact_id, words)
            if self.contacts().read(contact_id) == texts:
                return changed
        raise Unavailable("The contact changes too fast to be indexed now; try again.")
