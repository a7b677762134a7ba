"""The sweeper's reads and deletions. DynamoDB's own TTL may delete days late and checks no ticket; the sweeper deletes
on time and checks it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.contacts import text_index
from chalicelib.contacts.search_words import RULE
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND, gone_at
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.schema import ASKING, CHANNEL, MESSAGE, REVOKING, SWEEP, TICKET, WORDS, Key
from chalicelib.dynamo.tables import Tables
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
from chalicelib.retention.stamp_expiry_store import StampExpiryStore

_OF_GUARDS = ("pk", "sk", "expires_at", "gone_at", "guard", "links", "linked_until")
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
    """The sweeper's access to the tables. A single write that conflicts with another is left to the next sweep.

    All methods raise Unavailable.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._dates = StampExpiryStore(tables)

    def overdue(self, before: int, since: int = 0) -> Iterator[tuple[str, str, int]]:
        """Yield the entries of all outboxes due from `since` to before `before` (ms), oldest first, as (conversation,
        account, due time)."""
        return overdue(before, since)

    def stopped(self, account: str) -> bool:
        """Whether this channel is stopped."""
        row = _queried(CHANNEL.key(account))
        return row is not None and bool(row.stopped_at)

    # -- asks

    def asks(self, most: int) -> Iterator[UnhandledAsk]:
        """Yield what people asked and what was not handled yet, the earliest due first, at most `most`. The index is a
        moment late."""
        for row in self._tables.page(ASKING, index="unsent", limit=most).rows:
            yield UnhandledAsk(row["pk"], row["sk"], _number(row, "at"), _number(row, "due_at"))

    def put_off(self, ask: UnhandledAsk, due_at: int) -> None:
        """Make an ask due at `due_at` (ms), unless it was handled meanwhile."""
        key, values = Key("desk", ask.pk, ask.sk), {"due": due_at}
        self._alone(self._tables.update("ask", key, "SET #due_at = :due", "attribute_exists(pk)", values))

    # -- deletions whose message has not arrived

    def early_deletions(self, now: int) -> Iterator[EarlyDeletion]:
        """Yield customers' deletions that are due at `now` (ms), at most MOST_REVOKES. The index is a moment late."""
        for row in self._tables.page(REVOKING, index="unsent", until=now, limit=MOST_REVOKES).rows:
            yield EarlyDeletion(row["pk"], row["sk"], _number(row, "arrived_at"))

    def put_off_deletion(self, revoke: EarlyDeletion, due_at: int) -> None:
        """Have a deletion repeated now, because the stream router wakes the expiry stamper for the changed row, and
        make it due again at `due_at` (ms). One that waits no longer stays as it is."""
        key, values = Key("desk", revoke.pk, revoke.sk), {"at": due_at}
        self._alone(self._tables.update("message", key, "SET #due_at = :at", "attribute_exists(#due)", values))

    # -- what has expired

    def expired(self, table: str, cursor: dict[str, str] | None, now: int) -> Page:
        """Read one page (1 MB) of a table from `cursor` on and return the expired items; of the table `desk` also
        tickets whose rows are not stamped with their date, and of `index` search words of ended contacts or of an older
        rule. `now` in ms."""
        if table == "desk":
            condition = f"{_PAST_ITS_DATE} OR (begins_with(pk, :ticket) AND ({_STAMPED_OTHERWISE}))"
            values: dict[str, Any] = {"ticket": TICKET.partition("")}
        else:
            condition = f"{_PAST_ITS_DATE} OR {_OF_NOBODY} OR {_BY_AN_OLD_RULE}"
            values = {"words": WORDS.partition(""), "rule": RULE}
        page = self._tables.scan(table, condition, values | {"now": now // SECOND}, start=cursor)
        found = (_found(table, row, now) for row in page.rows)
        return Page(tuple(one for one in found if one is not None), page.next or None)

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
        refusal = self._tables.transact([self._same_date(item), write])
        if refusal is None:
            return Removal.REMOVED
        return Removal.STAMP_FIRST if "ticket" in refusal.roles else Removal.CHANGED

    def forget(self, contact_id: str) -> bool:
        """Delete the search words of an ended contact; False: the indexer is writing them and deletes them itself."""
        return text_index.delete_words(self._tables, contact_id)

    def enqueue_stamping(self, ticket_id: str, now: int) -> None:
        """Have the rows of a ticket stamped again. `now` in ms."""
        self._dates.enqueue(ticket_id, now)

    def _same_date(self, item: Expired) -> Write:
        condition = "attribute_not_exists(pk) OR #expires_at = :date"
        return self._tables.check("ticket", TICKET.key(item.ticket_id), condition, {"date": item.expires_at})

    def _delete(self, item: Expired) -> Write:
        condition = "expires_at = :date" + (" AND dated = :date" if item.is_ticket else "")
        return self._tables.delete("item", Key(item.table, item.pk, item.sk), condition, {"date": item.expires_at})

    def _guard(self, item: Expired) -> Write:
        """Empty a message: the row that is left makes a late repetition harmless and holds no personal data. The
        pseudonyms of its links stay as long as the links, because the eraser finds links by nothing else."""
        gone = [name for name in item.attributes if name not in _OF_GUARDS]
        return self._tables.update(
            "item",
            Key("desk", item.pk, item.sk),
            "SET #guard = :yes, #expires_at = :until, #gone_at = :gone REMOVE " + ", ".join(f"#{one}" for one in gone),
            "#expires_at = :date",
            {"yes": True, "until": item.guard_until, "gone": gone_at(item.guard_until), "date": item.expires_at},
        )

    # -- cursors of parts that take longer than one sweep

    def cursor(self, table: str) -> dict[str, str] | None:
        """Return where the sweep of a table, or of the outbox ("ring"), goes on; None at the beginning."""
        row = _queried(SWEEP.key(table))
        cursor: dict[str, str] | None = json.loads(row.cursor) if row is not None and row.cursor else None
        return cursor

    def keep_cursor(self, table: str, cursor: dict[str, str] | None) -> None:
        """Remember where the next sweep goes on."""
        values = {"cursor": json.dumps(cursor) if cursor else ""}
        self._tables.write(self._tables.update("sweep", SWEEP.key(table), "SET #cursor = :cursor", values=values))

    def _alone(self, write: Write) -> bool:
        """Make a single write, which costs half of a transaction; return whether its condition held."""
        return self._tables.write(write, tries=1)


def _queried(key: Key) -> DeskRow | None:
    with translated_errors():
        return next(iter(DeskRow.query(key.pk, DeskRow.sk == key.sk, consistent_read=True)), None)


def _number(row: Mapping[str, Any], name: str) -> int:
    """Return a number of a row that somebody else than our code may have written; 0 when there is none."""
    value = row.get(name)
    return value if isinstance(value, int) else 0


def _found(table: str, row: Mapping[str, Any], now: int) -> Expired | UnstampedTicket | EndedWords | OldWords | None:
    pk, sk, date = row["pk"], row["sk"], row.get("expires_at", 0)
    ticket_id, conversation_id = row.get("ticket_id", ""), row.get("conversation_id", "")
    if table != "desk":
        if "ended_at" in row:
            return EndedWords(pk, sk, row["contact_id"])
        return OldWords(pk, sk, pk.partition("#")[2]) if sk == WORDS.sk else Expired(table, pk, sk, date)
    if pk.startswith(TICKET.partition("")) and row.get("dated", 0) != date:
        changed_at = max(row.get("activity", 0), row.get("rung_at", 0))
        return UnstampedTicket(pk, sk, ticket_id) if changed_at <= now - STAMPING_TAKES else None
    found = Expired(table, pk, sk, date, (), 0, ticket_id, conversation_id)
    until = row.get("arrived_at", 0) + GUARD_DAYS * DAY
    if row.get("direction") != "in" or until <= now or not sk.startswith(MESSAGE.prefix):
        return found
    return replace(found, attributes=tuple(row), guard_until=until // SECOND)
