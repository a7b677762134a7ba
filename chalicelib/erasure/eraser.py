"""Deletes the rows of a person, store by store; every method may run again at any time.

Rows of other people are not touched: partitions are named by the person's own random ids. A ticket, a number and an
alias are found by name, so they are read first and left alone when they belong to somebody else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.attachments.bucket import Bucket
from chalicelib.channels import registry
from chalicelib.core.clock import DAY
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import ALIAS, CLIENT_ID, CONTACT, EARLY_STATUS, FETCH, HEAD, LINK, OUTBOX, WORDS, Key
from chalicelib.dynamo.tables import MOST_DELETES, MOST_WRITES, Tables
from chalicelib.erasure.counts import unexpired
from chalicelib.erasure.inventory import CONTACT_ROWS, CONVERSATION_ROWS, FILES, LINK_ROWS, files_to_fetch, links_live
from chalicelib.suppression.barrier import leave
from chalicelib.tickets.model import CHANGES

_LATE = 14 * DAY
"""How long after its expiry a link is still looked for: the sweeper deletes it within minutes, DynamoDB within days."""
_AT_ONCE = 10_000
"""Rows of a conversation that are read before they are deleted, so that batches are full. They take some 10 MB of
memory and a minute; between such chunks the run checks its time."""
_MOST_GUARDS = 60
"""Guard rows of replies that are left to the last transaction of a pass, which has room for them."""
Note = Callable[[str, Iterable[str]], None]
"""Called with a store and rows before they are deleted: partition keys, or sort keys in the person's partitions."""
_UNSENT = frozenset({"", "queued", "failed"})
"""Statuses of a message of ours about which no sender has anything to record."""


@dataclass(frozen=True)
class DeletedChunk:
    """What one chunk of a conversation gave: how many rows and links were deleted, how many rows were `held` back for a
    sender, which are left to the end of the pass (`rest`), and whether more chunks follow."""

    rows: int
    links: int
    held: int
    rest: tuple[Key, ...]
    more: bool


@dataclass(frozen=True)
class ExistingRows:
    """Rows that still exist of those that the inventory lists by name. `whole`: the rows of `index` were read, too.
    `parked` are early statuses."""

    tickets: tuple[Key, ...] = ()
    aliases: tuple[Key, ...] = ()
    parked: tuple[Key, ...] = ()
    counted: tuple[str, ...] = ()
    """Partition keys of the early statuses that count as found."""
    listed: tuple[str, ...] | None = None
    """Pseudonyms of the contact's words; None when there is no list of them."""
    whole: bool = False


