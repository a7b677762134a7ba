"""Reading and deleting many rows with few calls, for the tasks of the erasure: plain calls whose leftovers are retried.

A row is named by table (its logical name), partition and sort key; the sort key of `keys` is "".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.attributes import AttributeValues, plain_item
from chalicelib.dynamo.client_calls import call_client

Key = tuple[str, str, str]
MOST_GETS, MOST_DELETES, MOST_WRITES = 100, 25, 100
"""Items of one BatchGetItem, BatchWriteItem and TransactWriteItems. Source: Amazon DynamoDB's API reference."""


class Bulk:
    """Many rows at once. `wait` parts tries after leftovers and is given the number of the try.

    All methods raise Unavailable, also when DynamoDB leaves something over TRIES times.
    """

    def __init__(self, client: Any, tables: Mapping[str, str], wait: Callable[[int], None] = sleep_with_jitter) -> None:
        self._client = client
        self._tables = tables
        self._logical = {real: logical for logical, real in tables.items()}
        self._wait = wait

    def get(self, keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
        """Read rows by strongly consistent reads; those that are not there are left out."""
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
        """Delete rows and return how many were named. One that is not there counts as deleted."""
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
        """Read a partition of `desk` by strongly consistent reads, up to 1 MB at a time.

        `names` are the attributes that are wanted, with commas between. Yields rows and whether more follow.
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
