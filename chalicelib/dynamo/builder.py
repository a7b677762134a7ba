"""Builds the writes of transactions, as DynamoDB takes them. Pure.

An expression names an attribute, `#name` where DynamoDB reserves the word, and a value `:name`.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.dynamo.schema import Key
from chalicelib.dynamo.values import AttributeValues, attribute_value, attribute_values

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


def wire_key(key: Key) -> AttributeValues:
    """Return a key as DynamoDB takes it."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}} if key.sk else {"pk": {"S": key.pk}}
