"""Read and write units by AWS's rule, counted from the items that a call touches.

The embedded AWS counts nothing for BatchGetItem and half a unit for a page of 2,000 rows; DynamoDB Local counts
transactions twice. So a call is charged here as Amazon documents it: "DynamoDB item sizes and formats"
(CapacityUnitCalculations), "DynamoDB read and write operations" (read-write-operations) and "Using global secondary
indexes" (GSI) of the Developer Guide, read on 29 November 2026.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from infra.definitions import TABLES, load

Item = Mapping[str, Mapping[str, Any]]
"""An item with typed values, as DynamoDB's API writes it."""
READ_KB, WRITE_KB = 4096, 1024
_ACTIONS = ("Put", "Update", "Delete", "ConditionCheck")


# -- sizes


def item_size(item: Item) -> int:
    """Return the bytes of an item: names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, inner),) = value.items()
    if kind == "S":
        return len(inner.encode())
    if kind == "N":
        digits = inner.lstrip("-").replace(".", "").strip("0") or "0"
        return 1 + (len(digits) + 1) // 2 + inner.startswith("-")
    if kind == "B":
        return len(inner)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind in ("SS", "NS", "BS"):
        return sum(_value_size({kind[0]: one}) for one in inner)
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in inner)
    return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in inner.items())


def write_units(size: int) -> int:
    """Return the units of one standard write of an item of so many bytes; of nothing one, as a refused write costs."""
    return max(1, -(-size // WRITE_KB))


def read_units(size: int, strong: bool) -> float:
    """Return the units of one read of so many bytes; of nothing as of little."""
    return max(1, -(-size // READ_KB)) * (1.0 if strong else 0.5)


def index_units(before: Item | None, after: Item | None, index: Mapping[str, Any], keys: Iterable[str]) -> int:
    """Return what a changed item costs in an index: nothing when what is copied stays, one write when it comes, goes or
    changes in its place, two when it changes its place."""
    old, new = _entry(before, index, keys), _entry(after, index, keys)
    if old == new:
        return 0
    if not old or not new:
        return write_units(item_size(old or new))
    names = [one["AttributeName"] for one in index["KeySchema"]]
    if any(old[name] != new[name] for name in names):
        return write_units(item_size(old)) + write_units(item_size(new))
    return write_units(max(item_size(old), item_size(new)))


def _entry(item: Item | None, index: Mapping[str, Any], keys: Iterable[str]) -> Item:
    names = [one["AttributeName"] for one in index["KeySchema"]]
    if item is None or any(name not in item for name in names):
        return {}
    copied = index["Projection"]
    if copied["ProjectionType"] == "ALL":
        return item
    kept = {*keys, *names, *copied.get("NonKeyAttributes", ())}
    return {name: value for name, value in item.items() if name in kept}


# -- calls


@dataclass
class Bill:
    """What calls have cost: how many, by operation, units of DynamoDB, and `told_write`, the write units that the
    storage itself said."""

    calls: dict[str, int] = field(default_factory=dict)
    read: float = 0.0
    write: float = 0.0
    told_write: float = 0.0

    def __add__(self, other: "Bill") -> "Bill":
        names = {**self.calls, **other.calls}
        calls = {name: self.calls.get(name, 0) + other.calls.get(name, 0) for name in names}
        read, write = self.read + other.read, self.write + other.write
        return Bill(calls, read, write, self.told_write + other.told_write)

    @property
    def number(self) -> int:
        """How many calls there were."""
        return sum(self.calls.values())


class Meter:
    """Counts the calls of clients that it is connected to, in any thread. `client` is one to which it is not connected
    and looks at the tables; `tables` are their real names by their logical ones."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        resources = load("tables")["Resources"]
        self._schemas = {real: resources[TABLES[logical]]["Properties"] for logical, real in tables.items()}
        self._bill: Bill | None = None
        self._one_at_a_time = threading.Lock()

    def connect(self, client: Any) -> None:
        """Hear the calls of a client, by botocore's own events."""
        client.meta.events.register("before-parameter-build", self._asked)
        client.meta.events.register("after-call", self._answered)

    @contextmanager
    def bill(self) -> Iterator[Bill]:
        """Count the calls of this block."""
        self._bill = Bill()
        try:
            yield self._bill
        finally:
            self._bill = None

    def _asked(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        if self._bill is None:
            return
        if model.service_model.service_name == "dynamodb":
            params["ReturnConsumedCapacity"] = "TOTAL"
            found = _written(model.name, params)
            context["writes"] = [(*place, self._item(*place), times) for place, times in found]
        context["metered"] = (model, params)

    def _answered(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if self._bill is None or "metered" not in context:
            return
        model, params = context["metered"]
        service = model.service_model.service_name
        with self._one_at_a_time:
            self._bill.calls[model.name] = self._bill.calls.get(model.name, 0) + 1
            if service == "dynamodb":
                self._bill.read += self._read(model.name, params, parsed)
                self._bill.write += sum(self._written(*one) for one in context["writes"])
                self._bill.told_write += _told(parsed) if context["writes"] else 0

    # -- writes

    def _written(self, table: str, key: Item, before: Item | None, times: int) -> int:
        after = self._item(table, key)
        schema = self._schemas[table]
        keys = [one["AttributeName"] for one in schema["KeySchema"]]
        units = times * write_units(max(item_size(before or {}), item_size(after or {})))
        if before == after:
            return units
        return units + sum(index_units(before, after, one, keys) for one in schema.get("GlobalSecondaryIndexes", ()))

    def _item(self, table: str, key: Item) -> Item | None:
        names = [one["AttributeName"] for one in self._schemas[table]["KeySchema"]]
        wanted = {name: key[name] for name in names}
        found: Item | None = self._client.get_item(TableName=table, Key=wanted, ConsistentRead=True).get("Item")
        return found

    # -- reads

    def _read(self, operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
        if operation == "GetItem":
            return self._got(params["TableName"], params["Key"], bool(params.get("ConsistentRead")))
        if operation == "BatchGetItem":
            return sum(
                self._got(table, key, bool(asked.get("ConsistentRead")))
                for table, asked in params["RequestItems"].items()
                for key in asked["Keys"]
            )
        if operation == "TransactGetItems":
            gets = [one["Get"] for one in params["TransactItems"]]
            return sum(2 * self._got(one["TableName"], one["Key"], True) for one in gets)
        if operation in ("Query", "Scan"):
            return self._passed(operation, params, answer)
        return 0.0

    def _got(self, table: str, key: Item, strong: bool) -> float:
        return read_units(item_size(self._item(table, key) or {}), strong)

    def _passed(self, operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
        """Charge every row that was passed by, whole as table or index hold it, whatever filter and projection left of
        it. They are asked for once more."""
        strong = bool(params.get("ConsistentRead"))
        passed = int(answer.get("ScannedCount", 0))
        if not passed:
            return read_units(0, strong)
        kept = ("TableName", "IndexName", "KeyConditionExpression", "ScanIndexForward", "ExclusiveStartKey")
        again = {name: params[name] for name in kept if name in params} | {"Limit": passed}
        condition = params.get("KeyConditionExpression", "")
        for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            used = {word: value for word, value in params.get(name, {}).items() if word in condition}
            again |= {name: used} if used else {}
        size = 0
        while passed > 0:
            page = self._client.query(**again) if operation == "Query" else self._client.scan(**again)
            size += sum(map(item_size, page["Items"]))
            passed -= len(page["Items"])
            if "LastEvaluatedKey" not in page:
                break
            again |= {"ExclusiveStartKey": page["LastEvaluatedKey"], "Limit": max(1, passed)}
        return read_units(size, strong)


def _written(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[tuple[str, Item], int]]:
    """Yield table and key (or item) of everything that a call may write, and how often its units count."""
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        yield (params["TableName"], params.get("Item") or params["Key"]), 1
    elif operation == "TransactWriteItems":
        for one in params["TransactItems"]:
            ((action, body),) = one.items()
            assert action in _ACTIONS
            yield (body["TableName"], body.get("Item") or body["Key"]), 2
    elif operation == "BatchWriteItem":
        for table, requests in params["RequestItems"].items():
            for one in requests:
                ((_, body),) = one.items()
                yield (table, body.get("Item") or body["Key"]), 1


def _told(answer: Mapping[str, Any]) -> float:
    told = answer.get("ConsumedCapacity") or []
    return sum(float(one.get("CapacityUnits", 0)) for one in (told if isinstance(told, list) else [told]))
