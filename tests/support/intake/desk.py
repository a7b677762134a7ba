"""Intake on real tables, with keys of its own and a clock that a test moves."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.dynamo.builder import AttributeValues, plain_item
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.contact_event_store import ContactEventStore
from chalicelib.messages.contact_events import ReceiveContactEvent
from chalicelib.messages.ingest import Outcome, Refuse
from chalicelib.messages.receive_message import ReceiveMessage
from chalicelib.messages.statuses import Statuses
from chalicelib.messages.store import IntakeStore
from chalicelib.profile.load import load_profile
from chalicelib.profile.policy import PolicyReference
from chalicelib.vault.encryption import KeyPair, Vault, fingerprint, new_pair
from chalicelib.vault.pseudonyms import AddressKey
from chalicelib.wiring.base import answer_visitors, recognise_asks, refuse_suppressed
from tests.support import in_process

POLICY = PolicyReference("1", "0" * 64)
PROFILE = load_profile("spoint")
TABLES = ("desk", "keys", "index", "ledger")
Snapshot = dict[str, dict[tuple[str, str], AttributeValues]]
Made = TypeVar("Made")
_BUILT: dict[Hashable, tuple[Snapshot, int, KeyPair, Any]] = {}
"""What was built once in this process: rows, time, the vault's keys, and what the building returned."""


