"""Clients that fail or count on purpose; everything else goes to the real table."""

import threading
from typing import Any

from botocore.exceptions import ClientError


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


class Counting:
    """Notes the name of every call."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self._client, name)


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
