"""Calls the plain DynamoDB client and turns its errors into Unavailable."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.values import AttributeValues, plain_item


def call_client(client: Any, operation: str, body: Mapping[str, Any], again: str = "try again") -> AttributeValues:
    """Make a call and return its answer. Raises Unavailable; `again` is the advice at the end of its message."""
    try:
        answer: AttributeValues = getattr(client, operation)(**body)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"The storage did not answer; {again}.") from error
    return answer


def get_item(client: Any, table: str, pk: str, sk: str) -> dict[str, Any]:
    """Return an item, strongly consistent; empty when there is none. Raises Unavailable."""
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    answer = call_client(client, "get_item", {"TableName": table, "Key": key, "ConsistentRead": True})
    return plain_item(answer.get("Item", {}))
