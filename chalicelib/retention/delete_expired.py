"""Deletes what has expired, or does what must come first."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.observability import count
from chalicelib.dynamo.schema import STAFF
from chalicelib.retention.model import (
    LOOKED_AT_AGAIN,
    EndedWords,
    Entry,
    Expired,
    Found,
    Misplaced,
    OldTicket,
    OldWords,
    Removal,
    UnstampedTicket,
)
from chalicelib.tickets.model import STAMPING_TAKES

if TYPE_CHECKING:
    from chalicelib.retention.expired_store import ExpiredStore

Heads = dict[str, Entry | None]
"""Conversations whose contact has expired, each with its entry of the index; None when a scan found it."""


@dataclass(frozen=True)
class DeleteExpired:
    """Deletes one thing after the other. `restamp` has the rows of a ticket stamped again (its id, the time in ms);
    `reindex` has a contact indexed; `end_contact` ends the contact of a conversation and returns whether it has
    ended; `delete_account` deletes an account of staff from the user pool, before the row that names it."""

    store: "ExpiredStore"
    restamp: Callable[[str, int], None]
    reindex: Callable[[str], bool]
    end_contact: Callable[[str], bool]
    delete_account: Callable[[str], None]
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def due(self, now: int, until: float, heads: Heads) -> int:
        """Delete what the index says is due at `now` (ms), until the stopwatch says `until`; return how many rows.
        Conversations whose contact has expired are only added to `heads`."""
        deleted = 0
        for entry, found in self.store.due(now):
            if self.stopwatch() > until:
                break
            if isinstance(found, Expired) and found.is_head:
                heads[_conversation(found)] = entry
                continue
            rows, stamp_first = self(found, now, until)
            deleted += rows
            if stamp_first:
                self.store.postpone(entry, now + STAMPING_TAKES)
        count("ItemsExpired", deleted, table="desk")
        return deleted

    def contacts(self, heads: Heads, now: int, until: float) -> int:
        """End the contacts of `heads`, after the rows of their tickets are deleted; return how many have ended. One
        that cannot end yet is looked at again later; those for which the time is too short are met by the next
        sweep."""
        ended = 0
        for conversation_id, entry in heads.items():
            if self.stopwatch() > until:
                break
            if self.end_contact(conversation_id):
                ended += 1
            elif entry is not None:
                self.store.postpone(entry, now + LOOKED_AT_AGAIN)
        count("ItemsExpired", ended, table="keys")
        return ended

    def __call__(self, found: Found, now: int, until: float) -> tuple[int, bool]:
        """Delete what was found, and before a ticket what belongs to it. Return how many rows were deleted, and whether
        the expiry stamper must come first: for one whose ticket has another date, and for a ticket whose wake-up
        message was lost."""
        if isinstance(found, EndedWords):
            return int(self.store.forget(found)), False
        if isinstance(found, OldWords):
            self.reindex(found.contact_id)  # repeated by every pass; the indexer skips what is done
            return 0, False
        if isinstance(found, Misplaced):
            self.store.move(found)
            return 0, False
        if isinstance(found, OldTicket):
            self.store.put_into_lists(found)
            return 0, False
        if isinstance(found, UnstampedTicket):
            self.restamp(found.ticket_id, now)
            return 0, True
        return self._delete(found, now, until)

    def _delete(self, item: Expired, now: int, until: float) -> tuple[int, bool]:
        deleted = 0
        if item.is_ticket:
            for row in self.store.rows_of(item, now):
                if self.stopwatch() > until:
                    return deleted, False
                removal = Removal.STAMP_FIRST if row.expires_at != item.expires_at else self.store.remove(row)
                if removal is Removal.STAMP_FIRST:
                    self.restamp(item.ticket_id, now)
                if removal is not Removal.REMOVED:
                    return deleted, removal is Removal.STAMP_FIRST
                deleted += 1
        if item.pk == STAFF.partition():
            self.delete_account(item.sk)
        removal = self.store.remove(item)
        if removal is Removal.STAMP_FIRST:
            self.restamp(item.ticket_id, now)
        return deleted + (removal is Removal.REMOVED), removal is Removal.STAMP_FIRST


def _conversation(head: Expired) -> str:
    return head.pk.partition("#")[2]
