"""Finds what has expired, by the index `lists` or by reading tables wholly, and deletes it. DynamoDB's own TTL may
delete days late and checks no ticket; the sweeper deletes on time and checks it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib.attachments.bucket import Bucket
from chalicelib.attachments.model import ENDED as ENDED_FILE
from chalicelib.contacts.search_words import RULE
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND, gone_at
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.builder import NEW, Write, setting
from chalicelib.dynamo.schema import ENDED, HEAD, MESSAGE, NUMBER, SWEEP, TICKET, WORDS, Key, lists
from chalicelib.dynamo.schema.lists import Place
from chalicelib.dynamo.tables import Tables
from chalicelib.retention.end_contact_store import EndContactStore
from chalicelib.retention.model import (
    LOOKED_AT_AGAIN,
    EndedWords,
    Entry,
    Expired,
    Found,
    Misplaced,
    OldTicket,
    OldWords,
    PassState,
    Removal,
    UnstampedTicket,
)
from chalicelib.retention.statistics import StatisticsStore
from chalicelib.tickets.model import STAMPING_TAKES, State, queue_attributes, queue_of
from chalicelib.tickets.tag_lists import TAGS_AS_READ, list_tag

_AT_ONCE = 100
"""Entries of the index that are read at once, with their rows."""
_OF_GUARDS = ("pk", "sk", "expires_at", "gone_at", "guard", "links", "linked_until")
_PAST_ITS_DATE = "expires_at <= :now"
_MAY_BE_LISTED = (
    "begins_with(pk, :ticket) OR attribute_exists(#list)"
    " OR (attribute_exists(expires_at) AND (attribute_not_exists(ticket_id) OR sk = :head))"
)
_OF_NOBODY = "attribute_exists(ended_at)"
_BY_AN_OLD_RULE = "(begins_with(pk, :words) AND (attribute_not_exists(#rule) OR #rule < :rule))"
_FILE_ENDS = "SET #file_state = :ended", "#expires_at = :date"
"""Marks that the files of a row are being deleted."""
_JUDGED_BY = ("list", "place", "expires_at", "assignee")
"""Attributes on which the place of a row depends, and its place."""


@dataclass(frozen=True)
class Page:
    """What one page of a scan found, in its order, each with whether the index has missed it, and the cursor of the
    next page; empty at the table's end."""

    items: tuple[tuple[Found, bool], ...]
    cursor: tuple[tuple[str, str], ...]


