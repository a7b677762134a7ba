"""Reads and writes mailings and their lists of recipients."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.dynamo.builder import NEW, setting
from chalicelib.dynamo.schema import MAILING, MAILING_COUNT, SENDING, lists
from chalicelib.dynamo.tables import Tables
from chalicelib.mailings.model import DRAFT, SENT, STOPPED, Mailing, Words
from chalicelib.mailings.model import SENDING as GOING
from chalicelib.outbox.mailing_counts import COUNTED

MOST_LISTED = 100
"""Mailings that a page lists, the newest ones."""
MOST_COUNTED = 10_000
"""Recipients that are counted at most."""


class Recipients(NamedTuple):
    """Ids of contacts, and where the next page begins; "" at the end."""

    contact_ids: list[str]
    next: str


class MailingStore:
    """The mailings. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    # -- reading

    def find(self, mailing_id: str) -> Mailing | None:
        """Return a mailing; None when there is none."""
        row = self.tables.get(MAILING.key(mailing_id))
        return _mailing(row) if row else None

    def newest(self) -> list[Mailing]:
        """Return the newest mailings; one that was begun just now may be missing."""
        page = self.tables.page("mailings", index="lists", newest_first=True, limit=MOST_LISTED)
        found = self.tables.get_many(MAILING.key(_id(row)) for row in page.rows)
        return sorted(map(_mailing, found.values()), key=lambda one: -one.created_at)

    def count(self, purpose: str) -> int:
        """Return how many people get mailings of a purpose now, MOST_COUNTED at most."""
        return self.tables.count(f"subscribed#{purpose}", index="lists", limit=MOST_COUNTED)

    def recipients(self, mailing: Mailing, most: int) -> Recipients:
        """Return the next recipients of a mailing: who subscribed before it was released, in that order."""
        start = json.loads(mailing.cursor) if mailing.cursor else None
        page = self.tables.page(
            f"subscribed#{mailing.purpose}", index="lists", until=mailing.released_at, limit=most, start=start
        )
        return Recipients([_id(row) for row in page.rows], json.dumps(page.next, default=int) if page.next else "")

    def outcomes(self, mailing_id: str) -> dict[str, int]:
        """Return what became of the copies of a mailing, by what is counted (outbox/mailing_counts.py)."""
        page = self.tables.page(MAILING_COUNT.partition(mailing_id), prefix=MAILING_COUNT.prefix)
        return {what: sum(int(row.get(what, 0)) for row in page.rows) for what in COUNTED}

    # -- writing

    def create(self, mailing: Mailing) -> bool:
        """Store a new draft, unless there is a mailing with its id."""
        row = {**_written(mailing), "state": DRAFT, "created_at": mailing.created_at}
        row |= lists.mailing(mailing.created_at).attributes()
        return self.tables.write(self.tables.put("mailing", MAILING.key(mailing.id), row, NEW))

    def change(self, mailing: Mailing, read: int) -> bool:
        """Store another text of a draft, unless somebody else has changed it since version `read`."""
        row = _written(mailing)
        return self._write(mailing.id, setting(row), "#version = :read", {**row, "read": read}, DRAFT)

    def release(self, mailing: Mailing, by: str, account: str, now: int) -> bool:
        """Let a draft go, as it was read, if `by` is not who wrote it: it is due at once."""
        values = {"going": GOING, "by": by, "now": now, "account": account, "due": SENDING, "read": mailing.version}
        expression = (
            "SET #state = :going, #released_by = :by, #released_at = :now, #account = :account, #due = :due,"
            " #due_at = :now, #attempts = :none"
        )
        condition = "#version = :read AND #author <> :by"
        return self._write(mailing.id, expression, condition, {**values, "none": 0}, DRAFT)

    def advance(self, mailing: Mailing, cursor: str, due_at: int) -> bool:
        """Note how far the list was read, and when to go on (ms); False when another sender has come further, or it was
        stopped."""
        values = {"cursor": cursor, "due_at": due_at, "one": 1, "read": mailing.attempts}
        expression = "SET #cursor = :cursor, #due_at = :due_at ADD #attempts :one"
        return self._write(mailing.id, expression, "#attempts = :read", values, GOING)

    def finish(self, mailing: Mailing, now: int) -> bool:
        """Note that the mailing has gone to all."""
        expression = "SET #state = :sent, #ended_at = :now REMOVE #due, #due_at, #cursor"
        return self._write(mailing.id, expression, "attribute_exists(pk)", {"sent": SENT, "now": now}, GOING)

    def stop(self, mailing: Mailing, by: str, now: int) -> bool:
        """Stop a mailing: it goes to nobody else."""
        expression = "SET #state = :stopped, #stopped_by = :by, #ended_at = :now REMOVE #due, #due_at, #cursor"
        values = {"stopped": STOPPED, "by": by, "now": now}
        return self._write(mailing.id, expression, "attribute_exists(pk)", values, GOING)

    def _write(self, mailing_id: str, expression: str, condition: str, values: Mapping[str, Any], state: str) -> bool:
        condition, values = f"{condition} AND #state = :was", {**values, "was": state}
        key = MAILING.key(mailing_id)
        return self.tables.write(self.tables.update("mailing", key, expression, condition, values))


def _written(mailing: Mailing) -> dict[str, Any]:
    return {
        "purpose": mailing.purpose,
        "author": mailing.author,
        "version": mailing.version,
        "changed_at": mailing.changed_at,
        "texts": {language: words._asdict() for language, words in mailing.texts.items()},
    }


def _mailing(row: Mapping[str, Any]) -> Mailing:
    texts = {language: Words(one["subject"], one["text"]) for language, one in row["texts"].items()}
    fields = {name: row[name] for name in Mailing._fields if name in row}
    return Mailing(**{**fields, "id": _id(row), "texts": texts})


def _id(row: Mapping[str, Any]) -> str:
    """Return what the partition key of a row names: a mailing, or a contact."""
    return str(row["pk"]).partition("#")[2]
