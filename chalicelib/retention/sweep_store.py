"""What the sweeper reads and deletes. DynamoDB's own TTL deletes days later than it promises, and without asking
the ticket; this does it on time and asks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.contacts import text_index
from chalicelib.contacts.search_words import RULE
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND, gone_at
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.attributes import AttributeValues, plain_value
from chalicelib.dynamo.client_calls import reach
from chalicelib.dynamo.model_calls import reaching
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.transactions import Transactions
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
"""How long after a ticket was closed or reopened, or its bell rung again, its rows may have another date."""


@dataclass(frozen=True)
class Page:
    """What one page of a scan found, in its order, and where the next one begins; None at the table's end."""

    items: tuple[Expired | UnstampedTicket | EndedWords | OldWords, ...]
    cursor: dict[str, str] | None


class SweepStore:
    """The sweeper's view of the tables. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._tables = tables
        self._writes = Writes(tables)
        self._run = Transactions(client, lambda attempt: None)
        self._dates = ExpiryStamps(client, tables, lambda attempt: None)

    def overdue(self, before: int, since: int = 0) -> Iterator[tuple[str, str, int]]:
        """Places in all outboxes due from `since` on and before `before` (ms), oldest first: conversation,
        account, due time."""
        return overdue(before, since)

    def stopped(self, account: str) -> bool:
        """Whether this channel is stopped."""
        with reaching():
            found = list(DeskRow.query(rows.channel_pk(account), DeskRow.sk == "channel", consistent_read=True))
        return any(row.stopped_at for row in found)

    # -- asks

    def asks(self, most: int) -> Iterator[UnhandledAsk]:
        """What people asked and nobody has dealt with, as the index shows it (a moment late), the one that is due first
        at the front; `most` at once."""
        query = {
            "TableName": self._tables["desk"],
            "IndexName": "unsent",
            "KeyConditionExpression": "due = :due",
            "ExpressionAttributeValues": {":due": {"S": rows.ASKING}},
            "Limit": most,
        }
        for item in self._call("query", query)["Items"]:
            yield UnhandledAsk(item["pk"]["S"], item["sk"]["S"], _number(item, "at"), _number(item, "due_at"))

    def put_off(self, ask: UnhandledAsk, due_at: int) -> None:
        """Have an ask rung for at `due_at` (ms) and not before, unless it was dealt with meanwhile."""
        values = {"due": due_at}
        self._alone(
            self._writes.update("ask", "desk", ask.pk, ask.sk, "SET #due_at = :due", "attribute_exists(pk)", values)
        )

    # -- deletions whose message has not arrived

    def early_deletions(self, now: int) -> Iterator[EarlyDeletion]:
        """Deletions that are due to be looked at again at `now` (ms), as the index shows them; MOST_REVOKES at once."""
        query = {
            "TableName": self._tables["desk"],
            "IndexName": "unsent",
            "KeyConditionExpression": "due = :due AND due_at <= :now",
            "ExpressionAttributeValues": {":due": {"S": rows.REVOKING}, ":now": {"N": str(now)}},
            "Limit": MOST_REVOKES,
        }
        for item in self._call("query", query)["Items"]:
            yield EarlyDeletion(item["pk"]["S"], item["sk"]["S"], _number(item, "arrived_at"))

    def put_off_deletion(self, revoke: EarlyDeletion, due_at: int) -> None:
        """Have a deletion looked at now, and again at `due_at` (ms): the change shows in the table's stream, and the
        relay rings. One that waits no more stays as it is."""
        write = self._writes.update(
            "message", "desk", revoke.pk, revoke.sk, "SET #due_at = :at", "attribute_exists(#due)", {"at": due_at}
        )
        self._alone(write)

    # -- what has expired

    def expired(self, table: str, cursor: dict[str, str] | None, now: int) -> Page:
        """Read one page (1 MB) of a table from `cursor` on and return what is past its date; of the table `desk`
        also the tickets whose rows are dated otherwise, and of `index` the words of contacts that have ended, or
        that were made by an older rule. `now` in ms."""
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
        """Delete an item or leave its guard, if its date is still the one that was read.

        A row of a ticket goes only when the ticket has the same date or is gone, which one transaction checks: a
        reopened ticket keeps its rows even if nobody has taken their dates off yet. The ticket itself goes when
        all its rows have its date, so that none outlives it undated.
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
        """Delete the words by which an ended contact was found; False: the indexer is at them and does it itself."""
        return text_index.forget(contact_id)

    def enqueue_stamping(self, ticket_id: str, now: int) -> None:
        """Have the rows of a ticket dated again. `now` in ms."""
        self._dates.enqueue(ticket_id, now)

    def _same_date(self, item: Expired) -> Write:
        condition = "attribute_not_exists(pk) OR #expires_at = :date"
        pk = rows.ticket_pk(item.ticket_id)
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
        """Empty a message: what is left at its key makes a late repetition harmless and holds nothing of a
        person. Blind names of links stay as long as these: who destroys the person finds them by nothing else."""
        gone = [name for name in item.attributes if name not in _OF_GUARDS]
        return self._writes.update(
            "item", "desk", item.pk, item.sk,
            "SET #guard = :yes, #expires_at = :until, #gone_at = :gone REMOVE " + ", ".join(f"#{one}" for one in gone),
            "#expires_at = :date",
            {"yes": True, "until": item.guard_until, "gone": gone_at(item.guard_until), "date": item.expires_at},
        )  # fmt: skip

    # -- the cursor of what is longer than one sweep

    def cursor(self, table: str) -> dict[str, str] | None:
        """Where the sweep of a table, or the ringing, goes on; None at the beginning."""
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

    def _alone(self, write: Write) -> bool:
        """Make a write by itself, which costs half of a transaction; return whether its condition held."""
        ((kind, body),) = write.item.items()
        try:
            getattr(self._client, {"Delete": "delete_item", "Update": "update_item"}[kind])(**body)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("ConditionalCheckFailedException", "TransactionConflictException"):
                return False  # it is past its date still, or not; the next sweep sees
            raise Unavailable("The storage did not take the change; the next sweep tries again.") from error
        except BotoCoreError as error:
            raise Unavailable("The storage did not answer; the next sweep tries again.") from error
        return True

    def _call(self, operation: str, body: AttributeValues) -> AttributeValues:
        return reach(self._client, operation, body, "the next sweep tries again")


def _number(item: AttributeValues, name: str) -> int:
    """A number of a row that may have been written by somebody else than our code; 0 when it is none."""
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
