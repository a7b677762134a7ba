"""Deleting what there is of a person, store by store; each may be done again at any time.

No row of anybody else is touched: partitions are named by the person's own random ids; a ticket, a number and an alias,
which are found by a name, are read first and left alone when they are another's.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.patience import full_jitter
from chalicelib.domain.tickets import DAY
from chalicelib.storage import rows
from chalicelib.storage.bulk import MOST_WRITES, Bulk, Key
from chalicelib.storage.inventory import linked
from chalicelib.storage.transactions import Transactions
from chalicelib.storage.writes import Write

_LATE = 14 * DAY
"""How long after its date a link is still looked for: the sweeper deletes it within minutes, DynamoDB within days."""
_AT_ONCE = 10_000
"""Rows of a conversation that are read before they are deleted: full batches are fewer batches. They take some 10 MB of
memory and a minute; the time of a run is looked at in between."""
_UNSENT = frozenset({"", "queued", "failed"})
"""States of a message of ours that no sender has anything to record of."""


@dataclass(frozen=True)
class Emptied:
    """What one portion of a conversation gave: rows and links that were deleted, how many rows were held back, and
    whether others follow."""

    rows: int
    links: int
    held: int
    more: bool


class Erasing:
    """What EraseStores does with the tables. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str], wait: Callable[[int], None] = full_jitter) -> None:
        self._tables = tables
        self._bulk = Bulk(client, tables, wait)
        self._run = Transactions(client, wait)

    def tickets(self, names: Iterable[str], contact_id: str) -> int:
        """Delete the tickets and numbers of these partitions that are the contact's; return how many there were."""
        wanted = [("desk", pk, pk.partition("#")[0]) for pk in names]
        found = self._bulk.get(wanted)
        ids = {pk.removeprefix("ticket#") for _, pk, sk in wanted if sk == "ticket"}
        mine = [
            key
            for key, row in found.items()
            if (row.get("contact_id") == contact_id if key[2] == "ticket" else row.get("ticket_id") in ids)
        ]
        return self._bulk.delete(mine)

    def conversation(self, conversation_id: str, channel: str, now: int, *, final: bool) -> Iterator[Emptied]:
        """Empty a conversation by portions. Of each the links and parked statuses go first: they are named by its
        messages alone.

        A sender that had claimed a place before the fence may still record what it has sent, with a link. Its message
        is held back, with the place, until the pass that is `final`: then every sender has ended.
        """
        pk = rows.conversation_pk(conversation_id)
        claimed: set[str] | None = set() if final else None
        for page, more in self._portions(pk):
            if claimed is None:
                claimed = self._claimed(pk, page, more)
            held = [row for row in page if not final and _in_flight(row, claimed)]
            gone = [row for row in page if row not in held] if held else page
            links = self._links(gone, channel, now)
            self._bulk.delete(("desk", pk, row["sk"]) for row in gone)
            yield Emptied(len(gone), links, len(held), more)

    def _portions(self, pk: str) -> Iterator[tuple[list[dict[str, Any]], bool]]:
        """A conversation in portions of _AT_ONCE rows and more, and whether others follow."""
        portion: list[dict[str, Any]] = []
        for page, more in self._bulk.pages(pk, "sk,direction,status,links,linked_until"):
            portion += page
            if len(portion) >= _AT_ONCE or not more:
                yield portion, more
                portion = []

    def _claimed(self, pk: str, page: list[dict[str, Any]], more: bool) -> set[str]:
        """Tails of the places in the outbox that the fence has left: those that a sender had claimed."""
        places = page
        if more:
            places = [row for found, _ in self._bulk.pages(pk, "sk", prefix="outbox#") for row in found]
        return {row["sk"].removeprefix("outbox#") for row in places if row["sk"].startswith("outbox#")}

    def _links(self, page: list[dict[str, Any]], channel: str, now: int) -> int:
        """Delete what leads from providers' ids to these messages; return how many rows there were.

        A link that lives is there, because it was written with the name on its message; it is deleted unseen.
        """
        recent = [row for row in page if linked(row, now - _LATE)]
        live = [("index", f"link#{name}", "link") for row in recent if linked(row, now) for name in row["links"]]
        asked = [("index", f"link#{name}", "link") for row in recent if not linked(row, now) for name in row["links"]]
        if channel == "whatsapp":  # no other provider sends statuses
            asked += [("index", f"parked#{name}", "parked") for row in recent for name in row["links"]]
        return self._bulk.delete([*live, *(self._bulk.get(asked) if asked else ())])

    def contact(self, contact_id: str) -> int:
        """Empty the partition of a contact: contact, consents, asks and the pointer to the open request."""
        pk = rows.contact_pk(contact_id)
        return sum(self._bulk.delete(("desk", pk, row["sk"]) for row in page) for page, _ in self._bulk.pages(pk, "sk"))

    def names(self, aliases: Iterable[str], texts: Collection[str], contact_id: str, *, final: bool) -> tuple[int, int]:
        """Delete aliases (partitions) that are the contact's, and the words by which it was found, those of `texts`
        (partitions) and of its list; return how many aliases and how many rows of words. The last pass counts only
        words that are not among `texts`: those went before.

        The list itself stays until the `final` pass: an indexer that read the contact before the fence writes its
        words on the list before it writes their rows.
        """
        listed = ("index", f"words#{contact_id}", "words")
        found = self._bulk.get([("index", pk, "alias") for pk in aliases] + [listed])
        mine = [key for key, row in found.items() if key != listed and row.get("contact_id") == contact_id]
        known = found.get(listed, {}).get("words", ())
        words = dict.fromkeys([*texts, *(f"text#{name}" for name in known)])
        keys: list[Key] = [("index", pk, contact_id) for pk in words]
        if final and listed in found:
            keys.append(listed)
        room = MOST_WRITES - len(mine)
        self._bulk.delete(keys[room:])

        def build(refused: frozenset[str]) -> list[Write] | None:
            writes = [self._alias(pk, contact_id) for _, pk, _ in mine if pk not in refused]
            writes += [self._deletion(key) for key in keys[:room]]
            return writes or None

        self._run.until_done(build)
        late = sum(f"text#{name}" not in texts for name in known)
        return len(mine), late if final else len(keys)

    def _alias(self, pk: str, contact_id: str) -> Write:
        write = self._deletion(("index", pk, "alias"), pk)
        write.item["Delete"]["ConditionExpression"] = "attribute_not_exists(pk) OR contact_id = :contact"
        write.item["Delete"]["ExpressionAttributeValues"] = {":contact": {"S": contact_id}}
        return write

    def _deletion(self, key: Key, role: str = "row") -> Write:
        table, pk, sk = key
        where = {"pk": {"S": pk}, "sk": {"S": sk}}
        return Write(role, {"Delete": {"TableName": self._tables[table], "Key": where}})


def _in_flight(row: Mapping[str, Any], claimed: set[str]) -> bool:
    """Whether a sender may still write a link to this message; or the place by which we know that."""
    kind, _, tail = str(row["sk"]).partition("#")
    if kind == "outbox" or (kind == "message" and tail in claimed):
        return True
    sent = row.get("direction") == "out" and row.get("status", "") not in _UNSENT
    return kind == "message" and sent and not row.get("links")
