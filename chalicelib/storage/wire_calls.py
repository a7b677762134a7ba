"""Single calls of intake to the DynamoDB client, with the client's errors turned into ours."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.patience import TRIES, full_jitter
from chalicelib.errors import Unavailable
from chalicelib.storage.attributes import Wire


class WireCalls:
    """Calls by a plain client, without pynamodb."""

    def __init__(self, client: Any, wait: Callable[[int], None] = full_jitter) -> None:
        self._client = client
        self._wait = wait

    def call(self, operation: str, **body: Any) -> Wire:
        """Make a call and return its answer. Raises Unavailable."""
        try:
            answer: Wire = getattr(self._client, operation)(**body)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The storage did not answer; send it again.") from error
        return answer

    def conditional(self, operation: str, body: Wire) -> bool:
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
