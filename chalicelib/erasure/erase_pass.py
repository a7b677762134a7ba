"""Runs one erase pass over the stores of a person: what is deleted, in which order, and what is counted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.channels import registry
from chalicelib.core.errors import DeskError
from chalicelib.core.observability import log
from chalicelib.dynamo.schema import TEXT, WORDS, Key
from chalicelib.erasure.counts import StoreListing, row_mark
from chalicelib.erasure.eraser import ExistingRows
from chalicelib.erasure.inventory import (
    ALIAS_ROWS,
    CONTACT_ROWS,
    CONVERSATION_ROWS,
    FILES,
    LINK_ROWS,
    TICKET_ROWS,
    WORD_ROWS,
)
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.erasure.eraser import Eraser

Counts = dict[str, dict[str, int]]
Late = Mapping[str, set[bytes]]
"""Marks of rows by store that came after the inventory."""


@dataclass
class ErasureCounts:
    """How many rows were deleted in each store, and which stores are emptied (`through`)."""

    deleted: dict[str, int] = field(default_factory=dict)
    through: set[str] = field(default_factory=set)

    def add(self, store: str, number: int) -> None:
        """Count deleted rows."""
        self.deleted[store] = self.deleted.get(store, 0) + number

    def counts(self, request: Request, stores: Mapping[str, StoreListing], late: Late) -> Counts:
        """Return the request's counts after this run.

        Found are the rows that the inventory counted and the late ones, which are written down before they are deleted.
        In an emptied store all of them count as destroyed, whichever run deleted them; before that the runs that ended
        are added up.
        """
        counts = {name: dict(numbers) for name, numbers in request.counts.items()}
        for name in {*self.deleted, *self.through, *late}:
            numbers = counts.setdefault(name, {"found": 0, "destroyed": 0, "retained": 0})
            store, deleted = stores.get(name), numbers["destroyed"] + self.deleted.get(name, 0)
            if store is None or store.marks is None:
                found = max(numbers["found"], deleted) if name in self.through else numbers["found"]
            else:
                found = store.rows + len(late.get(name, ()))
            numbers["found"] = found
            numbers["destroyed"] = found if name in self.through else min(found, deleted)
        return counts


@dataclass
class ErasePass:
    """One run of a pass. `final` is the second pass, after all writers have ended. `left` are rows, by store, that the
    last transaction of the pass deletes. `record` writes down marks of late rows before they are deleted. `held` counts
    rows that a sender may still need, `named` are the rows that the inventory lists by name."""

    store: "Eraser"
    request: Request
    stores: Mapping[str, StoreListing]
    final: bool
    record: Callable[[str, set[bytes]], None]
    deleted_counts: ErasureCounts = field(default_factory=ErasureCounts)
    errors: list[DeskError] = field(default_factory=list)
    left: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    held: int = 0
    named: ExistingRows = field(default_factory=ExistingRows)
    late: dict[str, set[bytes]] = field(default_factory=dict)

    def run(self, now: int, late: Callable[[], bool]) -> bool:
        """Empty all stores except the rows left to `end`; return whether there was time enough (`late` says when there
        is not). A store that fails does not stop the others."""
        # Tickets need no second pass: a write on one demands that it exists, and a new one demands the epoch.
        parts: tuple[Callable[[], bool], ...] = (self._files, lambda: self._conversation(now, late), self._contact)
        for part in parts if self.final else (self._tickets, *parts):
            try:
                if not part():
                    return False
            except DeskError as error:
                self._failed(error)
        return True

    def _failed(self, error: DeskError) -> None:
        log("erasing_failed", request_id=self.request.id, code=error.code)
        self.errors.append(error)

    def _names(self, store: str) -> tuple[str, ...]:
        return self.stores.get(store, StoreListing()).names

    @property
    def counts(self) -> Counts:
        """The request's counts after this run."""
        return self.deleted_counts.counts(self.request, self.stores, self.late)

    @property
    def _since(self) -> int:
        return self.request.at(Step.INVENTORIED)

    def _note(self, name: str, rows: Iterable[str]) -> None:
        """Write down and count rows that the inventory does not know; not for an inventory of the release before, which
        holds no marks."""
        store = self.stores.get(name)
        if store is None or store.marks is None:
            return
        listed = frozenset(store.names)
        late = self.late.get(name, set())
        fresh = {row_mark(row) for row in rows if row not in listed} - store.marks - store.late - late
        if fresh:
            self.record(name, fresh)
            self.late[name] = late | fresh

    def _tickets(self) -> bool:
        links = self._names(LINK_ROWS) if registry.channel(self.request.channel).statuses else ()
        names = self._names(TICKET_ROWS), self._names(ALIAS_ROWS), links
        self.named = self.store.named(self.request.contact_id, *names, self._since)
        self._note(LINK_ROWS, self.named.counted)
        self.store.delete([*self.named.tickets, *self.named.parked])
        self.deleted_counts.add(TICKET_ROWS, len(self.named.tickets))
        self.deleted_counts.add(LINK_ROWS, len(self.named.parked))
        self.deleted_counts.through.add(TICKET_ROWS)
        return True

    def _files(self) -> bool:
        deleted = self.store.files(self.request.contact_id, self.request.conversation_id, self._note)
        self.deleted_counts.add(FILES, deleted)
        self.deleted_counts.through.add(FILES)
        return True

    def _conversation(self, now: int, late: Callable[[], bool]) -> bool:
        where = self.request.conversation_id, self.request.channel, now
        listed = self._names(LINK_ROWS) if self.named.whole else ()
        for chunk in self.store.conversation(*where, listed, final=self.final, since=self._since, note=self._note):
            self.deleted_counts.add(CONVERSATION_ROWS, chunk.rows)
            self.deleted_counts.add(LINK_ROWS, chunk.links)
            self.held += chunk.held
            self.left[CONVERSATION_ROWS] = chunk.rest
            if chunk.more and late():
                return False
        self.deleted_counts.through.add(LINK_ROWS)
        return True

    def _contact(self) -> bool:
        """Leave the contact's rows to the end of the pass, once the tickets are deleted. Until then the contact must
        stay: its state says that the person is being erased, and keeps a remaining ticket from being shown and
        changed."""
        if self.final or TICKET_ROWS in self.deleted_counts.through:
            self.left[CONTACT_ROWS] = self.store.contact(self.request.contact_id, self._since, self._note)
        return True

    def end(self, finish: Callable[[Counts], "Write"]) -> None:
        """Delete the rows that are found by name and those that are left, in one transaction with the step of the pass,
        which `finish` makes of the counts. When a store has failed the step is not written.

        The list of words stays until the final pass, because an indexer that read the contact before the write barrier
        writes its words to the list before it writes their rows. The final pass counts only words that are new there.
        """
        request, texts = self.request, self._names(WORD_ROWS)
        try:
            if not self.named.whole:
                self.named = self.store.named(request.contact_id, (), self._names(ALIAS_ROWS), (), self._since)
            known = [TEXT.partition(name) for name in self.named.listed or ()]
            self._note(WORD_ROWS, known)
            keys = [Key("index", pk, request.contact_id) for pk in dict.fromkeys([*texts, *known])]
            after = self._after(len(keys) if not self.final else sum(pk not in texts for pk in known))
            if self.final and self.named.listed is not None:
                keys.append(WORDS.key(request.contact_id))
            rest = [
                *self.left.get(CONTACT_ROWS, ()),
                *self.left.get(CONVERSATION_ROWS, ()),
            ]  # guards last: rows beyond the room of the transaction are deleted before it
            marked = None if self.errors else finish(after.counts(request, self.stores, self.late))
            self.store.end(request.contact_id, self.named.aliases, [*keys, *rest], marked, final=self.final)
            self.deleted_counts = after
        except DeskError as error:
            self._failed(error)
            self._delete_left()

    def _after(self, words: int) -> ErasureCounts:
        """Return what is deleted once the last transaction is written."""
        after = ErasureCounts(
            dict(self.deleted_counts.deleted), self.deleted_counts.through | {ALIAS_ROWS, WORD_ROWS} | self._emptied()
        )
        after.add(ALIAS_ROWS, len(self.named.aliases))
        after.add(WORD_ROWS, words)
        for store, rows in self.left.items():
            after.add(store, len(rows))
        return after

    def _emptied(self) -> set[str]:
        """Return the stores of `left` that are empty once these rows are deleted."""
        return {
            store
            for store in self.left
            if store != CONVERSATION_ROWS or (LINK_ROWS in self.deleted_counts.through and not self.held)
        }

    def _delete_left(self) -> None:
        """Delete the rows that are left, without those found by name."""
        try:
            self.store.delete(key for rows in self.left.values() for key in rows)
        except DeskError as error:
            self._failed(error)
            return
        self.deleted_counts.through |= self._emptied()
        for store, rows in self.left.items():
            self.deleted_counts.add(store, len(rows))
