"""Runs transactions: tells which condition failed, and retries after conflicts with concurrent writers."""

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.builder import Refusal as Refusal
from chalicelib.dynamo.builder import Write

TRIES = 10
"""Attempts before Unavailable is raised."""


class Transactions:
    """Runs transactions. `wait` sleeps after a conflict and is given the number of the attempt."""

    def __init__(self, client: Any, wait: Callable[[int], None]) -> None:
        self._client = client
        self._wait = wait

    def once(self, writes: Sequence[Write]) -> Refusal | None:
        """Run a transaction once; return None when all of it was written. Raises Unavailable."""
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

    def run_until_written(self, build: Callable[[frozenset[str]], Sequence[Write] | None]) -> bool:
        """Build and run a transaction until it is written, TRIES times at most; return whether it was written.

        `build` is given all roles refused so far and reads again what it needs. When it returns None, nothing is left
        to do and the result is False. Raises Unavailable.
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
