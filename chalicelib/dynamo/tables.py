"""Reads and writes rows by the plain DynamoDB client, for intake, the workflow and every transaction.

No other module calls the client; what only the dashboard reads goes through pynamodb (rows.py). Here are, once: the
conversion of values, transactions whose refusals are read one by one, retries after conflicts, pages and batches.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.errors import NoIndex, Unavailable
from chalicelib.dynamo.builder import (
    AttributeValues,
    Builder,
    Refusal,
    Write,
    attribute_values,
    plain_item,
    wire_key,
)
from chalicelib.dynamo.schema import Key

MOST_GETS, MOST_DELETES, MOST_WRITES = 100, 25, 100
"""Most items of one BatchGetItem, BatchWriteItem and TransactWriteItems. Source: Amazon DynamoDB's API reference."""
_SORTED_BY = {"queue": ("queue", "activity"), "unsent": ("due", "due_at"), "lists": ("list", "place")}
"""Partition and sort attribute of each index of `desk`."""
_ALONE = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}


class Page(NamedTuple):
    """Rows, and where the next page begins; empty at the end."""

    rows: list[dict[str, Any]]
    next: dict[str, Any]


class Tables(Builder):
    """The tables of this deployment; `names` are their real names by their logical ones.

    `wait` sleeps after a conflict, or before what DynamoDB left undone is tried again, and is given the number of the
    attempt; stores with a loop of their own call it, too. Every method that calls DynamoDB raises Unavailable, whose
    message ends with the advice `again`.
    """

    def __init__(
        self,
        client: Any,
        names: Mapping[str, str],
        wait: Callable[[int], None] = sleep_with_jitter,
        again: str = "try again",
    ) -> None:
        super().__init__(names)
        self.client = client
        self._logical = {real: logical for logical, real in names.items()}
        self.wait = wait
        self._again = again

    # -- reading: strongly consistent, but for indexes

    def get(self, key: Key) -> dict[str, Any]:
        """Return a row; empty when there is none."""
        answer = self._call("get_item", TableName=self.names[key.table], Key=wire_key(key), ConsistentRead=True)
        return plain_item(answer.get("Item", {}))

    def get_many(self, keys: Iterable[Key], *, strong: bool = True) -> dict[Key, dict[str, Any]]:
        """Return rows by their keys, read in batches; rows that do not exist are left out. Without `strong` a read
        costs half and may be a moment late."""
        found: dict[Key, dict[str, Any]] = {}
        for chunk in _chunks(list(dict.fromkeys(keys)), MOST_GETS):
            request: dict[str, AttributeValues] = {}
            for key in chunk:
                asked = request.setdefault(self.names[key.table], {"Keys": [], "ConsistentRead": strong})
                asked["Keys"].append(wire_key(key))
            for answer in self._until_done("batch_get_item", request, "UnprocessedKeys"):
                for real, items in answer.get("Responses", {}).items():
                    for row in map(plain_item, items):
                        found[Key(self._logical[real], row["pk"], row.get("sk", ""))] = row
        return found

    def get_at_once(self, keys: Sequence[Key], tries: int = TRIES) -> list[dict[str, Any]]:
        """Return rows (empty ones for those that do not exist) in the order of their keys, as of one moment; 100 at
        most. It needs no right beside GetItem. A conflict with a transaction is retried, `tries` times in all."""
        gets = [{"Get": {"TableName": self.names[key.table], "Key": wire_key(key)}} for key in keys]
        if not gets:
            return []
        for attempt in range(tries):
            try:
                answer = self.client.transact_get_items(TransactItems=gets)
            except ClientError as error:
                if _code(error) != "TransactionCanceledException":
                    raise self._no_answer() from error
                if tries > 1:
                    self.wait(attempt)
                continue
            except BotoCoreError as error:
                raise self._no_answer() from error
            return [plain_item(one.get("Item", {})) for one in answer["Responses"]]
        raise Unavailable(f"These rows change too fast to read now; {self._again}.")

    def page(
        self,
        partition: str,
        *,
        prefix: str = "",
        only: str = "",
        index: str = "",
        until: int | None = None,
        newest_first: bool = False,
        limit: int = 0,
        start: Mapping[str, Any] | None = None,
    ) -> Page:
        """Return one page (1 MB or `limit` rows at most) of a partition of `desk`, or of its `index`, in its order.

        `prefix` limits the sort keys, `until` the time by which an index is sorted; `only` names the attributes to
        read, separated by commas; `start` is the `next` of the page before.
        """
        body = self._query(partition, prefix, only, index, until)
        body |= {"ScanIndexForward": False} if newest_first else {}
        body |= {"Limit": limit} if limit else {}
        body |= {"ExclusiveStartKey": attribute_values(start)} if start else {}
        answer = self._call("query", **body)
        return Page([plain_item(item) for item in answer["Items"]], plain_item(answer.get("LastEvaluatedKey", {})))

    def pages(self, partition: str, *, prefix: str = "", only: str = "") -> Iterator[Page]:
        """Yield all pages of a partition of `desk`."""
        start: dict[str, Any] | None = None
        while start != {}:
            page = self.page(partition, prefix=prefix, only=only, start=start)
            yield page
            start = page.next

    def count(self, partition: str, *, index: str, limit: int) -> int:
        """Return how many rows a partition of an index holds, `limit` at most."""
        answer = self._call("query", **self._query(partition, "", "", index, None), Limit=limit, Select="COUNT")
        return int(answer["Count"])

    def _query(self, partition: str, prefix: str, only: str, index: str, until: int | None) -> AttributeValues:
        by, then = _SORTED_BY.get(index, ("pk", "sk"))
        condition = f"#{by} = :partition"
        values: dict[str, str | int] = {"partition": partition}
        if prefix:
            condition += f" AND begins_with({then}, :prefix)"
            values["prefix"] = prefix
        if until is not None:
            condition += f" AND {then} <= :until"
            values["until"] = until
        wanted = ", ".join(f"#{name}" for name in only.split(",")) if only else ""
        body: AttributeValues = {"TableName": self.names["desk"], "KeyConditionExpression": condition}
        body = self.expressed(body, f"{condition} {wanted}", values) | (
            {"ProjectionExpression": wanted} if only else {}
        )
        return body | ({"IndexName": index} if index else {"ConsistentRead": True})

    def scan(
        self,
        table: str,
        condition: str = "",
        values: Mapping[str, Any] | None = None,
        *,
        start: Mapping[str, Any] | None = None,
        strong: bool = False,
    ) -> Page:
        """Return one page (1 MB) of a whole table: its rows that meet the condition; with `strong` as they are now."""
        body = self.expressed({"TableName": self.names[table]}, condition, values)
        body |= {"FilterExpression": condition} if condition else {}
        body |= {"ConsistentRead": True} if strong else {}
        body |= {"ExclusiveStartKey": attribute_values(start)} if start else {}
        answer = self._call("scan", **body)
        return Page([plain_item(item) for item in answer["Items"]], plain_item(answer.get("LastEvaluatedKey", {})))

    # -- writing

    def write(self, write: Write, tries: int = TRIES) -> bool:
        """Make one write without a transaction, which costs half; return whether its condition held.

        A conflict with a transaction is retried, `tries` times in all; with one try it counts as a condition that did
        not hold.
        """
        ((kind, body),) = write.item.items()
        for attempt in range(tries):
            try:
                getattr(self.client, _ALONE[kind])(**body)
            except ClientError as error:
                code = _code(error)
                if code == "ConditionalCheckFailedException":
                    return False
                if code != "TransactionConflictException":
                    raise Unavailable(f"The storage did not take the change; {self._again}.") from error
                if tries > 1:
                    self.wait(attempt)
            except BotoCoreError as error:
                raise self._no_answer() from error
            else:
                return True
        if tries == 1:
            return False
        raise Unavailable(f"This row changes too fast to write now; {self._again}.")

    def transact(self, writes: Iterable[Write]) -> Refusal | None:
        """Run a transaction once; return None when all of it was written."""
        asked = list(writes)
        try:
            self.client.transact_write_items(TransactItems=[write.item for write in asked])
        except ClientError as error:
            if _code(error) != "TransactionCanceledException":
                raise Unavailable(f"The storage did not take the change; {self._again}.") from error
            codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", ())]
            failed = [one.role for one, code in zip(asked, codes, strict=False) if code == "ConditionalCheckFailed"]
            return Refusal(frozenset(failed))
        except BotoCoreError as error:
            raise self._no_answer() from error
        return None

    def transact_until_written(self, build: Callable[[frozenset[str]], Sequence[Write] | None]) -> bool:
        """Build and run a transaction until it is written, TRIES times at most; return whether it was written.

        `build` is given all roles refused so far and reads again what it needs. When it returns None, nothing is left
        to do and the result is False.
        """
        refused: frozenset[str] = frozenset()
        for attempt in range(TRIES):
            writes = build(refused)
            if writes is None:
                return False
            refusal = self.transact(writes)
            if refusal is None:
                return True
            if not refusal.roles:
                self.wait(attempt)
            refused |= refusal.roles
        if refused and build(refused) is None:
            return False
        raise Unavailable(f"These rows change too fast to write now; {self._again}.")

    def delete_many(self, keys: Iterable[Key]) -> int:
        """Delete rows in batches; return the number of distinct keys. A row that does not exist counts as deleted."""
        wanted = list(dict.fromkeys(keys))
        for chunk in _chunks(wanted, MOST_DELETES):
            request: dict[str, list[AttributeValues]] = {}
            for key in chunk:
                request.setdefault(self.names[key.table], []).append({"DeleteRequest": {"Key": wire_key(key)}})
            for _ in self._until_done("batch_write_item", request, "UnprocessedItems"):
                pass
        return len(wanted)

    # -- calls

    def _until_done(self, operation: str, request: Mapping[str, Any], leftovers: str) -> Iterator[AttributeValues]:
        for attempt in range(TRIES):
            answer = self._call(operation, RequestItems=request)
            yield answer
            request = answer.get(leftovers) or {}
            if not request:
                return
            self.wait(attempt)
        raise Unavailable(f"The storage is too busy to do all of this now; {self._again}.")

    def _call(self, operation: str, **body: Any) -> AttributeValues:
        try:
            answer: AttributeValues = getattr(self.client, operation)(**body)
        except (ClientError, BotoCoreError) as error:
            if "IndexName" in body and isinstance(error, ClientError) and _code(error) == "ValidationException":
                raise NoIndex(f"The index cannot be read yet; {self._again}.") from error
            raise self._no_answer() from error
        return answer

    def _no_answer(self) -> Unavailable:
        return Unavailable(f"The storage did not answer; {self._again}.")


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _chunks(keys: Sequence[Key], size: int) -> Iterator[Sequence[Key]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