@dataclass
class Desk:
    """One deployment's intake. `now` is the desk's clock in ms."""

    tables: Mapping[str, str]
    dynamodb: Any
    vault_keys: KeyPair = field(default_factory=new_pair)
    address_key: AddressKey = field(default_factory=lambda: AddressKey(b"a" * 32))
    now: int = 1_795_000_000_000

    def gateway(self, dynamodb: Any = None, wait: Callable[[int], None] = sleep_with_jitter) -> Tables:
        return Tables(dynamodb or self.dynamodb, self.tables, wait)

    def store(self, dynamodb: Any = None) -> IntakeStore:
        return IntakeStore(self.gateway(dynamodb), self.address_key, self.vault_keys.public)

    def statuses(self, wait: Callable[[int], None] = sleep_with_jitter, dynamodb: Any = None) -> Statuses:
        return Statuses(self.gateway(dynamodb, wait), self.address_key)

    def receiver(self, dynamodb: Any = None, **more: Any) -> ReceiveMessage:
        store = self.store(dynamodb)
        parts = recognise_asks(PROFILE), self.refuse(store), answer_visitors(PROFILE)
        policy = more.pop("policy", POLICY)
        return ReceiveMessage(store, PROFILE, policy, lambda: self.now, *parts, **more)

    def refuse(self, store: IntakeStore) -> Refuse:
        return refuse_suppressed(store, PROFILE)

    def changer(self, dynamodb: Any = None) -> ReceiveContactEvent:
        store = self.store(dynamodb)
        changes = ContactEventStore(store, self.address_key)
        return ReceiveContactEvent(store, changes, lambda: self.now, self.refuse(store), answer_visitors(PROFILE))

    def receive(self, message: InboundMessage) -> Outcome:
        return self.receiver()(message)

    @property
    def seconds(self) -> int:
        return self.now // 1000

    @property
    def vault(self) -> Vault:
        return Vault({fingerprint(self.vault_keys.public): self.vault_keys.private})

    # -- desks that are built once

    def snapshot(self) -> Snapshot:
        """Every item of every table in DynamoDB's own form."""
        return {table: {_key(item): item for item in self._scan(table)} for table in TABLES}

    def _scan(self, table: str) -> Iterable[AttributeValues]:
        if self.dynamodb.meta.endpoint_url == in_process.ENDPOINT:
            return in_process.items(self.tables[table])
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.tables[table], ConsistentRead=True)
        return (item for page in pages for item in page["Items"])

    def load(self, snapshot: Snapshot) -> None:
        """Put all items of a snapshot into empty tables."""
        for table, items in snapshot.items():
            self._put_back(table, items.values())

    def _put_back(self, table: str, items: Iterable[AttributeValues]) -> None:
        """Put items of a snapshot."""
        if self.dynamodb.meta.endpoint_url == in_process.ENDPOINT:
            in_process.put(self.tables[table], items)
        else:
            self.put_all((table, item) for item in items)

    def put_all(self, items: Iterable[tuple[str, AttributeValues]]) -> None:
        """Put items, each with its table, as somebody else wrote them."""
        self._write_all((table, {"PutRequest": {"Item": item}}) for table, item in items)

    def delete_all(self, items: Iterable[tuple[str, AttributeValues]]) -> None:
        """Delete items, each with its table."""
        keys = ((table, {name: item[name] for name in ("pk", "sk") if name in item}) for table, item in items)
        self._write_all((table, {"DeleteRequest": {"Key": key}}) for table, key in keys)

    def _write_all(self, writes: Iterable[tuple[str, AttributeValues]]) -> None:
        left = [(self.tables[table], write) for table, write in writes]
        for start in range(0, len(left), 25):
            request: dict[str, list[AttributeValues]] = {}
            for table, write in left[start : start + 25]:
                request.setdefault(table, []).append(write)
            assert not self.dynamodb.batch_write_item(RequestItems=request)["UnprocessedItems"]

    def once(self, name: Hashable, build: Callable[[], Made]) -> Made:
        """Fill a desk by `build`, the first time in this process; later with the rows that it left. It deletes none
        that were there before; what it returns are ids and times: nothing that holds the desk."""
        if name not in _BUILT:
            before, made, after = self.snapshot(), build(), self.snapshot()
            assert all(before[table].keys() <= after[table].keys() for table in TABLES)
            _BUILT[name] = after, self.now, self.vault_keys, made
        else:
            snapshot, self.now, self.vault_keys, made = _BUILT[name]
            self.load(snapshot)
        return made

    # -- everything that is stored, now or then

    def every_item(self, then: Snapshot | None = None) -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
        """Every item of every table, now or then: table, partition and sort key, and its attributes."""
        for table, items in (then or self.snapshot()).items():
            for key, item in items.items():
                yield (table, *key), plain_item(item)

    def restore(self, then: Snapshot, now: Snapshot | None = None) -> None:
        """Bring all tables back to what they held then; `now` is what they hold, for whoever has just read it."""
        now = now or self.snapshot()
        self.delete_all((table, now[table][key]) for table in TABLES for key in now[table].keys() - then[table].keys())
        for table in TABLES:
            self._put_back(table, (item for key, item in then[table].items() if now[table].get(key) != item))

    def everything(self, without: tuple[str, ...] = (), then: Snapshot | None = None) -> bytes:
        """Every value that is or was stored in any table, as bytes; `without` leaves out partitions that begin so."""
        parts: list[bytes] = []
        for (_, pk, _), item in self.every_item(then):
            if not pk.startswith(without or ("\0",)):
                _flatten(item, parts)
        return b"\n".join(parts)

    # -- what lies there

    def items(
        self, table: str = "desk", keep: Callable[[dict[str, Any]], bool] = lambda item: True
    ) -> list[dict[str, Any]]:
        """Return every item of a table, for tests that ask what really lies there."""
        items = map(plain_item, self._scan(table))
        return [item for item in items if keep(item)]

    def item(self, pk: str, sk: str) -> dict[str, Any]:
        """Return one item of `desk`, which must be there."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        found = self.dynamodb.get_item(TableName=self.tables["desk"], Key=key, ConsistentRead=True)
        return plain_item(found["Item"])

    def of(self, sk: str) -> list[dict[str, Any]]:
        """Return the items of `desk` whose sort key begins so, in its order."""
        return sorted(self.items(keep=lambda item: item["sk"].startswith(sk)), key=lambda item: item["sk"])

    def of_pk(self, pk: str) -> list[dict[str, Any]]:
        """Return the items of `desk` whose partition begins so."""
        return self.items(keep=lambda item: item["pk"].startswith(pk))

    def messages(self, direction: str = "in") -> list[dict[str, Any]]:
        return [item for item in self.of("message#") if item["direction"] == direction]


def _key(item: AttributeValues) -> tuple[str, str]:
    return item["pk"]["S"], item.get("sk", {"S": ""})["S"]


def _flatten(value: Any, parts: list[bytes]) -> None:
    if isinstance(value, Mapping):
        for name, one in value.items():
            parts.append(str(name).encode())
            _flatten(one, parts)
    elif isinstance(value, list | tuple | set):
        for one in value:
            _flatten(one, parts)
    else:
        parts.append(value if isinstance(value, bytes) else str(value).encode())


@pytest.fixture
def desk(tables: Mapping[str, str]) -> Desk:
    client.cache_clear()
    return Desk(tables, client("dynamodb"))
