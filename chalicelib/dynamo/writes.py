"""The writes that a transaction is made of."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND, gone_at
from chalicelib.core.references import MessageRef
from chalicelib.dynamo.attributes import AttributeValues, attribute_value, attribute_values

_NAMED = re.compile(r"#(\w+)")


class Write(NamedTuple):
    """One item of a transaction. `role` tells how to read a failed condition on it."""

    role: str
    item: AttributeValues


def pseudonym_of_notice(kind: str, owner_id: str) -> str:
    """Return the blind name of a notice, derived from what it is about: there is one of each kind only."""
    return hashlib.sha256(f"{kind}|{owner_id}".encode()).hexdigest()[:32]


def client_guard(ref: MessageRef, now: int) -> dict[str, Any]:
    """Attributes of the row that remembers what was stored under a client's id. `now` in ms."""
    until = (now + GUARD_DAYS * DAY) // SECOND
    return {"message_ref": str(ref), "expires_at": until, "gone_at": gone_at(until)}


class Writes:
    """Builds writes to the tables of this deployment."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._tables = tables

    def put(
        self, role: str, table: str, pk: str, sk: str, attributes: Mapping[str, Any], *, fresh: bool = True
    ) -> Write:
        """Put an item; `fresh` demands that none is there."""
        item = attribute_values({"pk": pk, **({"sk": sk} if sk else {}), **attributes})
        put: AttributeValues = {"TableName": self._tables[table], "Item": item}
        if fresh:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        return Write(role, {"Put": put})

    def update(
        self,
        role: str,
        table: str,
        pk: str,
        sk: str,
        expression: str,
        condition: str,
        values: Mapping[str, Any],
    ) -> Write:
        """Update an item under a condition; without an expression the condition alone is checked."""
        body: AttributeValues = {
            "TableName": self._tables[table],
            "Key": {"pk": {"S": pk}, **({"sk": {"S": sk}} if sk else {})},
            "ConditionExpression": condition,
        }
        if values:  # DynamoDB takes no empty map
            body["ExpressionAttributeValues"] = {f":{name}": attribute_value(value) for name, value in values.items()}
        if named := _NAMED.findall(f"{expression} {condition}"):
            body["ExpressionAttributeNames"] = {f"#{name}": name for name in named}
        if not expression:
            return Write(role, {"ConditionCheck": body})
        return Write(role, {"Update": {**body, "UpdateExpression": expression}})
