"""Finding contacts by name, username and address, by blind words: the table shows neither a name nor who
shares one."""

from collections.abc import Iterable

from pynamodb.exceptions import DeleteError, PutError

from chalicelib.domain.ids import new_id
from chalicelib.domain.search_words import RULE, beginnings, wanted_words
from chalicelib.errors import Unavailable
from chalicelib.storage.blind import TextKey
from chalicelib.storage.calls import reaching
from chalicelib.storage.models import IndexRow

MOST_OF_A_WORD = 1_000
"""Contacts that are read for one word; of a name that more people share, the other words must tell."""
MOST_FOUND = 50
TRIES = 5


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
        with reaching():
            return {str(row.sk) for name in names for row in IndexRow.query(name, limit=MOST_OF_A_WORD)}

    def replace(self, contact_id: str, words: Iterable[str]) -> int:
        """Make a contact found by these words and no others; return how many rows changed.

        The list of the contact's words is widened first and narrowed last, so that no run that dies leaves a
        row that the next one does not know of. Both are done under the condition that nobody else has changed the
        list meanwhile: of two runs at once one starts again and knows of the other's rows. A contact that has ended
        is found by nothing, whatever it was called.
        """
        wanted = {self._text_key.word(word) for word in words}
        for _ in range(TRIES):
            known, version, ended, rule = self._known(contact_id)
            if ended and forget(contact_id):
                return len(known)
            if known == wanted and (rule == RULE or not version):
                return 0
            widened = self._remember(contact_id, known | wanted, version, rule=0)
            if widened is None:
                continue
            with reaching(), IndexRow.batch_write() as batch:
                for name in wanted:
                    batch.save(IndexRow(self._row(name), contact_id, contact_id=contact_id))
                for name in known - wanted:
                    batch.delete(IndexRow(self._row(name), contact_id))
            if self._remember(contact_id, wanted, widened) is not None:
                return len(known ^ wanted)
        raise Unavailable("Others index this contact at the same time; try again.")

    def _known(self, contact_id: str) -> tuple[set[str], str, bool, int]:
        """Return the words of a contact, the version of their list, "" without one, whether the contact has ended, and
        the rule by which the words were made."""
        with reaching():
            rows = list(IndexRow.query(_words(contact_id), IndexRow.sk == "words", consistent_read=True))
        if not rows:
            return set(), "", False, 0
        row = rows[0]
        return set(row.words or ()), row.version or "", row.ended_at is not None, int(row.rule or 0)

    def _remember(self, contact_id: str, names: set[str], version: str, *, rule: int = RULE) -> str | None:
        """Write the list over the one of `version` and return its new version; None: it is another now. Without a
        `rule` the list is being worked on: whoever finds it so does the work again."""
        fresh = new_id()
        row = IndexRow(
            _words(contact_id), "words", contact_id=contact_id, words=sorted(names), version=fresh, rule=rule
        )
        condition = IndexRow.version == version if version else IndexRow.version.does_not_exist()
        if names:
            condition &= IndexRow.ended_at.does_not_exist()
        try:
            with reaching():
                if names:
                    row.save(condition)
                else:
                    row.delete(condition)
        except (PutError, DeleteError):  # reaching() lets failed conditions alone pass
            return None
        return fresh

    @staticmethod
    def _row(name: str) -> str:
        return f"text#{name}"


def forget(contact_id: str) -> bool:
    """Delete every row by which a contact was found that has ended. It may be done again at any time.

    The list goes last, so that a run that dies leaves no row that the next does not know of. False: the list is
    another by now; an indexer is at it, which sees at its end that the contact is gone. Raises Unavailable.
    """
    try:
        with reaching():
            for row in IndexRow.query(_words(contact_id), IndexRow.sk == "words", consistent_read=True):
                for name in row.words or ():
                    IndexRow(f"text#{name}", contact_id).delete()
                row.delete(IndexRow.version == row.version)
    except DeleteError:  # reaching() lets failed conditions alone pass
        return False
    return True


def _words(contact_id: str) -> str:
    return f"words#{contact_id}"
