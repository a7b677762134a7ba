"""The part of a person's data that the desk keeps after a destruction: rows of its own, sealed to a key of their own.

Its rows lie in a partition that only the request's id names, and its key is filed under that id: nothing of the person
leads there. It has no date. The request is open until the part's day is over, and its workflow then destroys the key,
deletes the rows and has their absence proved.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import KEPT, KEY, TICKET, Key
from chalicelib.dynamo.tables import MOST_WRITES, Tables
from chalicelib.erasure.inventory import CONTACT_ROWS, CONVERSATION_ROWS, TICKET_ROWS
from chalicelib.vault.encryption import fingerprint
from chalicelib.vault.model import ContactKey

STORES = (CONTACT_ROWS, TICKET_ROWS, CONVERSATION_ROWS)
"""Stores of which something can be kept."""


class KeptRow(NamedTuple):
    """A row to be written: its name, of which store it is, and its sealed content."""

    name: str
    store: str
    content: bytes


class PartLeft(NamedTuple):
    """What there is of a kept part: the key's fingerprint ("" for none), rows by store, and which categories they
    name."""

    key: str
    rows: Mapping[str, int]
    categories: frozenset[str]


class KeptParts:
    """Reads and writes kept parts. All methods raise Unavailable, and may run again at any time."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    # -- keeping

    def key(self, fresh: ContactKey) -> bytes:
        """File a fresh key under the request's id, unless there is one; return the public half of what is there."""
        found = self._tables.get_many([KEY.key(fresh.contact_id)])
        for row in found.values():
            return bytes(row["public_key"])
        row = {"public_key": fresh.public, "sealed_private": fresh.sealed_private, "vault_id": fresh.vault_id}
        if self._tables.write(self._tables.put("key", KEY.key(fresh.contact_id), row)):
            return fresh.public
        return self.key(fresh)

    def key_of(self, key_id: str) -> ContactKey | None:
        """Return a key, the person's own or that of a part; None when it is destroyed."""
        for row in self._tables.get_many([KEY.key(key_id)]).values():
            return ContactKey(key_id, row["public_key"], row["sealed_private"], row["vault_id"])
        return None

    def rows_of(self, partition: str, only: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of one of the person's partitions."""
        for page in self._tables.pages(partition, only=only):
            yield from page.rows

    def tickets(self, names: Sequence[str], contact_id: str) -> Iterator[dict[str, Any]]:
        """Yield the person's tickets out of these partition keys of the inventory."""
        keys = [Key("desk", name, TICKET.sk) for name in names if name.startswith(TICKET.partition(""))]
        found = self._tables.get_many(keys)
        yield from (row for row in found.values() if row.get("contact_id") == contact_id)

    def write(self, request_id: str, rows: Sequence[KeptRow], categories: Sequence[str]) -> None:
        """Write rows that are not there; one that is there stays as it is."""
        for start in range(0, len(rows), MOST_WRITES):
            self._tables.transact_until_written(
                lambda _refused, some=rows[start : start + MOST_WRITES]: [  # type: ignore[misc]
                    self._put(request_id, one, categories) for one in some
                ]
            )

    def _put(self, request_id: str, one: KeptRow, categories: Sequence[str]) -> Write:
        row = {"content": one.content, "store": one.store, "categories": list(categories), "request_id": request_id}
        return self._tables.put("kept", KEPT.key(request_id, one.name), row, "")

    # -- what there is

    def names(self, request_id: str) -> frozenset[str]:
        """Return the names of the rows that are there."""
        return frozenset(row["sk"] for row in self.rows_of(KEPT.partition(request_id), "sk"))

    def left(self, request_id: str) -> PartLeft:
        """Return what there is of a part, by strongly consistent reads."""
        rows, categories = dict.fromkeys(STORES, 0), set[str]()
        for row in self.rows_of(KEPT.partition(request_id), "store,categories"):
            rows[row["store"]] = rows.get(row["store"], 0) + 1
            categories |= set(row["categories"])
        key = self.key_of(request_id)
        return PartLeft(fingerprint(key.public) if key else "", rows, frozenset(categories))

    def content(self, request_id: str) -> Iterator[tuple[str, str, bytes]]:
        """Yield of each row: name, store, sealed content."""
        for row in self.rows_of(KEPT.partition(request_id), "sk,store,content"):
            yield row["sk"], row["store"], row["content"]

    # -- ending

    def erase(self, request_id: str) -> None:
        """Delete the rows of a part whose key is destroyed."""
        self._tables.delete_many(KEPT.key(request_id, name) for name in sorted(self.names(request_id)))
