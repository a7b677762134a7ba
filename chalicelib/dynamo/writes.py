"""Builds the writes of transactions."""

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.core.ids import pseudonym_of_notice as pseudonym_of_notice
from chalicelib.dynamo.builder import Write as Write
from chalicelib.dynamo.values import AttributeValues, attribute_value, attribute_values

_NAMED = re.compile(r"#(\w+)")


class Writes:
    """Builds writes to the tables of this deployment."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._tables = tables

    def put(
        self, role: str, table: str, pk: str, sk: str, attributes: Mapping[str, Any], *, fresh: bool = True
    ) -> Write:
        """Put an item, with `fresh` under the condition that none exists."""
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
        """Update an item under a condition; an empty `expression` makes it a mere condition check.

        `values` maps names to values for `:name`; each `#name` in the expressions stands for the attribute `name`.
        """
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
