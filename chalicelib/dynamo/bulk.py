"""Reads and deletes many rows in batches, and retries what DynamoDB leaves unprocessed.

A row is identified by its table's logical name, its partition key and its sort key ("" in the table `keys`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.client_calls import call_client
from chalicelib.dynamo.values import AttributeValues, plain_item

Key = tuple[str, str, str]
MOST_GETS, MOST_DELETES, MOST_WRITES = 100, 25, 100
"""Most items of one BatchGetItem, BatchWriteItem and TransactWriteItems. Source: Amazon DynamoDB's API reference."""


class Bulk:
    """Runs batches. `wait` sleeps before unprocessed items are retried and is given the number of the attempt.

    All methods raise Unavailable, also when items are still unprocessed after TRIES attempts.
    """

    def __init__(self, client: Any, tables: Mapping[str, str], wait: Callable[[int], None] = sleep_with_jitter) -> None:
        self._client = client
        self._tables = tables
        self._logical = {real: logical for logical, real in tables.items()}
        self._wait = wait

    def get(self, keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
        """Return rows by their keys, strongly consistent; rows that do not exist are left out."""
        found: dict[Key, dict[str, Any]] = {}
        for chunk in _chunks(list(dict.fromkeys(keys)), MOST_GETS):
            request: dict[str, AttributeValues] = {}
            for table, pk, sk in chunk:
                asked = request.setdefault(self._tables[table], {"Keys": [], "ConsistentRead": True})
                asked["Keys"].append(_wire_key(pk, sk))
            for answer in self._call_until_processed("batch_get_item", request, "UnprocessedKeys"):
                for real, items in answer.get("Responses", {}).items():
                    for item in map(plain_item, items):
                        found[(self._logical[real], item["pk"], item.get("sk", ""))] = item
        return found

    def delete(self, keys: Iterable[Key]) -> int:
        """Delete rows and return the number of distinct keys. A row that does not exist counts as deleted."""
        wanted = list(dict.fromkeys(keys))
        for chunk in _chunks(wanted, MOST_DELETES):
            request: dict[str, list[AttributeValues]] = {}
            for table, pk, sk in chunk:
                request.setdefault(self._tables[table], []).append({"DeleteRequest": {"Key": _wire_key(pk, sk)}})
            for _ in self._call_until_processed("batch_write_item", request, "UnprocessedItems"):
                pass
        return len(wanted)

    def _call_until_processed(
        self, operation: str, request: Mapping[str, Any], leftovers: str
    ) -> Iterator[AttributeValues]:
        for attempt in range(TRIES):
            answer = self.call(operation, RequestItems=request)
            yield answer
            request = answer.get(leftovers) or {}
            if not request:
                return
            self._wait(attempt)
        raise Unavailable("The storage is too busy to take all of this now; try again.")

    def pages(self, pk: str, names: str, *, prefix: str = "") -> Iterator[tuple[list[dict[str, Any]], bool]]:
        """Yield a partition of `desk` page by page (1 MB at most), strongly consistent: rows, and whether more follow.

        `names` are the attributes to read, separated by commas. `prefix` limits the sort keys.
        """
        wanted = {f"#{name}": name for name in names.split(",")}
        request: dict[str, Any] = {
            "TableName": self._tables["desk"],
            "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else ""),
            "ExpressionAttributeValues": {":pk": {"S": pk}} | ({":prefix": {"S": prefix}} if prefix else {}),
            "ProjectionExpression": ", ".join(wanted),
            "ExpressionAttributeNames": wanted,
            "ConsistentRead": True,
        }
        while True:
            answer = self.call("query", **request)
            last = answer.get("LastEvaluatedKey")
            yield [plain_item(item) for item in answer["Items"]], bool(last)
            if not last:
                return
            request["ExclusiveStartKey"] = last

    def call(self, operation: str, **body: Any) -> AttributeValues:
        """Make one call. Raises Unavailable."""
        return call_client(self._client, operation, body)


def _wire_key(pk: str, sk: str) -> AttributeValues:
    return {"pk": {"S": pk}} | ({"sk": {"S": sk}} if sk else {})


def _chunks(keys: Sequence[Key], size: int) -> Iterator[Sequence[Key]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
