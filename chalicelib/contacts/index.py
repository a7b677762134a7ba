"""A new or changed contact becomes findable by name, username and address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.contacts.search_words import contact_words
from chalicelib.core.errors import Unavailable

if TYPE_CHECKING:
    from chalicelib.contacts.index_store import ContactIndex
    from chalicelib.contacts.texts import ContactTexts

TRIES = 5


@dataclass(frozen=True)
class IndexContact:
    """Indexes contacts. It may be done again at any time."""

    contacts: Callable[[], "ContactTexts"]
    index: "ContactIndex"

    def __call__(self, contact_id: str) -> int:
        """Make a contact found by what it is called now; return how many rows changed.

        One that is gone is found by nothing; one that is being erased is left to the eraser. It ends only when the
        contact is still as it was read, so that of two runs at once the newer profile wins. Raises Unavailable and
        CannotOpen.
        """
        changed = 0
        for _ in range(TRIES):
            texts = self.contacts().read(contact_id)
            words = contact_words(*texts) if texts else set()
            changed += self.index.replace(contact_id, words)
            if self.contacts().read(contact_id) == texts:
                return changed
        raise Unavailable("The contact changes too fast to be indexed now; try again.")