class Eraser:
    """The reads and deletions of EraseStores. All methods raise Unavailable."""

    def __init__(self, tables: Tables, bucket: Bucket) -> None:
        self._tables = tables
        self._bucket = bucket

    def named(
        self, contact_id: str, tickets: Iterable[str], aliases: Iterable[str], links: Iterable[str], since: int
    ) -> ExistingRows:
        """Return which of these rows exist, and the list of the contact's words, by common calls. When these fail, only
        the tickets are asked for: a table that does not answer must not keep the other's rows from being deleted.
        `since` (ms) is when the inventory was made."""
        asked = [Key("desk", pk, pk.partition("#")[0]) for pk in tickets]
        words = WORDS.key(contact_id)
        others = [ALIAS.key(_name(pk)) for pk in aliases] + [words]
        others += [EARLY_STATUS.key(_name(pk)) for pk in links]
        whole = True
        try:
            found = self._tables.get_many([*asked, *others])
        except Unavailable:
            if not asked:
                raise
            found, whole = self._tables.get_many(asked), False
        ids = {_name(key.pk) for key in asked if key.sk == "ticket"}
        kinds: dict[str, list[Key]] = {"ticket": [], "number": [], "alias": [], "parked": [], "words": []}
        for key, row in found.items():
            owner = row.get("ticket_id") in ids if key.sk == "number" else row.get("contact_id") == contact_id
            if owner or key.sk == "parked":  # an early status names nobody
                kinds[key.sk].append(key)
        listed = tuple(found[words].get("words", ())) if words in found else None
        tickets_and_numbers = (*kinds["ticket"], *kinds["number"])
        counted = tuple(key.pk for key in kinds["parked"] if unexpired(found[key], since))
        return ExistingRows(tickets_and_numbers, tuple(kinds["alias"]), tuple(kinds["parked"]), counted, listed, whole)

    def delete(self, keys: Iterable[Key]) -> int:
        """Delete rows; return how many were named."""
        return self._tables.delete_many(keys)

    def conversation(
        self,
        conversation_id: str,
        channel: str,
        now: int,
        listed: Iterable[str],
        *,
        final: bool,
        since: int,
        note: Note,
    ) -> Iterator[DeletedChunk]:
        """Empty a conversation in chunks, except guards that are left to the end of the pass.

        Links and early statuses of a chunk go first, because only its messages name them. Early statuses for the links
        in `listed` (partition keys) are deleted already.

        A sender that claimed an outbox entry before the write barrier may still record what it has sent, with a link.
        Its message is held back, with the entry, until the `final` pass: by then every sender has ended.

        `note` is called with all rows that existed when the inventory was made (`since`, ms) or came later.
        """
        pk = HEAD.partition(conversation_id)
        claimed: set[str] | None = set() if final else None
        known = set(listed)
        for page, more in self._chunks(pk):
            if claimed is None:
                claimed = self._claimed(pk, page, more)
            held = [row for row in page if not final and _in_flight(row, claimed)]
            gone = [row for row in page if row not in held] if held else page
            links, counted = self._links(gone, channel, now, known, since)
            note(CONVERSATION_ROWS, (row["sk"] for row in gone if row["sk"] == "head" or unexpired(row, since)))
            note(LINK_ROWS, counted)
            guards = [row for row in gone if row["sk"].startswith(CLIENT_ID.prefix)]
            rest = tuple(Key("desk", pk, row["sk"]) for row in ([] if more else guards[:_MOST_GUARDS]))
            kept = {key.sk for key in rest}
            self._empty(pk, links, [row for row in gone if row["sk"] not in kept])
            yield DeletedChunk(len(gone) - len(rest), len(links), len(held), rest, more)

    def _empty(self, pk: str, links: list[Key], gone: list[dict[str, Any]]) -> None:
        """Delete links and the rows that name them in common batches, but never both in one: DynamoDB may leave any
        part of a batch undone, and a link whose message is deleted could not be found any more."""
        naming = [Key("desk", pk, row["sk"]) for row in gone if row.get("links")]
        others = [Key("desk", pk, row["sk"]) for row in gone if not row.get("links")]
        if naming and (len(links) + len(others)) // MOST_DELETES * MOST_DELETES < len(links):
            self._tables.delete_many(links)
            links = []
        self._tables.delete_many([*links, *others, *naming])

    def _chunks(self, pk: str) -> Iterator[tuple[list[dict[str, Any]], bool]]:
        """Yield a conversation in chunks of _AT_ONCE rows and more, each with whether more follow."""
        chunk: list[dict[str, Any]] = []
        for page in self._tables.pages(pk, only="sk,direction,kind,status,links,linked_until,expires_at"):
            chunk += page.rows
            if len(chunk) >= _AT_ONCE or not page.next:
                yield chunk, bool(page.next)
                chunk = []

    def _claimed(self, pk: str, page: list[dict[str, Any]], more: bool) -> set[str]:
        """Return the tails of the outbox entries that exist behind the write barrier: a sender may have claimed
        them."""
        places = page
        if more:
            places = [row for found in self._tables.pages(pk, only="sk", prefix=OUTBOX.prefix) for row in found.rows]
        return {row["sk"].removeprefix(OUTBOX.prefix) for row in places if row["sk"].startswith(OUTBOX.prefix)}

    def _links(
        self, page: list[dict[str, Any]], channel: str, now: int, known: set[str], since: int
    ) -> tuple[list[Key], list[str]]:
        """Return the links and early statuses of these messages, and the partition keys of those that count as found.

        A link that has not expired exists, because it was written together with its message, so it is not read. Early
        statuses of `known` links were read before.
        """
        recent = [row for row in page if links_live(row, now - _LATE)]
        live = [LINK.key(name) for row in recent if links_live(row, now) for name in row["links"]]
        asked = [LINK.key(name) for row in recent if not links_live(row, now) for name in row["links"]]
        if registry.channel(channel).statuses:  # early ones may lie there
            fresh = [name for row in recent for name in row["links"] if LINK.partition(name) not in known]
            asked += [EARLY_STATUS.key(name) for name in fresh]
        found = self._tables.get_many(asked)
        counted = [key.pk for key, row in found.items() if unexpired(row, since)]
        return list(dict.fromkeys([*live, *found])), [*(key.pk for key in live), *counted]

    def files(self, contact_id: str, conversation_id: str, note: Note) -> int:
        """Delete what is to be fetched, and then all files and unfinished uploads, by their exact names; return how
        many there were. A fetcher that is at work deletes its own file when it finds the write barrier closed."""
        jobs = files_to_fetch(self._tables, conversation_id)
        names = self._bucket.names(contact_id)
        note(FILES, [*jobs, *names])
        self._tables.delete_many(Key("desk", FETCH.partition(conversation_id), sk) for sk in jobs)
        if names:
            self._bucket.delete_all(contact_id, names)
        return len(jobs) + len(names)

    def contact(self, contact_id: str, since: int, note: Note) -> tuple[Key, ...]:
        """Return the keys of a contact's rows: contact, consents, asks and the pointer to the open request."""
        pk = CONTACT.partition(contact_id)
        found = [row for page in self._tables.pages(pk, only="sk,expires_at") for row in page.rows]
        note(CONTACT_ROWS, (row["sk"] for row in found if unexpired(row, since)))
        return tuple(Key("desk", pk, row["sk"]) for row in found)

    def end(
        self, contact_id: str, aliases: Sequence[Key], others: Sequence[Key], mark: Write | None, *, final: bool
    ) -> None:
        """Delete the contact's aliases and other rows and write the step (`mark`), in one transaction; rows for which
        it has no room are deleted before it. With the step of the `final` pass the contact is named no more as being
        behind the write barrier: nothing is left that could be shown."""
        room = MOST_WRITES - len(aliases) - 2
        self._tables.delete_many(others[room:])

        def build(refused: frozenset[str]) -> list[Write] | None:
            writes = [self._alias(key, contact_id) for key in aliases if key.pk not in refused]
            writes += [self._tables.delete("row", key) for key in others[:room]]
            if mark is not None and mark.role not in refused:  # else another run has written the step
                writes += [mark, leave(self._tables, contact_id)] if final else [mark]
            return writes or None

        self._tables.transact_until_written(build)

    def _alias(self, key: Key, contact_id: str) -> Write:
        condition = "attribute_not_exists(pk) OR contact_id = :contact"
        return self._tables.delete(key.pk, key, condition, {"contact": contact_id})


def _name(pk: str) -> str:
    return pk.partition("#")[2]


def _in_flight(row: Mapping[str, Any], claimed: set[str]) -> bool:
    """Whether a sender may still write a link to this message, or this is the outbox entry that says so."""
    kind, _, tail = str(row["sk"]).partition("#")
    if kind == "outbox" or (kind == "message" and tail in claimed):
        return True
    sent = row.get("direction") == "out" and row.get("status", "") not in _UNSENT
    if row.get("kind") in CHANGES:  # not every provider gives a change an id of its own
        sent = row.get("status") == "sending"
    return kind == "message" and sent and not row.get("links")
