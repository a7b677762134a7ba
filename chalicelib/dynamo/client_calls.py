"""Single calls to the plain DynamoDB client, with its errors turned into ours."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.attributes import AttributeValues, plain_item


def call_client(client: Any, operation: str, body: Mapping[str, Any], again: str = "try again") -> AttributeValues:
    """Make a call and return its answer. Raises Unavailable, which says what to do: `again`."""
    try:
        answer: AttributeValues = getattr(client, operation)(**body)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"The storage did not answer; {again}.") from error
    return answer


def get_item(client: Any, table: str, pk: str, sk: str) -> dict[str, Any]:
    """Return an item by a strongly consistent read, empty when there is none. Raises Unavailable."""
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    answer = call_client(client, "get_item", {"TableName": table, "Key": key, "ConsistentRead": True})
    return plain_item(answer.get("Item", {}))


class ClientCalls:
    """Intake's calls."""

    def __init__(self, client: Any, wait: Callable[[int], None] = sleep_with_jitter) -> None:
        self._client = client
        self._wait = wait

    def call(self, operation: str, **body: Any) -> AttributeValues:
        """Make a call and return its answer. Raises Unavailable."""
        return call_client(self._client, operation, body, "send it again")

    def conditional(self, operation: str, body: AttributeValues) -> bool:
        """Make a conditional call; return whether the condition held. Raises Unavailable.

        A transaction on the same item, such as the sender's, makes the call fail for a moment only.
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
