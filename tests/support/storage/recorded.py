"""What code asks of DynamoDB, written down as docs/access-patterns.md writes it."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chalicelib.dynamo.schema import CLASSES
from tests.support.calls import Call, heard_by
from tests.support.storage.stores import stores

TRANSACTION = {"Put": "put", "Update": "update", "Delete": "delete", "ConditionCheck": "check"}
READS = ("GetItem", "BatchGetItem", "Query", "Scan")


@dataclass(frozen=True)
class Asked:
    """One call. `key` has real values where the document has names in braces; `functions` are those of storage that
    the call came from, `site` the innermost of them."""

    operation: str
    place: str
    key: str
    consistency: str
    units: float
    functions: tuple[str, ...]

    @property
    def site(self) -> str:
        return self.functions[0]

    def __str__(self) -> str:
        return (
            f"{self.functions[-1]} | {self.operation} | {self.place} | {self.key} | {self.consistency} | {self.units:g}"
        )


class Recorder:
    """Writes down what is asked of these tables, in the words of the document."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._names = {real: name for name, real in tables.items()}
        self._calls: list[Asked] = []

    @contextmanager
    def listening(self) -> Iterator[list[Asked]]:
        """Yield the list that calls are added to."""
        self._calls = []
        with heard_by(self):
            yield self._calls

    def asked(self, call: Call) -> None:
        if call.service == "DynamoDB":
            call.params["ReturnConsumedCapacity"] = "TOTAL"

    def answered(self, call: Call, answer: dict[str, Any], status: int) -> None:
        if call.service == "DynamoDB":
            operation, params = call.operation, call.params
            place, key = self._place(operation, params), self._key(operation, params)
            consistency, functions = _consistency(operation, params), tuple(_functions())
            self._calls.append(Asked(operation, place, key, consistency, _units(answer), functions))

    def _place(self, operation: str, params: Mapping[str, Any]) -> str:
        if operation in ("TransactWriteItems", "TransactGetItems"):
            found = [self._names[body["TableName"]] for item in params["TransactItems"] for body in item.values()]
            return ", ".join(dict.fromkeys(found))
        if "RequestItems" in params:
            return ", ".join(self._names[real] for real in params["RequestItems"])
        table = self._names[params["TableName"]]
        return f"{table}.{params['IndexName']}" if "IndexName" in params else table

    def _key(self, operation: str, params: Mapping[str, Any]) -> str:
        if operation == "TransactWriteItems":
            return self._transaction(params["TransactItems"])
        if operation == "TransactGetItems":
            return self._several((one["Get"]["TableName"], one["Get"]["Key"]) for one in params["TransactItems"])
        if operation == "Query":
            return _condition(params) + _extent(params)
        if operation == "Scan":
            return "every item" + _extent(params)
        if operation == "BatchGetItem":
            return self._several((real, key) for real, table in params["RequestItems"].items() for key in table["Keys"])
        if operation == "BatchWriteItem":
            written = [(real, one) for real, table in params["RequestItems"].items() for one in table]
            return self._several(
                (real, one["PutRequest"]["Item"] if "PutRequest" in one else one["DeleteRequest"]["Key"])
                for real, one in written
            )
        return _primary(params["Item"] if operation == "PutItem" else params["Key"])

    def _several(self, keys: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
        """The first of several keys of one class; of several classes their names."""
        found = [(real, _primary(key)) for real, key in keys]
        names = dict.fromkeys(class_name(self._names[real], primary) for real, primary in found)
        return found[0][1] if len(names) == 1 else ", ".join(sorted(names))

    def _transaction(self, items: Iterable[Mapping[str, Any]]) -> str:
        """The classes of the items, by action: `put message; update head, ticket`."""
        found: dict[str, list[str]] = {}
        for item in items:
            ((action, body),) = item.items()
            primary = _primary(body["Item"] if action == "Put" else body["Key"])
            name = class_name(self._names[body["TableName"]], primary)
            found.setdefault(TRANSACTION[action], []).append(name)
        return "; ".join(f"{action} {', '.join(names)}" for action, names in found.items())


def matches(template: str, text: str) -> bool:
    """Whether a text is of a template, in which {names} stand for values."""
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^ ]+", re.escape(template)), text) is not None


def class_name(table: str, primary: str) -> str:
    """The class of an item by its key; a guard lies at the key of a message and counts as one."""
    for one in CLASSES:
        if one.table == table and matches(f"{one.pk} / {one.sk}".removesuffix(" / "), primary):
            return one.name
    raise AssertionError(f"{table}: no class for {primary}")


def _primary(key: Mapping[str, Any]) -> str:
    return " / ".join(_value(key[name]) for name in ("pk", "sk") if name in key)


def _value(value: Mapping[str, Any]) -> str:
    ((_, inner),) = value.items()
    return str(inner)


def _condition(params: Mapping[str, Any]) -> str:
    text = params["KeyConditionExpression"]
    for name, real in params.get("ExpressionAttributeNames", {}).items():
        text = re.sub(rf"{re.escape(name)}\b", real, text)
    for name, value in params["ExpressionAttributeValues"].items():
        text = re.sub(rf"{re.escape(name)}\b", _value(value), text)
    return text.replace("begins_with (", "begins_with(").strip("()") + (")" if "begins_with" in text else "")


def _extent(params: Mapping[str, Any]) -> str:
    newest = ", newest first" if params.get("ScanIndexForward") is False else ""
    return newest + (f", {params['Limit']} at most" if "Limit" in params else "")


def _consistency(operation: str, params: Mapping[str, Any]) -> str:
    if operation == "TransactWriteItems":
        return "all or nothing"
    if operation == "TransactGetItems":
        return "serializable"
    if operation == "BatchWriteItem":
        return "unconditional"
    if operation in READS:
        asked = [params, *params.get("RequestItems", {}).values()]
        return "strong" if any(one.get("ConsistentRead") for one in asked) else "eventual"
    return "conditional" if "ConditionExpression" in params else "unconditional"


def _units(parsed: Mapping[str, Any]) -> float:
    capacity = parsed.get("ConsumedCapacity", [])
    return float(sum(one["CapacityUnits"] for one in ([capacity] if isinstance(capacity, dict) else capacity)))


def _functions() -> Iterator[str]:
    frame: Any = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename in stores():
            yield re.sub(r"\.<locals>.*|\.<\w+>$", "", frame.f_code.co_qualname)
        frame = frame.f_back
