"""Finding contacts by name, username and address, by blind words: the table shows neither a name nor who
shares one."""

from collections.abc import Iterable

from pynamodb.exceptions import DeleteError

from chalicelib.contacts.search_words import beginnings, wanted_words
from chalicelib.dynamo.model_calls import translated_errors
from chalicelib.dynamo.models import IndexRow
from chalicelib.vault.pseudonyms import TextKey

MOST_OF_A_WORD = 1_000
"""Contacts that are read for one word; of a name that more people share, the other words must tell."""
MOST_FOUND = 50


class TextIndex:
    """The text rows of the table `index`. All methods raise Unavailable."""

    def __init__(self, text_key: TextKey) -> None:
        self._text_key = text_key

    def find_contacts(self, typed: str) -> list[str]:
        """Return ids of contacts that have all the words of `typed`, or words that begin so; MOST_FOUND at most, those
        with the whole words first, in no particular order beyond that."""
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
        """Contacts that have at least one of these words."""
        names = [self._row(self._text_key.word(word)) for word in sorted(words)]
        with translated_errors():
            return {str(row.sk) for name in names for row in IndexRow.query(name, limit=MOST_OF_A_WORD)}

    @staticmethod
    def _row(name: str) -> str:
        return f"text#{name}"


def delete_words(contact_id: str) -> bool:
    """Delete every row by which a contact was found that has ended. It may be done again at any time.

    The list goes last, so that a run that dies leaves no row that the next does not know of. False: the list is
    another by now; an indexer is at it, which sees at its end that the contact is gone. Raises Unavailable.
    """
    try:
        with translated_errors():
            for row in IndexRow.query(_words(contact_id), IndexRow.sk == "words", consistent_read=True):
                for name in row.words or ():
                    IndexRow(f"text#{name}", contact_id).delete()
                row.delete(IndexRow.version == row.version)
    except DeleteError:  # reaching() lets failed conditions alone pass
        return False
    return True


def _words(contact_id: str) -> str:
    return f"words#{contact_id}"
