"""Writes the index rows by which a contact is found, unless it is being erased.

Every write is in one transaction with a check of the contact's state: once an erasure has raised the write barrier,
only the eraser changes index rows of the contact.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.contacts.search_words import RULE
from chalicelib.contacts.text_index import TextIndex, delete_words
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import new_id
from chalicelib.dynamo import keys
from chalicelib.dynamo.bulk import MOST_WRITES
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.transactions import TRIES as MOST_TRIES
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.vault.pseudonyms import TextKey

TRIES = 5
"""Attempts while another run indexes the same contact."""


class NotIndexed(Exception):
    """Nothing was written: the contact is being erased, or is gone and words were to be added."""


class ContactIndex(TextIndex):
    """Searches and writes the index. `wait` sleeps after a conflict and is given the number of the attempt.

    All methods raise Unavailable.
    """

    def __init__(self, text_key: TextKey, client: Any, tables: Mapping[str, str], wait: Callable[[int], None]) -> None:
        super().__init__(text_key)
        self._run = Transactions(client, wait)
        self._writes = Writes(tables)
        self._tables = tables
        self._wait = wait

    def replace(self, contact_id: str, words: Iterable[str]) -> int:
        """Make a contact found by these words and no others; return how many rows changed, 0 for one being erased.

        The contact's list of words is extended before rows are written and shortened after rows are deleted, so that a
        run that dies leaves no row that is not listed. Both updates are conditional on the list's version: of two
        concurrent runs one starts again and sees the other's rows. A contact whose retention ended loses all its rows.
        """
        wanted = {self._text_key.word(word) for word in words}
        for _ in range(TRIES):
            known, version, ended, rule = self._known(contact_id)
            if ended and delete_words(contact_id):
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
        with translated_errors():
            found = list(IndexRow.query(_words(contact_id), IndexRow.sk == "words", consistent_read=True))
        if not found:
            return set(), "", False, 0
        row = found[0]
        return set(row.words or ()), row.version or "", row.ended_at is not None, int(row.rule or 0)

    def _remember(
        self, contact_id: str, names: set[str], version: str, *, rule: int = RULE, adds: bool = False
    ) -> str | None:
        """Replace the list of `version`; return its new version, or None when it changed meanwhile.

        `rule` 0 marks a list whose rows are still being written: the next run writes them again. Raises NotIndexed.
        """
        fresh, pk = new_id(), _words(contact_id)
        values: dict[str, Any] = {"version": version} if version else {}
        condition = "#version = :version" if version else "attribute_not_exists(#version)"
        if names:
            condition += " AND attribute_not_exists(#ended_at)"
        guard = self._writes.update("list", "index", pk, "words", "", condition, values).item["ConditionCheck"]
        if names:
            row = {"contact_id": contact_id, "words": sorted(names), "version": fresh, "rule": rule}
            item = self._writes.put("list", "index", pk, "words", row).item["Put"]["Item"]
            write = Write("list", {"Put": {**{k: v for k, v in guard.items() if k != "Key"}, "Item": item}})
        else:
            write = Write("list", {"Delete": guard})
        return fresh if self._transact(contact_id, [write], adds=adds) else None

    def _rewrite(self, contact_id: str, wanted: set[str], gone: set[str]) -> None:
        """Write the wanted rows and delete the others. Raises NotIndexed."""
        writes = list(self._changes(contact_id, wanted, gone))
        for start in range(0, len(writes), MOST_WRITES - 1):
            self._transact(contact_id, writes[start : start + MOST_WRITES - 1], adds=bool(wanted))

    def _changes(self, contact_id: str, wanted: set[str], gone: set[str]) -> Iterator[Write]:
        for name in sorted(wanted):
            row = {"contact_id": contact_id}
            yield self._writes.put("text", "index", self._row(name), contact_id, row, fresh=False)
        for name in sorted(gone):
            key = {"pk": {"S": self._row(name)}, "sk": {"S": contact_id}}
            yield Write("text", {"Delete": {"TableName": self._tables["index"], "Key": key}})

    def _transact(self, contact_id: str, writes: Sequence[Write], *, adds: bool) -> bool:
        """Run these writes together with the check of the contact; return False when a condition of theirs fails.

        Raises NotIndexed when the contact is being erased, or when it is gone and the writes add something.
        """
        values = {"active": "active"} if adds else {"erasing": "erasing"}
        condition = "#state = :active" if adds else "attribute_not_exists(pk) OR #state <> :erasing"
        contact = self._writes.update("contact", "desk", keys.contact_pk(contact_id), "contact", "", condition, values)
        for attempt in range(MOST_TRIES):
            refusal = self._run.once([contact, *writes])
            if refusal is None:
                return True
            if "contact" in refusal.roles:
                raise NotIndexed
            if refusal.roles:
                return False
            self._wait(attempt)
        raise Unavailable("This contact changes too fast to be indexed now; try again.")


def _words(contact_id: str) -> str:
    return f"words#{contact_id}"
