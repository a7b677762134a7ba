"""Indexes a new or changed contact, so that it is found by name, username and address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.contacts.search_words import contact_words
from chalicelib.core.errors import Unavailable

if TYPE_CHECKING:
    from chalicelib.contacts.index_store import ContactIndex
    from chalicelib.contacts.texts import ContactTexts

TRIES = 5
"""Attempts while the contact keeps changing."""


@dataclass(frozen=True)
class IndexContact:
    """Indexes contacts. Repeating it is harmless."""

    contacts: Callable[[], "ContactTexts"]
    index: "ContactIndex"

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
