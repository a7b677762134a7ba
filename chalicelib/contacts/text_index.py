"""Finds contacts by name, username and address. Rows hold pseudonyms of words, so the table reveals no name."""

from collections.abc import Iterable

from pynamodb.exceptions import DeleteError

from chalicelib.contacts.search_words import beginnings, wanted_words
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.vault.pseudonyms import TextKey

MOST_OF_A_WORD = 1_000
"""Contacts that are read for one word; when more share a name, other words of the search must tell them apart."""
MOST_FOUND = 50
"""Contacts that one search returns."""


class TextIndex:
    """Searches the text rows of the table `index`. All methods raise Unavailable."""

    def __init__(self, text_key: TextKey) -> None:
        self._text_key = text_key

    def find_contacts(self, typed: str) -> list[str]:
        """Return ids of contacts that have all words of `typed`, or words that begin with them, MOST_FOUND at most.

        Contacts with the whole words come first; beyond that the order is arbitrary.
        """
        found: set[str] | None = None
        whole: set[str] | None = None
        for group in wanted_words(typed):
            having = self._having(group)
            begun = {one for word in group for one in beginnings(word, known=bool(having))}
            whole = having if whole is None else whole & having
            having = having | self._having(begun)
            found = having if found is None else found & having
            if not found:
                break
        return [*sorted(whole or ()), *sorted((found or set()) - (whole or set()))][:MOST_FOUND]

    def _having(self, words: Iterable[str]) -> set[str]:
        """Return the contacts that have at least one of these words."""
        names = [self._row(self._text_key.word(word)) for word in sorted(words)]
        with translated_errors():
            return {str(row.sk) for name in names for row in IndexRow.query(name, limit=MOST_OF_A_WORD)}

    @staticmethod
    def _row(name: str) -> str:
        return f"text#{name}"


def delete_words(contact_id: str) -> bool:
    """Delete all index rows of a contact whose retention ended. Repeating it is harmless.

    The list of words is deleted last, so that a run that dies leaves no row that is not listed. Returns False when the
    list changed meanwhile: an indexer is at work and will find that the contact is gone. Raises Unavailable.
    """
    try:
        with translated_errors():
            for row in IndexRow.query(_words(contact_id), IndexRow.sk == "words", consistent_read=True):
                for name in row.words or ():
                    IndexRow(f"text#{name}", contact_id).delete()
                row.delete(IndexRow.version == row.version)
    except DeleteError:  # translated_errors() passes failed conditions on, and nothing else
        return False
    return True


def _words(contact_id: str) -> str:
    return f"words#{contact_id}"