class ExpiredStore:
    """Finds and deletes what has expired. A single write that conflicts with another is left to the next sweep. With
    `statistics` a ticket is counted there when it is deleted.

    All methods raise Unavailable.
    """

    def __init__(self, tables: Tables, bucket: Bucket, statistics: StatisticsStore | None = None) -> None:
        self._tables = tables
        self._bucket = bucket
        self._statistics = statistics
        self._ends = EndContactStore(tables)

    # -- what is due, by the index

    def due(self, now: int) -> Iterator[tuple[Entry, Found]]:
        """Yield what the index says is due at `now` (ms), the longest due first, and what became of it. The index is a
        moment late: a row that is gone, or stands elsewhere by now, is passed by."""
        for name in lists.expires_lists():
            start: Mapping[str, Any] | None = None
            while start != {}:
                page = self._tables.page(name, index="lists", until=now, limit=_AT_ONCE, start=start)
                entries = {Key("desk", row["pk"], row["sk"]): row["place"] for row in page.rows}
                rows = self._tables.get_many(entries)
                for key, place in entries.items():
                    row = rows.get(key, {})
                    if (row.get("list"), row.get("place")) == (name, place):
                        yield Entry(key.pk, key.sk, name, place), _due(row, now)
                start = page.next

    def postpone(self, entry: Entry, until: int) -> None:
        """Look at a row again at `until` (ms), if it still stands where the index said."""
        values = {"list": entry.list, "read": entry.place, "until": until}
        key, condition = Key("desk", entry.pk, entry.sk), "#list = :list AND #place = :read"
        self._alone(self._tables.update("item", key, "SET #place = :until", condition, values))

    def move(self, item: Misplaced) -> bool:
        """Put a row where it ought to stand in the index, if it is as it was read."""
        values: dict[str, Any] = {f"r_{name}": value for name, value in item.read if value is not None}
        same = [
            f"#{name} = :r_{name}" if value is not None else f"attribute_not_exists(#{name})"
            for name, value in item.read
        ]
        expression = "REMOVE #list, #place"
        if item.list:
            expression = "SET #list = :list, #place = :place"
            values |= {"list": item.list, "place": item.place}
        condition = " AND ".join(["attribute_exists(pk)", *same])
        return self._alone(self._tables.update("item", Key("desk", item.pk, item.sk), expression, condition, values))

    def put_into_lists(self, ticket: OldTicket) -> bool:
        """Put a ticket of an older release into the queue of its assignee's and into the lists of its tags, if it is as
        it was read; return whether it was."""
        values: dict[str, Any] = {"state": ticket.state, "old_tags": list(ticket.tags)}
        values |= queue_attributes(ticket.state, ticket.assignee)
        as_read = "attribute_not_exists(#assignee)"
        if ticket.assignee:
            as_read, values["assignee"] = "#assignee = :assignee", ticket.assignee
        condition = f"#state = :state AND {as_read} AND {TAGS_AS_READ}"
        expression = "SET #queue = :queue, #opens_in = :opens_in"
        writes = [self._tables.update("ticket", Key("desk", ticket.pk, ticket.sk), expression, condition, values)]
        of_ticket = ticket.conversation_id, ticket.ticket_id
        writes += [list_tag(self._tables, *of_ticket, tag, ticket.created_at) for tag in ticket.tags]
        return self._tables.transact(writes) is None

    # -- everything, by a scan

    def page(self, table: str, cursor: tuple[tuple[str, str], ...], now: int, *, tagged: bool = False) -> Page:
        """Read one page (1 MB) of a table from `cursor` on and return the expired items; of the table `desk` also
        tickets whose rows are not stamped with their date and rows that stand wrongly in the index, and of `index`
        search words of ended contacts or of an older rule. With `tagged` all tickets with tags are among them. `now` in
        ms."""
        if table == "desk":
            condition = f"{_PAST_ITS_DATE} OR {_MAY_BE_LISTED}"
            values: dict[str, Any] = {"ticket": TICKET.partition(""), "head": HEAD.sk}
        else:
            condition = f"{_PAST_ITS_DATE} OR {_OF_NOBODY} OR {_BY_AN_OLD_RULE}"
            values = {"words": WORDS.partition(""), "rule": RULE}
        page = self._tables.scan(table, condition, values | {"now": now // SECOND}, start=dict(cursor))
        return Page(
            tuple(one for row in page.rows for one in _met(table, row, now, tagged=tagged)), tuple(page.next.items())
        )

    # -- deleting

    def rows_of(self, ticket: Expired, now: int) -> Iterator[Expired]:
        """Yield what belongs to a ticket: its messages, comments and activity lines, and then its number."""
        for page in self._tables.pages(MESSAGE.partition(ticket.conversation_id), prefix=MESSAGE.prefix):
            for row in page.rows:
                if row.get("ticket_id") == ticket.ticket_id:
                    yield _expired("desk", row, now)
        number = self._tables.get(NUMBER.key(ticket.number)) if ticket.number else {}
        if number.get("ticket_id") == ticket.ticket_id:
            yield _expired("desk", number, now)

    def remove(self, item: Expired) -> Removal:
        """Delete an item, or replace it by its guard, if its date is still as it was read.

        A row of a ticket is deleted only when the ticket has the same date or is gone, which the same transaction
        checks: a reopened ticket keeps its rows even before their stamps are removed. Files go before their message:
        the row is marked under the same conditions first, so that a run that dies in between is repeated.
        """
        if item.file_objects:
            mark = self._tables.update(
                "item", Key("desk", item.pk, item.sk), *_FILE_ENDS, {"date": item.expires_at, "ended": ENDED_FILE}
            )
            if (marked := self._written(item, mark)) is not Removal.REMOVED:
                return marked
            for name in item.file_objects:
                self._bucket.delete(item.contact_id, name)
        if item.is_ticket and self._statistics is not None:
            row = self._tables.get(TICKET.key(item.ticket_id))
            refusal = self._tables.transact([self._delete(item), *self._statistics.counted(row)])
            if refusal is None or "item" in refusal.roles or not refusal.roles:
                return Removal.CHANGED if refusal else Removal.REMOVED
        write = self._guard(item) if item.guard_until else self._delete(item)
        return self._written(item, write)

    def _written(self, item: Expired, write: Write) -> Removal:
        """Make a write about an item, and for a row of a ticket check the ticket's date in the same transaction."""
        if item.is_ticket or not item.ticket_id:
            return Removal.REMOVED if self._alone(write) else Removal.CHANGED
        refusal = self._tables.transact([self._same_date(item), write])
        if refusal is None:
            return Removal.REMOVED
        return Removal.STAMP_FIRST if "ticket" in refusal.roles else Removal.CHANGED

    def forget(self, words: EndedWords) -> bool:
        """Delete the search words of an ended contact; see EndContactStore.forget."""
        return self._ends.forget(words.contact_id)

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

    def _alone(self, write: Write) -> bool:
        """Make a single write, which costs half of a transaction; return whether its condition held."""
        return self._tables.write(write, tries=1)

    # -- how far the full pass is

    def state(self) -> PassState:
        """Return how far the full pass has come."""
        row = self._tables.get(SWEEP.key("lists"))
        kept = json.loads(row["cursor"]) if row.get("cursor") else {}
        times = {name: int(row.get(name, 0)) for name in _NUMBERS}
        return PassState(**times, table=kept.get("table", ""), cursor=tuple(kept.get("at", {}).items()))

    def keep(self, state: PassState, read: PassState) -> bool:
        """Write how far the full pass has come, if nobody else has since it was `read`."""
        values: dict[str, Any] = {name: asdict(state)[name] for name in _NUMBERS} | {"cursor": _cursor(state)}
        expression, condition = setting(values), NEW
        if read.since:
            condition = "#began_at = :b AND #ended_at = :e AND #cursor = :c"
            values |= {"b": read.began_at, "e": read.ended_at, "c": _cursor(read)}
        return self._tables.write(self._tables.update("sweep", SWEEP.key("lists"), expression, condition, values))

    def answers(self) -> bool:
        """Whether the index can be queried: DynamoDB builds a new one while the desk runs."""
        try:
            self._tables.page(lists.expires_lists()[0], index="lists", limit=1)
        except Unavailable:
            return False
        return True


_NUMBERS = ("since", "began_at", "ended_at", "ready_at", "swept_at", "missed", "rule")


def _cursor(state: PassState) -> str:
    return json.dumps({"table": state.table, "at": dict(state.cursor)}) if state.table else ""


def _due(row: Mapping[str, Any], now: int) -> Found:
    """Return what became of a row at whose place the index has come."""
    declared, date = lists.class_of(row), lists.date_of(row)
    if declared is ENDED:
        return EndedWords(row["pk"], row["sk"], row["pk"].partition("#")[2])
    if not date or date * SECOND > now:
        return _misplaced(row, lists.due_place(row) or lists.NOWHERE)
    if declared is TICKET and row.get("dated", 0) != date:
        return UnstampedTicket(row["pk"], row["sk"], row["pk"].partition("#")[2])
    return _expired("desk", row, now)


def _met(table: str, row: Mapping[str, Any], now: int, *, tagged: bool) -> Iterator[tuple[Found, bool]]:
    """Yield what a scan finds to do with a row, and whether the index has missed it. With `tagged` every ticket
    with tags is put into their lists, because an older release may have tagged it."""
    pk, sk, date = row["pk"], row["sk"], lists.date_of(row)
    past = 0 < date <= now // SECOND
    if table != "desk":
        if "ended_at" in row:
            yield EndedWords(pk, sk, row["contact_id"]), False
        elif sk == WORDS.sk:
            yield OldWords(pk, sk, pk.partition("#")[2]), False
        elif past:
            yield _expired(table, row, now), False
        return
    ought = lists.due_place(row)
    missed = ought is not None and not _stands(row, ought, now)
    is_ticket = TICKET.fits(pk, sk)
    unstamped = is_ticket and row.get("dated", 0) != date
    if unstamped and max(row.get("activity", 0), row.get("rung_at", 0)) <= now - STAMPING_TAKES:
        yield UnstampedTicket(pk, sk, pk.partition("#")[2]), False
    stays = unstamped or not past or sk == HEAD.sk  # a contact that cannot end yet is looked at again by its place
    if past and not unstamped:
        yield _expired(table, row, now), missed and not stays
    if missed and stays and ought is not None:
        yield _misplaced(row, ought), True
    if is_ticket and not date and "state" in row:
        assignee, tags = row.get("assignee", ""), tuple(row.get("tags", ()))
        stands = {"queue": row.get("queue"), "opens_in": row.get("opens_in", queue_of(State.OPEN))}
        if stands != queue_attributes(row["state"], assignee) or (tags and (tagged or "opens_in" not in row)):
            of_ticket = row["ticket_id"], row["conversation_id"], row["state"]
            yield OldTicket(pk, sk, *of_ticket, assignee, tags, row.get("created_at", 0)), False


def _stands(row: Mapping[str, Any], ought: Place, now: int) -> bool:
    """Whether a row stands in the index where it is found in time. A place before its date does no harm: the sweeper
    comes to it and moves it."""
    place = Place(row.get("list", ""), row.get("place", 0))
    expiring = place.list in lists.expires_lists()
    if ought.list.startswith("expires#"):
        return expiring and place.place <= max(ought.place, now + LOOKED_AT_AGAIN)
    return place == ought or (ought == lists.NOWHERE and expiring)


def _misplaced(row: Mapping[str, Any], ought: Place) -> Misplaced:
    read = tuple((name, row.get(name)) for name in _JUDGED_BY)
    return Misplaced(row["pk"], row["sk"], ought.list, ought.place, read)


def _expired(table: str, row: Mapping[str, Any], now: int) -> Expired:
    found = Expired(
        table,
        row["pk"],
        row["sk"],
        lists.date_of(row),
        ticket_id=row.get("ticket_id", ""),
        conversation_id=row.get("conversation_id", ""),
        number=row.get("number", ""),
        contact_id=row.get("contact_id", ""),
        file_objects=tuple(filter(None, (row.get("file_object", ""), *row.get("file_objects", ())))),
    )
    until = row.get("arrived_at", 0) + GUARD_DAYS * DAY
    if table != "desk" or row.get("direction") != "in" or until <= now or not found.sk.startswith(MESSAGE.prefix):
        return found
    return replace(found, attributes=tuple(row), guard_until=until // SECOND)
