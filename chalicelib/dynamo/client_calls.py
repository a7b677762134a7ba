"""Calls the plain DynamoDB client and turns its errors into Unavailable."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.backoff import TRIES, sleep_with_jitter
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


class ClientCalls:
    """Calls of intake. `wait` sleeps after a conflict and is given the number of the attempt."""

    def __init__(self, client: Any, wait: Callable[[int], None] = sleep_with_jitter) -> None:
        self._client = client
        self._wait = wait

    def call(self, operation: str, **body: Any) -> AttributeValues:
        """Make a call and return its answer. Raises Unavailable."""
        return call_client(self._client, operation, body, "send it again")

    def conditional(self, operation: str, body: AttributeValues) -> bool:
        """Make a conditional call and return whether the condition held. Raises Unavailable.

        A conflict with a transaction on the same item is retried.
        """
        for attempt in range(TRIES):
            try:
                getattr(self._client, operation)(**body)
                return True
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "ConditionalCheckFailedException":
                    return False
                if code != "TransactionConflictException":
                    raise Unavailable("The storage did not take the change; send it again.") from error
                self._wait(attempt)
            except BotoCoreError as error:
                raise Unavailable("The storage did not answer; send it again.") from error
        raise Unavailable("The message changes too fast to store this now; send it again.")
