"""The text index: finds contacts by name, username and address, and writes the rows by which they are found.

Rows hold pseudonyms of words, so the table reveals no name. Every write is in one transaction with a check of the
contact's state: once an erasure has raised the write barrier, only the eraser changes index rows of the contact.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chalicelib.contacts.search_words import RULE, beginnings, wanted_words
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import new_id
from chalicelib.dynamo.builder import NEW, Write
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.schema import CONTACT, TEXT, WORDS
from chalicelib.dynamo.tables import MOST_WRITES, Tables
from chalicelib.vault.pseudonyms import TextKey

MOST_OF_A_WORD = 1_000
"""Contacts that are read for one word; when more share a name, other words of the search must tell them apart."""
MOST_FOUND = 50
"""Contacts that one search returns."""
TRIES = 5
"""Attempts while another run indexes the same contact."""


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
        rows = [TEXT.partition(self._text_key.word(word)) for word in sorted(words)]
        with translated_errors():
            return {str(row.sk) for pk in rows for row in IndexRow.query(pk, limit=MOST_OF_A_WORD)}


class NotIndexed(Exception):
    """Nothing was written: the contact is being erased, or is gone and words were to be added."""


class ContactIndex(TextIndex):
    """Searches and writes the index. All methods raise Unavailable."""

    def __init__(self, text_key: TextKey, tables: Tables) -> None:
        super().__init__(text_key)
        self._tables = tables

    def replace(self, contact_id: str, words: Iterable[str]) -> int:
        """Make a contact found by these words and no others; return how many rows changed, 0 for one being erased.

        The contact's list of words is extended before rows are written and shortened after rows are deleted, so that a
        run that dies leaves no row that is not listed. Both updates are conditional on the list's version: of two
        concurrent runs one starts again and sees the other's rows. A contact whose retention ended loses all its rows.
        """
        wanted = {self._text_key.word(word) for word in words}
        for _ in range(TRIES):
            known, version, ended, rule = self._known(contact_id)
            if ended and delete_words(self._tables, contact_id):
                return len(known)
            if known == wanted and (rule == RULE or not version):
                return 0
            try:
                widened = self._remember(contact_id, known | wanted, version, rule=0, adds=bool(wanted))
                if widened is None:
                    continue
                self._rewrite(contact_id, wanted, known - wanted)
                if self._remember(contact_id, wanted, widened) is not None:
                    return len(known ^ wanted)
            except NotIndexed:
                return 0
        raise Unavailable("Others index this contact at the same time; try again.")

    def _known(self, contact_id: str) -> tuple[set[str], str, bool, int]:
        """Return the listed words of a contact, the version of the list ("" when there is none), whether the contact's
        retention ended, and the version of the rule that made the words."""
        row = _listed_words(contact_id)
        if row is None:
            return set(), "", False, 0
        return set(row.words or ()), row.version or "", row.ended_at is not None, int(row.rule or 0)

    def _remember(
        self, contact_id: str, names: set[str], version: str, *, rule: int = RULE, adds: bool = False
    ) -> str | None:
        """Replace the list of `version`; return its new version, or None when it changed meanwhile.

        `rule` 0 marks a list whose rows are still being written: the next run writes them again. Raises NotIndexed.
        """
        fresh, key = new_id(), WORDS.key(contact_id)
        values: dict[str, Any] = {"version": version} if version else {}
        condition = "#version = :version" if version else "attribute_not_exists(#version)"
        if names:
            row = {"contact_id": contact_id, "words": sorted(names), "version": fresh, "rule": rule}
            write = self._tables.put("list", key, row, f"{condition} AND attribute_not_exists(#ended_at)", values)
        else:
            write = self._tables.delete("list", key, condition, values)
        return fresh if self._transact(contact_id, [write], adds=adds) else None

    def _rewrite(self, contact_id: str, wanted: set[str], gone: set[str]) -> None:
        """Write the wanted rows and delete the others. Raises NotIndexed."""
        writes = list(self._changes(contact_id, wanted, gone))
        for start in range(0, len(writes), MOST_WRITES - 1):
            self._transact(contact_id, writes[start : start + MOST_WRITES - 1], adds=bool(wanted))

    def _changes(self, contact_id: str, wanted: set[str], gone: set[str]) -> Iterator[Write]:
        for name in sorted(wanted):
            yield self._tables.put("text", TEXT.key(name, contact_id), {"contact_id": contact_id}, "")
        for name in sorted(gone):
            yield self._tables.delete("text", TEXT.key(name, contact_id))

    def _transact(self, contact_id: str, writes: Sequence[Write], *, adds: bool) -> bool:
        """Run these writes together with the check of the contact; return False when a condition of theirs fails.

        Raises NotIndexed when the contact is being erased, or when it is gone and the writes add something.
        """
        values = {"active": "active"} if adds else {"erasing": "erasing"}
        condition = "#state = :active" if adds else f"{NEW} OR #state <> :erasing"
        contact = self._tables.check("contact", CONTACT.key(contact_id), condition, values)

        def build(refused: frozenset[str]) -> list[Write] | None:
            if "contact" in refused:
                raise NotIndexed
            return None if refused else [contact, *writes]

        return self._tables.transact_until_written(build)


def delete_words(tables: Tables, contact_id: str) -> bool:
    """Delete all index rows of a contact whose retention ended. Repeating it is harmless.

    The list of words is deleted last, so that a run that dies leaves no row that is not listed. Returns False when the
    list changed meanwhile: an indexer is at work and will find that the contact is gone. Raises Unavailable.
    """
    row = _listed_words(contact_id)
    if row is None:
        return True
    for name in row.words or ():
        tables.write(tables.delete("text", TEXT.key(name, contact_id)))
    version = {"version": row.version}
    return tables.write(tables.delete("list", WORDS.key(contact_id), "#version = :version", version))


def _listed_words(contact_id: str) -> IndexRow | None:
    """Return the list of a contact's words."""
    key = WORDS.key(contact_id)
    with translated_errors():
        return next(iter(IndexRow.query(key.pk, IndexRow.sk == key.sk, consistent_read=True)), None)
