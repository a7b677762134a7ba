"""One run of a pass over the stores of a person: what goes, in which order, and what is counted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.errors import DeskError
from chalicelib.core.observability import log
from chalicelib.erasure.counts import StoreListing, row_mark
from chalicelib.erasure.eraser import ExistingRows, word_list_key
from chalicelib.erasure.inventory import ALIASES, CONTACT, CONVERSATION, LINKS, TICKETS, WORDS
from chalicelib.privacy.requests.kinds import Step
from chalicelib.privacy.requests.model import Request

if TYPE_CHECKING:
    from chalicelib.dynamo.bulk import Key
    from chalicelib.dynamo.writes import Write
    from chalicelib.erasure.eraser import Eraser

Counts = dict[str, dict[str, int]]
Late = Mapping[str, set[bytes]]
"""Marks of rows by store that came after the inventory."""


@dataclass
class ErasureCounts:
    """What was deleted, per store, and which stores are through."""

    deleted: dict[str, int] = field(default_factory=dict)
    through: set[str] = field(default_factory=set)

    def add(self, store: str, number: int) -> None:
        """Count deleted rows."""
        self.deleted[store] = self.deleted.get(store, 0) + number

    def counts(self, request: Request, stores: Mapping[str, StoreListing], late: Late) -> Counts:
        """The request's counts after this run.

        Found is what the inventory counted and what came late, which is written down before it is deleted. A store that
        is through has lost all of it, whichever run deleted it; until then the runs that ended are added up.
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
    """A run of a pass. `left` are rows that go in the transaction with which the pass ends, by store; `record` writes
    down, before they are deleted, marks of rows that came after the inventory."""

    store: "Eraser"
    request: Request
    stores: Mapping[str, StoreListing]
    final: bool
    record: Callable[[str, set[bytes]], None]
    tally: ErasureCounts = field(default_factory=ErasureCounts)
    errors: list[DeskError] = field(default_factory=list)
    left: dict[str, tuple["Key", ...]] = field(default_factory=dict)
    held: int = 0
    named: ExistingRows = field(default_factory=ExistingRows)
    late: dict[str, set[bytes]] = field(default_factory=dict)

    def go(self, now: int, late: Callable[[], bool]) -> bool:
        """Empty all stores but for what the end takes; return whether the time was enough. A store that fails does not
        stop the others."""
        # Of tickets there is no second pass: every write on one demands that it is there, and a new one the epoch.
        parts: tuple[Callable[[], bool], ...] = (lambda: self._conversation(now, late), self._contact)
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
        return self.tally.counts(self.request, self.stores, self.late)

    @property
    def _since(self) -> int:
        return self.request.at(Step.INVENTORIED)

    def _note(self, name: str, rows: Iterable[str]) -> None:
        """Count what the inventory does not know. One that the release before has made knows no rows."""
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
        links = self._names(LINKS) if self.request.channel == "whatsapp" else ()  # no other provider sends statuses
        names = self._names(TICKETS), self._names(ALIASES), links
        self.named = self.store.named(self.request.contact_id, *names, self._since)
        self._note(LINKS, self.named.counted)
        self.store.delete([*self.named.tickets, *self.named.parked])
        self.tally.add(TICKETS, len(self.named.tickets))
        self.tally.add(LINKS, len(self.named.parked))
        self.tally.through.add(TICKETS)
        return True

    def _conversation(self, now: int, late: Callable[[], bool]) -> bool:
        where = self.request.conversation_id, self.request.channel, now
        listed = self._names(LINKS) if self.named.whole else ()
        for portion in self.store.conversation(*where, listed, final=self.final, since=self._since, note=self._note):
            self.tally.add(CONVERSATION, portion.rows)
            self.tally.add(LINKS, portion.links)
            self.held += portion.held
            self.left[CONVERSATION] = portion.rest
            if portion.more and late():
                return False
        self.tally.through.add(LINKS)
        return True

    def _contact(self) -> bool:
        """The contact says that the person is being erased: it stays while one of their tickets may be there, which
        would otherwise be shown and changed like any other."""
        if self.final or TICKETS in self.tally.through:
            self.left[CONTACT] = self.store.contact(self.request.contact_id, self._since, self._note)
        return True

    def end(self, finish: Callable[[Counts], "Write"]) -> None:
        """Delete what is found by a name, and what is left, in one transaction with the mark of the pass, which
        `finish` makes of the counts; without the mark when a store has failed.

        The list of words stays until the final pass: an indexer that read the contact before the fence writes its
        words on the list before it writes their rows. The final pass counts only words that the list had not before.
        """
        request, texts = self.request, self._names(WORDS)
        try:
            if not self.named.whole:
                self.named = self.store.named(request.contact_id, (), self._names(ALIASES), (), self._since)
            known = [f"text#{name}" for name in self.named.listed or ()]
            self._note(WORDS, known)
            keys: list[Key] = [("index", pk, request.contact_id) for pk in dict.fromkeys([*texts, *known])]
            after = self._after(len(keys) if not self.final else sum(pk not in texts for pk in known))
            if self.final and self.named.listed is not None:
                keys.append(word_list_key(request.contact_id))
            rest = [
                *self.left.get(CONTACT, ()),
                *self.left.get(CONVERSATION, ()),
            ]  # guards last: what is too much goes before
            marked = None if self.errors else finish(after.counts(request, self.stores, self.late))
            self.store.end(request.contact_id, self.named.aliases, [*keys, *rest], marked)
            self.tally = after
        except DeskError as error:
            self._failed(error)
            self._alone()

    def _after(self, words: int) -> ErasureCounts:
        """The tally once the end is written."""
        after = ErasureCounts(dict(self.tally.deleted), self.tally.through | {ALIASES, WORDS} | self._emptied())
        after.add(ALIASES, len(self.named.aliases))
        after.add(WORDS, words)
        for store, rows in self.left.items():
            after.add(store, len(rows))
        return after

    def _emptied(self) -> set[str]:
        """Stores of `left` of which nothing is there when these rows are gone."""
        return {
            store for store in self.left if store != CONVERSATION or (LINKS in self.tally.through and not self.held)
        }

    def _alone(self) -> None:
        """Delete what is left without the rows that are found by a name."""
        try:
            self.store.delete(key for rows in self.left.values() for key in rows)
        except DeskError as error:
            self._failed(error)
            return
        self.tally.through |= self._emptied()
        for store, rows in self.left.items():
            self.tally.add(store, len(rows))
