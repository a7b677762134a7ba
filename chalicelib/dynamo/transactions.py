"""Running transactions: reading why one was refused, and trying again after a conflict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.writes import Write

TRIES = 10


@dataclass(frozen=True)
class Refusal:
    """Nothing was written. `roles` are the writes whose condition did not hold; none of them when another
    transaction was at work on the same items."""

    roles: frozenset[str]


class Transactions:
    """Runs transactions with the DynamoDB client. `wait` parts rivals and is given the number of the try."""

    def __init__(self, client: Any, wait: Callable[[int], None]) -> None:
        self._client = client
        self._wait = wait

    def once(self, writes: Sequence[Write]) -> Refusal | None:
        """Run one transaction; None means that all of it is written. Raises Unavailable."""
        try:
            self._client.transact_write_items(TransactItems=[write.item for write in writes])
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise Unavailable("The storage did not take the change; try again.") from error
            codes = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", ())]
            return Refusal(
                frozenset(
                    write.role for write, code in zip(writes, codes, strict=False) if code == "ConditionalCheckFailed"
                )
            )
        except BotoCoreError as error:
            raise Unavailable("The storage did not answer; try again.") from error
        return None

    def single(self, write: Write) -> bool:
        """Make one update by itself; return whether its condition held. Raises Unavailable."""
        for attempt in range(TRIES):
            try:
                self._client.update_item(**write.item["Update"])
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "ConditionalCheckFailedException":
                    return False
                if code != "TransactionConflictException":
                    raise Unavailable("The storage did not take the change; try again.") from error
                self._wait(attempt)
                continue
            except BotoCoreError as error:
                raise Unavailable("The storage did not answer; try again.") from error
            return True
        raise Unavailable("This item changes too fast to write now; try again.")

    def run_until_written(self, build: Callable[[frozenset[str]], Sequence[Write] | None]) -> bool:
        """Build and run until a transaction is written, ten times at most.

        `build` is given the roles that were refused last, reads anew what it needs, and returns None when
        there is nothing left to do: then this returns False. Raises Unavailable.
        """
        refused: frozenset[str] = frozenset()
        for attempt in range(TRIES):
            writes = build(refused)
            if writes is None:
                return False
            refusal = self.once(writes)
            if refusal is None:
                return True
            if not refusal.roles:
                self._wait(attempt)
            refused |= refusal.roles
        raise Unavailable("These items change too fast to write now; try again.")
