"""The text index: writes the rows by which a contact is found by name, username and address (text_search.py).

Rows hold pseudonyms of words, so the table reveals no name. Every write is in one transaction with a check of the
contact's state and with the list of the contact's words. So no row exists that is not listed, and once an erasure has
raised the write barrier, only the eraser changes index rows of the contact.
"""

from collections.abc import Iterable, Sequence

from chalicelib.contacts.search_words import RULE, is_pair
from chalicelib.contacts.text_search import digest
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import new_id
from chalicelib.dynamo.builder import NEW, Write
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.schema import CONTACT, TEXT, WORDS
from chalicelib.dynamo.tables import MOST_WRITES, Tables
from chalicelib.vault.pseudonyms import TextKey

TRIES = 5
"""Attempts while another run indexes the same contact."""
_AT_ONCE = MOST_WRITES - 2
"""Rows of words that one transaction changes, beside the contact and the list."""


class NotIndexed(Exception):
    """Nothing was written: the contact is being erased, or is gone and words were to be added."""


class ContactIndex:
    """Writes the text rows of the table `index`. All methods raise Unavailable."""

    def __init__(self, text_key: TextKey, tables: Tables) -> None:
        self._text_key = text_key
        self._tables = tables

    def replace(self, contact_id: str, words: Iterable[str]) -> int:
        """Make a contact found by these words, as they are indexed, and no others; return how many rows changed, 0 for
        one being erased.

        One transaction does it; very many words take more, and until the last one the list has no rule, so that the
        next run writes again what a run that died has left. Each is conditional on the list's version: of two
        concurrent runs one starts again and sees the other's rows. A contact whose retention ended loses all its rows.
        """
        names = {word: self._text_key.word(word) for word in words}
        wanted = set(names.values())
        digests = b"".join(sorted(digest(name) for word, name in names.items() if not is_pair(word)))
        for _ in range(TRIES):
            known, version, ended, rule = _known(contact_id)
            if ended and delete_words(self._tables, contact_id):
                return len(known)
            if known == wanted and (rule == RULE or not version):
                return 0
            try:
                if self._write(contact_id, known, wanted, version, digests):
                    return len(known ^ wanted)
            except NotIndexed:
                return 0
        raise Unavailable("Others index this contact at the same time; try again.")

    def _write(self, contact_id: str, known: set[str], wanted: set[str], version: str, digests: bytes) -> bool:
        """Write the wanted rows and delete the others of the `known` ones; return False when the list of `version` has
        changed meanwhile. Raises NotIndexed."""
        row = {"contact_id": contact_id, "digests": digests}
        puts = [(name, self._tables.put("text", TEXT.key(name, contact_id), row, "")) for name in sorted(wanted)]
        deletes = [(name, self._tables.delete("text", TEXT.key(name, contact_id))) for name in sorted(known - wanted)]
        changes, listed = puts + deletes, set(known)
        while changes:
            some, changes = changes[:_AT_ONCE], changes[_AT_ONCE:]
            written = {name for name, _ in some}
            listed = listed - written | written & wanted
            fresh = new_id()
            listing = self._listing(contact_id, listed, version, fresh, RULE if not changes else 0)
            if not self._transact(contact_id, [listing, *(write for _, write in some)], adds=bool(wanted)):
                return False
            version = fresh
        return True

    def _listing(self, contact_id: str, names: set[str], version: str, fresh: str, rule: int) -> Write:
        """Return the write that replaces the list of `version` ("" when there is none) by these names, in the version
        `fresh`. `rule` 0 marks a list with which more rows are to be written."""
        key, values = WORDS.key(contact_id), {"version": version} if version else {}
        condition = "#version = :version" if version else "attribute_not_exists(#version)"
        if not names:
            return self._tables.delete("list", key, condition, values)
        row = {"contact_id": contact_id, "words": sorted(names), "version": fresh, "rule": rule}
        return self._tables.put("list", key, row, f"{condition} AND attribute_not_exists(#ended_at)", values)

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
    """Delete all index rows of a contact whose retention ended, with their list. Repeating it is harmless.

    Returns False when the list changed meanwhile: an indexer is at work and will find that the contact is gone. Raises
    Unavailable.
    """
    row = _list_of(contact_id)
    if row is None:
        return True
    gone = [tables.delete("text", TEXT.key(name, contact_id)) for name in row.words or ()]
    gone.append(tables.delete("list", WORDS.key(contact_id), "#version = :version", {"version": row.version}))

    def delete(writes: Sequence[Write]) -> bool:
        return tables.transact_until_written(lambda refused: None if refused else writes)

    return all(delete(gone[start : start + MOST_WRITES]) for start in range(0, len(gone), MOST_WRITES))


def _known(contact_id: str) -> tuple[set[str], str, bool, int]:
    """Return the listed words of a contact, the version of the list ("" when there is none), whether the contact's
    retention ended, and the version of the rule that made the words."""
    row = _list_of(contact_id)
    if row is None:
        return set(), "", False, 0
    return set(row.words or ()), row.version or "", row.ended_at is not None, int(row.rule or 0)


def _list_of(contact_id: str) -> IndexRow | None:
    """Return the list of a contact's words."""
    key = WORDS.key(contact_id)
    with translated_errors():
        return next(iter(IndexRow.query(key.pk, IndexRow.sk == key.sk, consistent_read=True)), None)
