"""What the sweeper reads and deletes. DynamoDB's own TTL deletes days later than it promises; this does it on
time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.tickets import DAY, GUARD_DAYS, SECOND
from chalicelib.errors import Unavailable
from chalicelib.storage import rows
from chalicelib.storage.attributes import Wire, from_wire
from chalicelib.storage.calls import reaching
from chalicelib.storage.models import DeskRow
from chalicelib.storage.outbox_reading import overdue
from chalicelib.storage.writes import Writes

_KEYS = ("pk", "sk")
_LOOKED_AT = (*_KEYS, "expires_at", "direction", "arrived_at")


@dataclass(frozen=True)
class Expired:
    """An item past its date. `guard_until` (epoch seconds) is set for a message that arrived so lately that
    its provider may still repeat it: it leaves an empty guard row until then."""

    table: str
    pk: str
    sk: str
    expires_at: int
    attributes: tuple[str, ...] = ()
    guard_until: int = 0


@dataclass(frozen=True)
class Page:
    """What one page of a scan found, and where the next one begins; None at the table's end."""

    items: tuple[Expired, ...]
    cursor: dict[str, str] | None


class Sweeping:
    """The sweeper's view of the tables. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._tables = tables
        self._writes = Writes(tables)

    def overdue(self, before: int) -> Iterator[tuple[str, str, int]]:
        """Places in all outboxes due before `before` (ms), oldest first: conversation, account, due time."""
        return overdue(before)

    def stopped(self, account: str) -> bool:
        """Whether this channel is stopped."""
        with reaching():
            found = list(DeskRow.query(rows.channel_pk(account), DeskRow.sk == "channel", consistent_read=True))
        return any(row.stopped_at for row in found)

    # -- what has expired

    def expired(self, table: str, cursor: dict[str, str] | None, now: int) -> Page:
        """Read one page (1 MB) of a table from `cursor` on and return what is past its date."""
        request: dict[str, Any] = {
            "TableName": self._tables[table],
            "FilterExpression": "expires_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": str(now // SECOND)}},
        }
        if cursor:
            request["ExclusiveStartKey"] = {name: {"S": value} for name, value in cursor.items()}
        answer = self._call("scan", request)
        last = answer.get("LastEvaluatedKey")
        items = tuple(_expired(table, item, now) for item in answer["Items"])
        return Page(items, {name: last[name]["S"] for name in _KEYS} if last else None)

    def remove(self, item: Expired) -> bool:
        """Delete an item, or leave its guard; False when its date has changed meanwhile."""
        if item.guard_until:
            return self._guard(item)
        return self._conditional(
            "delete_item",
            {
                "TableName": self._tables[item.table],
                "Key": {"pk": {"S": item.pk}, "sk": {"S": item.sk}},
                "ConditionExpression": "expires_at = :date",
                "ExpressionAttributeValues": {":date": {"N": str(item.expires_at)}},
            },
        )

    def _guard(self, item: Expired) -> bool:
        """Empty a message: what is left at its key makes a late repetition harmless and holds nothing of a
        person."""
        gone = [name for name in item.attributes if name not in (*_KEYS, "expires_at", "guard")]
        write = self._writes.update(
            "guard", "desk", item.pk, item.sk,
            "SET #guard = :yes, #expires_at = :until REMOVE " + ", ".join(f"#{name}" for name in gone),
            "#expires_at = :date", {"yes": True, "until": item.guard_until, "date": item.expires_at},
        )  # fmt: skip
        return self._conditional("update_item", write.item["Update"])

    # -- the cursor of a table that is longer than one sweep

    def cursor(self, table: str) -> dict[str, str] | None:
        """Where the sweep of a table goes on; None at its beginning."""
        with reaching():
            found = list(DeskRow.query(f"sweep#{table}", DeskRow.sk == "cursor", consistent_read=True))
        cursor: dict[str, str] | None = json.loads(found[0].cursor) if found and found[0].cursor else None
        return cursor

    def keep_cursor(self, table: str, cursor: dict[str, str] | None) -> None:
        """Remember where the next sweep goes on."""
        values = {"cursor": json.dumps(cursor) if cursor else ""}
        body = self._writes.update(
            "sweep",
            "desk",
            f"sweep#{table}",
            "cursor",
            "SET #cursor = :cursor",
            "attribute_exists(pk)",
            values,
        ).item["Update"]
        del body["ConditionExpression"]
        self._call("update_item", body)

    # -- calls

    def _conditional(self, operation: str, body: Wire) -> bool:
        try:
            getattr(self._client, operation)(**body)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("ConditionalCheckFailedException", "TransactionConflictException"):
                return False  # it is past its date still, or not; the next sweep sees
            raise Unavailable("The storage did not take the change; the next sweep tries again.") from error
        except BotoCoreError as error:
            raise Unavailable("The storage did not answer; the next sweep tries again.") from error
        return True

    def _call(self, operation: str, body: Wire) -> Wire:
        try:
            answer: Wire = getattr(self._client, operation)(**body)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The storage did not answer; the next sweep tries again.") from error
        return answer


def _expired(table: str, item: Wire, now: int) -> Expired:
    value = {name: from_wire(item[name]) for name in _LOOKED_AT if name in item}
    found = Expired(table, value["pk"], value["sk"], value["expires_at"])
    until = value.get("arrived_at", 0) + GUARD_DAYS * DAY
    if table != "desk" or value.get("direction") != "in" or until <= now or not value["sk"].startswith("message#"):
        return found
    return Expired(table, value["pk"], value["sk"], value["expires_at"], tuple(item), until // SECOND)
