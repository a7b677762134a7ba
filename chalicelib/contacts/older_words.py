"""Finds contacts that wait to be indexed again: by words of the rule before (search_words.RULE), as it was done then.

Their rows hold no digests, so the contacts of each word are read and intersected, MOST_OF_A_WORD at most. Once all
contacts are indexed anew these partitions are empty, and the first question ends the search.
"""

from collections.abc import Iterable

from chalicelib.contacts.search_words import WHOLE, begun, wanted_words
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.schema import TEXT
from chalicelib.vault.pseudonyms import TextKey

MOST_OF_A_WORD = 1_000
"""Contacts that are read for one word."""
MOST_FOUND = 50
"""Contacts that one search returns."""


def find_older(text_key: TextKey, typed: str) -> list[str]:
    """Return ids of contacts that have all words of `typed`, or words that begin with them, MOST_FOUND at most; those
    with the whole words come first. Raises Unavailable."""
    found: set[str] | None = None
    whole: set[str] | None = None
    for group in wanted_words(typed):
        having = _having(text_key, group)
        near = {begun(word) for word in group if not (having and len(word) > WHOLE)} - {""}
        whole = having if whole is None else whole & having
        having = having | _having(text_key, near)
        found = having if found is None else found & having
        if not found:
            break
    return [*sorted(whole or ()), *sorted((found or set()) - (whole or set()))][:MOST_FOUND]


def _having(text_key: TextKey, words: Iterable[str]) -> set[str]:
    """Return the contacts that have at least one of these words."""
    rows = [TEXT.partition(text_key.word(word)) for word in sorted(words)]
    with translated_errors():
        return {str(row.sk) for pk in rows for row in IndexRow.query(pk, limit=MOST_OF_A_WORD)}
