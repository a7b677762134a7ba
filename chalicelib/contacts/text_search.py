"""Finds contacts by name, username and address in the text index, however many there are.

Rows hold pseudonyms of words, so the table reveals no name. Each row of a word says by digests which other words its
contact has. So a search reads the rows of one word only, or of two together, and knows of each whether all that was
typed fits (docs/adr/0031-a-search-reads-one-word.md). text_index.py writes them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chalicelib.contacts.older_words import find_older
from chalicelib.contacts.search_words import BEGUN, WHOLE, begun, indexed, pair, wanted_words
from chalicelib.core.errors import BadInput
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.schema import TEXT
from chalicelib.vault.pseudonyms import TextKey

MOST_FOUND = 25
"""Contacts on one page of a search."""
MOST_READ = 400
"""Rows that one page of a search reads at most. A row has some 200 B, so this is 10 RU."""
COUNTED = 100
"""Rows of each word that are counted to tell which word fewest people have."""
MOST_COUNTED = 3
"""Words that are counted, the longest ones."""
_AT_ONCE = 100
"""Rows that one query reads."""
_BEST = 2
"""Ways that are gone one after the other until one leads to somebody."""
_DIGEST = 4
"""Bytes of a digest. Of a contact's 60 words one is taken for another in 70 million cases."""
_CURSOR = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9A-Za-z]{1,40})")


class Found(NamedTuple):
    """Ids of contacts, and the cursor of the next page; "" when there is none. A page may be empty and still have a
    next one, because only part of the index was read."""

    contacts: list[str]
    next: str = ""


class _Word(NamedTuple):
    """One of the words that were typed, in all its readings, and their digests: `whole` of those who have it, `begins`
    also of those who have a word that begins with it, `near` also of those whose word begins as it does."""

    words: tuple[str, ...]
    whole: frozenset[bytes]
    begins: frozenset[bytes]
    near: frozenset[bytes]


class _Place(NamedTuple):
    """Rows to read: a partition, and what the digests of a row must have one of each of. Rows that have one of each of
    `given` stand in a place before."""

    partition: str
    needs: tuple[frozenset[bytes], ...]
    given: tuple[frozenset[bytes], ...] = ()

    def takes(self, digests: frozenset[bytes]) -> bool:
        """Whether a row with these digests is found here."""
        if not all(digests & need for need in self.needs):
            return False
        return not self.given or not all(digests & need for need in self.given)


