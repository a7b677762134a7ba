"""Builds the writes of transactions, as DynamoDB takes them, and converts values to and from its typed form. Pure.

An expression names an attribute, `#name` where DynamoDB reserves the word, and a value `:name`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from chalicelib.dynamo.schema import Key

AttributeValues = dict[str, Any]
NEW = "attribute_not_exists(pk)"
"""Condition: there is no such row."""
_NAMED = re.compile(r"#(\w+)")


class Write(NamedTuple):
    """One item of a transaction, as DynamoDB takes it. `role` says whose condition failed when it is refused."""

    role: str
    item: AttributeValues


class Refusal(NamedTuple):
    """A refused transaction: nothing was written. `roles` are those of the writes whose condition failed; empty when it
    conflicted with another transaction on the same items."""

    roles: frozenset[str]


class Builder:
    """Builds writes to the tables with these real `names` (by their logical ones)."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def put(
        self,
        role: str,
        key: Key,
        fields: Mapping[str, Any],
        condition: str = NEW,
        values: Mapping[str, Any] | None = None,
    ) -> Write:
        """Put a row, by default on the condition that there is none; fields that are None or "" are left out."""
        item = {**wire_key(key), **attribute_values(fields)}
        return Write(role, {"Put": self._body(key, condition, values, Item=item)})

    def update(
        self, role: str, key: Key, expression: str, condition: str = "", values: Mapping[str, Any] | None = None
    ) -> Write:
        """Change a row under a condition; an empty `expression` makes it a mere check of the condition."""
        if not expression:
            return self.check(role, key, condition, values)
        body = self._body(key, condition, values, expression, Key=wire_key(key))
        return Write(role, {"Update": {**body, "UpdateExpression": expression}})

    def check(self, role: str, key: Key, condition: str, values: Mapping[str, Any] | None = None) -> Write:
        """Demand that a row meets a condition."""
        return Write(role, {"ConditionCheck": self._body(key, condition, values, Key=wire_key(key))})

    def delete(self, role: str, key: Key, condition: str = "", values: Mapping[str, Any] | None = None) -> Write:
        """Delete a row under a condition."""
        return Write(role, {"Delete": self._body(key, condition, values, Key=wire_key(key))})

    def _body(
        self, key: Key, condition: str, values: Mapping[str, Any] | None, expression: str = "", **what: Any
    ) -> AttributeValues:
        body: AttributeValues = {"TableName": self.names[key.table], **what}
        if condition:
            body["ConditionExpression"] = condition
        return self.expressed(body, f"{expression} {condition}", values)

    @staticmethod
    def expressed(body: AttributeValues, text: str, values: Mapping[str, Any] | None) -> AttributeValues:
        """Return the body of a call with the values of an expression, and the attributes that it names by `#`."""
        if values:  # DynamoDB takes no empty map
            body["ExpressionAttributeValues"] = {f":{name}": attribute_value(value) for name, value in values.items()}
        if "#" in text:
            body["ExpressionAttributeNames"] = {f"#{name}": name for name in _NAMED.findall(text)}
        return body


def setting(names: Iterable[str]) -> str:
    """Return the expression that sets attributes to the values of the same names."""
    return "SET " + ", ".join(f"#{name} = :{name}" for name in names)


def wire_key(key: Key) -> AttributeValues:
    """Return a key as DynamoDB takes it."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}} if key.sk else {"pk": {"S": key.pk}}


def attribute_value(value: Any) -> AttributeValues:
    """Return a value in DynamoDB's typed form. A set holds whole numbers or texts. Raises TypeError for a type that no
    item uses."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, set | frozenset):
        kind = "SS" if any(isinstance(one, str) for one in value) else "NS"
        return {kind: [str(one) for one in sorted(value)]}
    if isinstance(value, list | tuple):
        return {"L": [attribute_value(one) for one in value]}
    if isinstance(value, Mapping):
        return {"M": {name: attribute_value(one) for name, one in value.items()}}
    raise TypeError(f"an item cannot hold a {type(value).__name__}")


def attribute_values(item: Mapping[str, Any]) -> AttributeValues:
    """Return a whole item in typed form; attributes that are None or an empty string are left out."""
    return {name: attribute_value(value) for name, value in item.items() if value is not None and value != ""}


def plain_value(value: AttributeValues) -> Any:
    """Return the Python value of a typed attribute value; numbers become int, also those that are none of ours."""
    ((kind, inner),) = value.items()
    if kind == "N":
        return _number(inner)
    if kind == "NS":
        return set(map(_number, inner))
    if kind == "L":
        return [plain_value(one) for one in inner]
    if kind == "M":
        return {name: plain_value(one) for name, one in inner.items()}
    return inner


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return int(float(text))


def plain_item(item: Mapping[str, AttributeValues]) -> dict[str, Any]:
    """Return a whole item as Python values."""
    return {name: plain_value(value) for name, value in item.items()}
