"""DynamoDB clients that die, count or are too busy on purpose; everything else goes to the real tables."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from botocore.exceptions import ClientError

from tests.support.calls import Call, heard_by

WRITES = frozenset("put_item update_item delete_item batch_write_item transact_write_items".split())


class Died(BaseException):
    """The process is gone: nothing catches this."""


class Dying:
    """Dies before or after the n-th write. `writes` counts those that were begun."""

    def __init__(self, client: Any, number: int = 0, when: str = "before") -> None:
        self._client, self._number, self._when = client, number, when
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in WRITES:
            return found

        def call(**request: Any) -> Any:
            self.writes += 1
            fatal = self.writes == self._number
            if fatal and self._when == "before":
                raise Died
            try:
                return found(**request)
            finally:
                if fatal:  # also when the call was refused
                    raise Died

        return call


class Late:
    """Keeps the n-th write instead of making it, as of a process that is held up just then; `make` makes it later."""

    def __init__(self, client: Any, number: int = 1) -> None:
        self._client, self._left = client, number
        self.kept: tuple[str, dict[str, Any]] | None = None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in WRITES:
            return found

        def call(**request: Any) -> Any:
            self._left -= 1
            if self._left:
                return found(**request)
            self.kept = name, request
            raise Died

        return call

    def make(self) -> bool:
        """Make the write now; return whether it was taken."""
        assert self.kept is not None
        name, request = self.kept
        try:
            getattr(self._client, name)(**request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            assert code in ("TransactionCanceledException", "ConditionalCheckFailedException"), code
            return False
        return True


class Counting:
    """Notes the name of every call."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)

        def call(**request: Any) -> Any:
            self.calls.append(name)
            return found(**request)

        return call


class Hooked:
    """Calls `before` with name and body of every call; what it raises is the answer."""

    def __init__(self, client: Any, before: Callable[[str, Mapping[str, Any]], None]) -> None:
        self._client, self._before = client, before

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)

        def call(**request: Any) -> Any:
            self._before(name, request)
            return found(**request)

        return call


class Leaving:
    """Takes at most `most` items of a BatchWriteItem or BatchGetItem and hands the rest back, as a busy table does."""

    def __init__(self, client: Any, most: int = 1) -> None:
        self._client, self._most = client, most
        self.left = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> Any:
        flat = [(table, one) for table, ones in RequestItems.items() for one in ones]
        taken, left = flat[: self._most], flat[self._most :]
        self.left += len(left)
        answer = self._client.batch_write_item(RequestItems=_grouped(taken))
        return answer | {"UnprocessedItems": _grouped(left)}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> Any:
        flat = [(table, key) for table, asked in RequestItems.items() for key in asked["Keys"]]
        half = max(self._most, len(flat) // 2)
        taken, left = flat[:half], flat[half:]
        self.left += len(left)

        def asked(keys: list[tuple[str, Any]]) -> dict[str, Any]:
            return {table: {"Keys": ones, "ConsistentRead": True} for table, ones in _grouped(keys).items()}

        answer = self._client.batch_get_item(RequestItems=asked(taken))
        return answer | {"UnprocessedKeys": asked(left)}


class Conflicting:
    """Answers the first `times` transactions with TransactionConflict, as a busy DynamoDB does."""

    def __init__(self, client: Any, times: int) -> None:
        self._client = client
        self._left = times
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        with self._lock:
            self._left -= 1
            conflict = self._left >= 0
        if not conflict:
            return self._client.transact_write_items(**request)
        reasons = [{"Code": "TransactionConflict"}] + [{"Code": "None"}] * (len(request["TransactItems"]) - 1)
        raise ClientError(
            {
                "Error": {"Code": "TransactionCanceledException", "Message": ""},
                "CancellationReasons": reasons,
            },
            "TransactWriteItems",
        )


class Busy:
    """Answers the first `times` plain updates with TransactionConflict, as an item in a transaction does."""

    def __init__(self, client: Any, times: int) -> None:
        self._client = client
        self._left = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **request: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            return self._client.update_item(**request)
        raise ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, "UpdateItem")


class Throttled:
    """Refuses calls of these names for a table whose real name ends so, `times` times, as a throttled table does."""

    def __init__(self, client: Any, names: set[str], table: str, times: int = 10**9) -> None:
        self._client, self._names, self._table, self._left = client, names, table, times

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in self._names:
            return found

        def call(**request: Any) -> Any:
            if f"{self._table}'" not in str(request) or self._left <= 0:
                return found(**request)
            self._left -= 1
            raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, name)

        return call


def _grouped(flat: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for table, one in flat:
        found.setdefault(table, []).append(one)
    return found


class Fate:
    """Counts calls. `died_at` names the call that it came to, "" while it has not."""

    def __init__(self, number: int, when: str) -> None:
        self.number, self.when, self.count, self.died_at = number, when, 0, ""

    def asked(self, call: Call) -> None:
        if call.service == "DynamoDB":
            self.count += 1
            self._meet("before", call.operation)

    def answered(self, call: Call, answer: dict[str, Any], status: int) -> None:
        if call.service == "DynamoDB":
            self._meet("after", call.operation)

    def _meet(self, when: str, name: str) -> None:
        if self.count == self.number and when == self.when and not self.died_at:
            self.died_at = name
            raise Died


@contextmanager
def fated(number: int, when: str) -> Iterator[Fate]:
    """Let what runs in this block die before or after its n-th call to DynamoDB, whoever of its parts makes it."""
    fate = Fate(number, when)
    with suppress(Died), heard_by(fate):
        yield fate