class TextSearch:
    """Searches the text rows of the table `index`."""

    def __init__(self, text_key: TextKey) -> None:
        self._text_key = text_key

    def find_contacts(self, typed: str, after: str = "") -> Found:
        """Return a page of the contacts that have all words of `typed`, or words that begin with them: first those with
        the whole words; beyond that the order is arbitrary. `after` is the cursor of the page before.

        Raises Unavailable, and BadInput for a cursor that is none of this search.
        """
        words = [self._word(group) for group in wanted_words(typed)]
        ways = self._ways(words)
        if after:
            way, place, last = _cursor(after, ways)
            return self._page(ways, way, place, last)
        older = find_older(self._text_key, typed)  # first, because an indexer may move a contact at this moment
        found = self._first_page(ways)
        return Found(list(dict.fromkeys([*found.contacts, *older])), found.next)

    def _first_page(self, ways: Sequence[Sequence[_Place]]) -> Found:
        """Go the two best ways until one leads to somebody, else the one of the word that fewest people have."""
        for way in range(len(ways[:_BEST])):
            found = self._page(ways, way)
            if found.contacts or found.next:
                return found
        others = range(_BEST, len(ways))
        return self._page(ways, min(others, key=lambda way: self._size(ways[way]))) if others else Found([])

    def _page(self, ways: Sequence[Sequence[_Place]], way: int, first: int = 0, last: str = "") -> Found:
        """Read the places of one way, from the `first` on and after the contact `last`."""
        found: dict[str, None] = {}
        left = MOST_READ
        for number, place in enumerate(ways[way][first:], first):
            for row in _rows(place, last, left):
                left -= 1
                if row.sk not in found and place.takes(_split(row.digests)):
                    if len(found) == MOST_FOUND:
                        return Found(list(found), f"{way}-{number}-{last or 0}")
                    found[row.sk] = None
                last = row.sk
            if not left:
                return Found(list(found), f"{way}-{number}-{last}")
            last = ""
        return Found(list(found))

    def _size(self, places: Sequence[_Place]) -> int:
        """Return how many rows these places hold, each counted to COUNTED."""
        with translated_errors():
            return sum(
                1 for place in places for _ in IndexRow.query(place.partition, limit=COUNTED, attributes_to_get=["pk"])
            )

    # -- where to look

    def _ways(self, words: Sequence[_Word]) -> list[list[_Place]]:
        """Return the ways by which contacts can be found: _BEST ones, the second for when nobody has the whole words,
        then one for each of the longest words.

        An address or a number is rarer than any name, so nothing but its own rows is read. Two words of a name are
        looked for together. When they are no pair, such as a name and a part of a username, one word of them is.
        """
        if not words:
            return []
        rare = [word for word in words if any(":" in one for one in word.words)]
        if rare or len(words) == 1:
            first = max(rare or words, key=_length)
            whole, begins, near = self._by_word(first, words)
            return [whole + begins, near]
        longest = sorted(words, key=_length, reverse=True)
        each = [self._by_word(one, words) for one in longest[:MOST_COUNTED]]
        return [*self._by_pair(words), *(whole + begins + near for whole, begins, near in each)]

    def _by_word(self, word: _Word, words: Sequence[_Word]) -> tuple[list[_Place], list[_Place], list[_Place]]:
        """Return the rows of a word, of words that begin with it, and of words that begin as it does."""
        needs = tuple(other.near for other in words if other is not word)
        starts = [(begun(one), len(one) > WHOLE) for one in word.words if begun(one)]
        return (
            [self._place(one, needs) for one in word.words],
            [self._place(start, needs, (word.whole,)) for start, longer in starts if not longer],
            [self._place(start, needs, (word.whole,)) for start, longer in starts if longer],
        )

    def _by_pair(self, words: Sequence[_Word]) -> list[list[_Place]]:
        """Return the rows of two words together: those who have all words, then those who have words that begin with
        them; and as another way those whose words begin as they do."""
        one, other = (word.words[0] for word in sorted(words, key=_length, reverse=True)[:2])
        whole, begins, near = zip(*((word.whole, word.begins, word.near) for word in words), strict=True)
        together, begun_together = pair(one, other, WHOLE), pair(one, other, BEGUN)
        lengths = [_length(word) for word in words]
        best = [self._place(together, whole)]
        if any(BEGUN <= length <= WHOLE for length in lengths):
            best.append(self._place(begun_together, begins, whole))
        longer = together if len(other) >= WHOLE else begun_together
        return [best, [self._place(longer, near)] if max(lengths) > WHOLE else []]

    def _place(
        self, word: str, needs: tuple[frozenset[bytes], ...], given: tuple[frozenset[bytes], ...] = ()
    ) -> _Place:
        return _Place(TEXT.partition(self._text_key.word(indexed(word))), needs, given)

    def _word(self, group: set[str]) -> _Word:
        def digests(words: Iterator[str]) -> frozenset[bytes]:
            return frozenset(digest(self._text_key.word(indexed(one))) for one in words if one)

        whole = digests(iter(group))
        begins = whole | digests(begun(one) for one in group if len(one) <= WHOLE)
        return _Word(tuple(sorted(group)), whole, begins, begins | digests(map(begun, group)))


def digest(name: str) -> bytes:
    """Return the digest of a word's pseudonym."""
    return bytes.fromhex(name)[:_DIGEST]


def _split(digests: bytes | None) -> frozenset[bytes]:
    joined = digests or b""
    return frozenset(joined[start : start + _DIGEST] for start in range(0, len(joined), _DIGEST))


def _length(word: _Word) -> int:
    return max(map(len, word.words))


def _rows(place: _Place, last: str, most: int) -> Iterator[IndexRow]:
    """Yield rows of a place, `most` at most, read as they are needed. Raises Unavailable."""
    beyond = IndexRow.sk > last if last else None
    at_once = _AT_ONCE if place.needs else MOST_FOUND + 1
    with translated_errors():
        yield from IndexRow.query(place.partition, beyond, limit=most, page_size=at_once)


def _cursor(after: str, ways: Sequence[Sequence[_Place]]) -> tuple[int, int, str]:
    found = _CURSOR.fullmatch(after)
    way, place = (int(found[1]), int(found[2])) if found else (len(ways), 0)
    if not found or way >= len(ways) or place >= len(ways[way]):
        raise BadInput("This cursor is not one of ours, or belongs to another search. Begin at the first page.")
    return way, place, found[3]
