"""The sweeper's reads and deletions. DynamoDB's own TTL may delete days late and checks no ticket; the sweeper deletes
on time and checks it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.contacts import text_index
from chalicelib.contacts.search_words import RULE
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND, gone_at
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo import keys
from chalicelib.dynamo.client_calls import call_client
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.tables import Tables
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.values import AttributeValues, plain_value
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.outbox.reading import overdue
from chalicelib.retention.model import (
    EarlyDeletion,
    EndedWords,
    Expired,
    OldWords,
    Removal,
    TicketDate,
    UnhandledAsk,
    UnstampedTicket,
)
from chalicelib.retention.store import ExpiryStamps

_KEYS = ("pk", "sk")
_OF_GUARDS = (*_KEYS, "expires_at", "gone_at", "guard", "links", "linked_until")
_LOOKED_AT = (
    *_KEYS,
    *("expires_at", "direction", "arrived_at", "ticket_id", "conversation_id", "dated", "activity", "rung_at"),
    *("contact_id", "ended_at", "rule"),
)
_PAST_ITS_DATE = "expires_at <= :now"
_OF_NOBODY = "attribute_exists(ended_at)"
_BY_AN_OLD_RULE = "(begins_with(pk, :words) AND (attribute_not_exists(#rule) OR #rule < :rule))"
_STAMPED_OTHERWISE = (
    "(attribute_exists(expires_at) AND attribute_not_exists(dated))"
    " OR (attribute_not_exists(expires_at) AND attribute_exists(dated))"
    " OR (attribute_exists(expires_at) AND attribute_exists(dated) AND expires_at <> dated)"
)
MOST_REVOKES = 100
STAMPING_TAKES = 60 * SECOND
"""Time (ms) that stamping may take after a ticket was closed, reopened or enqueued again."""


@dataclass(frozen=True)
class Page:
    """The items that one page of a scan found, in its order, and the cursor of the next page; None at the table's
    end."""

    items: tuple[Expired | UnstampedTicket | EndedWords | OldWords, ...]
    cursor: dict[str, str] | None


class SweepStore:
    """The sweeper's access to the tables. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._tables = tables
        self._writes = Writes(tables)
        self._run = Transactions(client, lambda _attempt: None)
        self._dates = ExpiryStamps(client, tables, lambda _attempt: None)

    def overdue(self, before: int, since: int = 0) -> Iterator[tuple[str, str, int]]:
        """Yield the entries of all outboxes due from `since` to before `before` (ms), oldest first, as (conversation,
        account, due time)."""
        return overdue(before, since)

    def stopped(self, account: str) -> bool:
        """Whether this channel is stopped."""
        with translated_errors():
            found = list(DeskRow.query(keys.channel_pk(account), DeskRow.sk == "channel", consistent_read=True))
        return any(row.stopped_at for row in found)

    # -- asks

    def asks(self, most: int) -> Iterator[UnhandledAsk]:
        """Yield what people asked and what was not handled yet, the earliest due first, at most `most`. The index is a
        moment late."""
        query = {
            "TableName": self._tables["desk"],
            "IndexName": "unsent",
            "KeyConditionExpression": "due = :due",
            "ExpressionAttributeValues": {":due": {"S": keys.ASKING}},
            "Limit": most,
        }
        for item in self._call("query", query)["Items"]:
            yield UnhandledAsk(item["pk"]["S"], item["sk"]["S"], _number(item, "at"), _number(item, "due_at"))

    def put_off(self, ask: UnhandledAsk, due_at: int) -> None:
        """Make an ask due at `due_at` (ms), unless it was handled meanwhile."""
        values = {"due": due_at}
        self._alone(
            self._writes.update("ask", "desk", ask.pk, ask.sk, "SET #due_at = :due", "attribute_exists(pk)", values)
        )

    # -- deletions whose message has not arrived

    def early_deletions(self, now: int) -> Iterator[EarlyDeletion]:
        """Yield customers' deletions that are due at `now` (ms), at most MOST_REVOKES. The index is a moment late."""
        query = {
            "TableName": self._tables["desk"],
            "IndexName": "unsent",
            "KeyConditionExpression": "due = :due AND due_at <= :now",
            "ExpressionAttributeValues": {":due": {"S": keys.REVOKING}, ":now": {"N": str(now)}},
            "Limit": MOST_REVOKES,
        }
        for item in self._call("query", query)["Items"]:
            yield EarlyDeletion(item["pk"]["S"], item["sk"]["S"], _number(item, "arrived_at"))

    def put_off_deletion(self, revoke: EarlyDeletion, due_at: int) -> None:
        """Have a deletion repeated now, because the stream router wakes the expiry stamper for the changed row, and
        make it due again at `due_at` (ms). One that waits no longer stays as it is."""
        write = self._writes.update(
            "message", "desk", revoke.pk, revoke.sk, "SET #due_at = :at", "attribute_exists(#due)", {"at": due_at}
        )
        self._alone(write)

    # -- what has expired

    def expired(self, table: str, cursor: dict[str, str] | None, now: int) -> Page:
        """Read one page (1 MB) of a table from `cursor` on and return the expired items; of the table `desk` also
        tickets whose rows are not stamped with their date, and of `index` search words of ended contacts or of an older
        rule. `now` in ms."""
        request: dict[str, Any] = {
            "TableName": self._tables[table],
            "FilterExpression": _PAST_ITS_DATE,
            "ExpressionAttributeValues": {":now": {"N": str(now // SECOND)}},
        }
        if table == "desk":
            request["FilterExpression"] += f" OR (begins_with(pk, :ticket) AND ({_STAMPED_OTHERWISE}))"
            request["ExpressionAttributeValues"][":ticket"] = {"S": "ticket#"}
        else:
            request["FilterExpression"] += f" OR {_OF_NOBODY} OR {_BY_AN_OLD_RULE}"
            request["ExpressionAttributeNames"] = {"#rule": "rule"}
            request["ExpressionAttributeValues"] |= {":words": {"S": "words#"}, ":rule": {"N": str(RULE)}}
        if cursor:
            request["ExclusiveStartKey"] = {name: {"S": value} for name, value in cursor.items()}
        answer = self._call("scan", request)
        last = answer.get("LastEvaluatedKey")
        found = (_found(table, item, now) for item in answer["Items"])
        items = tuple(one for one in found if one is not None)
        return Page(items, {name: last[name]["S"] for name in _KEYS} if last else None)

    def remove(self, item: Expired) -> Removal:
        """Delete an item, or replace it by its guard, if its date is still as it was read.

        A row of a ticket is deleted only when the ticket has the same date or is gone, which the same transaction
        checks: a reopened ticket keeps its rows even before their stamps are removed. The ticket itself is deleted
        when all its rows have its date, so that no row is left without one.
        """
        if item.is_ticket:
            ticket = TicketDate(item.ticket_id, "", item.expires_at)
            if next(self._dates.rows_to_stamp(item.conversation_id, ticket), None) is not None:
                return Removal.STAMP_FIRST
        write = self._guard(item) if item.guard_until else self._delete(item)
        if item.is_ticket or not item.ticket_id:
            return Removal.REMOVED if self._alone(write) else Removal.CHANGED
        refusal = self._run.once([self._same_date(item), write])
        if refusal is None:
            return Removal.REMOVED
        return Removal.STAMP_FIRST if "ticket" in refusal.roles else Removal.CHANGED

    def forget(self, contact_id: str) -> bool:
        """Delete the search words of an ended contact; False: the indexer is writing them and deletes them itself."""
        return text_index.delete_words(Tables(self._client, self._tables, lambda _attempt: None), contact_id)

    def enqueue_stamping(self, ticket_id: str, now: int) -> None:
        """Have the rows of a ticket stamped again. `now` in ms."""
        self._dates.enqueue(ticket_id, now)

    def _same_date(self, item: Expired) -> Write:
        condition = "attribute_not_exists(pk) OR #expires_at = :date"
        pk = keys.ticket_pk(item.ticket_id)
        return self._writes.update("ticket", "desk", pk, "ticket", "", condition, {"date": item.expires_at})

    def _delete(self, item: Expired) -> Write:
        body: AttributeValues = {
            "TableName": self._tables[item.table],
            "Key": {"pk": {"S": item.pk}, "sk": {"S": item.sk}},
            "ConditionExpression": "expires_at = :date" + (" AND dated = :date" if item.is_ticket else ""),
            "ExpressionAttributeValues": {":date": {"N": str(item.expires_at)}},
        }
        return Write("item", {"Delete": body})

    def _guard(self, item: Expired) -> Write:
        """Empty a message: the row that is left makes a late repetition harmless and holds no personal data. The
        pseudonyms of its links stay as long as the links, because the eraser finds links by nothing else."""
        gone = [name for name in item.attributes if name not in _OF_GUARDS]
        return self._writes.update(
            "item", "desk", item.pk, item.sk,
            "SET #guard = :yes, #expires_at = :until, #gone_at = :gone REMOVE " + ", ".join(f"#{one}" for one in gone),
            "#expires_at = :date",
            {"yes": True, "until": item.guard_until, "gone": gone_at(item.guard_until), "date": item.expires_at},
        )  # fmt: skip

    # -- cursors of parts that take longer than one sweep

    def cursor(self, table: str) -> dict[str, str] | None:
        """Return where the sweep of a table, or of the outbox ("ring"), goes on; None at the beginning."""
        with translated_errors():
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

    def _alone(self, write: Write) -> bool:
        """Make a single write, which costs half of a transaction; return whether its condition held."""
        ((kind, body),) = write.item.items()
        try:
            getattr(self._client, {"Delete": "delete_item", "Update": "update_item"}[kind])(**body)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("ConditionalCheckFailedException", "TransactionConflictException"):
                return False  # the next sweep reads it again
            raise Unavailable("The storage did not take the change; the next sweep tries again.") from error
        except BotoCoreError as error:
            raise Unavailable("The storage did not answer; the next sweep tries again.") from error
        return True

    def _call(self, operation: str, body: AttributeValues) -> AttributeValues:
        return call_client(self._client, operation, body, "the next sweep tries again")


def _number(item: AttributeValues, name: str) -> int:
    """Return a number of a row that somebody else than our code may have written; 0 when there is none."""
    return int(float(item.get(name, {}).get("N", "0")))


def _found(table: str, item: AttributeValues, now: int) -> Expired | UnstampedTicket | EndedWords | OldWords | None:
    value = {name: plain_value(item[name]) for name in _LOOKED_AT if name in item}
    pk, sk, date = value["pk"], value["sk"], value.get("expires_at", 0)
    ticket_id, conversation_id = value.get("ticket_id", ""), value.get("conversation_id", "")
    if table != "desk":
        if "ended_at" in value:
            return EndedWords(pk, sk, value["contact_id"])
        return OldWords(pk, sk, pk.partition("#")[2]) if sk == "words" else Expired(table, pk, sk, date)
    if pk.startswith("ticket#") and value.get("dated", 0) != date:
        changed_at = max(value.get("activity", 0), value.get("rung_at", 0))
        return UnstampedTicket(pk, sk, ticket_id) if changed_at <= now - STAMPING_TAKES else None
    found = Expired(table, pk, sk, date, (), 0, ticket_id, conversation_id)
    until = value.get("arrived_at", 0) + GUARD_DAYS * DAY
    if value.get("direction") != "in" or until <= now or not sk.startswith("message#"):
        return found
    return replace(found, attributes=tuple(item), guard_until=until // SECOND)
