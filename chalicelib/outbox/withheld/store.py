"""Rows of replies that wait for a supervisor: which there are, and what a decision writes."""

from dataclasses import dataclass, field

from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.models import DeskRow, UnsentIndex
from chalicelib.dynamo.rows import alive, get_row, translated_errors
from chalicelib.dynamo.schema import MESSAGE, OUTBOX, SENDING
from chalicelib.dynamo.tables import Tables
from chalicelib.outbox.model import OutboxEntry, Reply
from chalicelib.outbox.reading import outbox_entry
from chalicelib.outbox.reply_store import ticket_answered, ticket_unchanged
from chalicelib.outbox.rows import OutboxRows
from chalicelib.tickets.model import APPROVED, RETURNED, WAITS, WITHHELD

MOST_LISTED = 100
"""Most replies of a list."""
EXAMINED = 500
"""Rows that are looked at for it."""
_BY = "#decision = :decision, #decided_by = :by"


@dataclass(frozen=True)
class WithheldReply:
    """A reply of which a supervisor decides or has decided, as its rows show it. `entry` is None once it has left or
    failed; `decision` and `decided_by` are "" until somebody has decided."""

    ref: MessageRef
    ticket_id: str
    contact_id: str
    author: str
    status: str
    decision: str
    decided_by: str
    content: bytes = field(repr=False)
    entry: OutboxEntry | None

    def waits(self, now: int) -> bool:
        """Whether it can be decided at `now` (ms)."""
        one = self.entry
        return self.status == WITHHELD and one is not None and one.withheld == WAITS and one.due_at > now


def waiting(now: int) -> list[tuple[MessageRef, int]]:
    """Return the replies that wait at `now` (ms), with the time (ms) until which they do, the earliest first.

    They stand in the index among what is to be tried again within a quarter of an hour, and mostly behind it: the last
    EXAMINED rows are read. The index is a moment late. Raises Unavailable."""
    found = []
    with translated_errors():
        read = DeskRow.unsent_index.query(
            SENDING,
            UnsentIndex.due_at > now,
            DeskRow.withheld == WAITS,
            scan_index_forward=False,
            page_size=EXAMINED,
        )
        for row in read:
            conversation_id = str(row.pk).partition("#")[2]
            ref = MessageRef.of_tail(conversation_id, str(row.sk).removeprefix(OUTBOX.prefix))
            found.append((ref, int(row.due_at or 0)))
            if len(found) == MOST_LISTED or read.page_iter.total_scanned_count > EXAMINED:
                break
    return sorted(found, key=lambda one: one[1])


class WithheldStore:
    """Replies that wait for a supervisor. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._rows = OutboxRows(tables)

    def find(self, ref: MessageRef, now: int) -> WithheldReply | None:
        """Return a reply of ours; None when there is none, it is deleted, or its retention has ended."""
        row = get_row(MESSAGE.key(*ref))
        if row is None or row.direction != "out" or row.deleted or not row.ticket_id or not alive(row, now):
            return None
        entry = get_row(OUTBOX.key(*ref))
        return WithheldReply(
            ref=ref,
            ticket_id=row.ticket_id,
            contact_id=str(row.contact_id),
            author=row.author or "",
            status=row.status or "",
            decision=row.decision or "",
            decided_by=row.decided_by or "",
            content=row.content or b"",
            entry=None if entry is None else outbox_entry(ref.conversation_id, entry),
        )

    def approve(self, found: WithheldReply, reply: Reply, by: str, *, answers: bool) -> bool:
        """Approve a reply, if all is as it was read, and its text for an hour; with `answers` its ticket is answered
        by it. False: something has changed meanwhile, and nothing was written."""
        ticket = ticket_answered(self._tables, reply) if answers else ticket_unchanged(self._tables, reply.ticket)
        values = {
            "queued": "queued",
            "by": by,
            "decision": "approve",
            "withheld": WITHHELD,
            "content": found.content,
            **({"answers": found.entry.answers} if found.entry and found.entry.answers else {}),
        }
        changed = f"SET #status = :queued, {_BY}" + (", #answers = :answers" if "answers" in values else "")
        as_read = "#status = :withheld AND #content = :content"
        writes = [
            self._decided(found.ref, APPROVED, reply.now),
            self._tables.update("message", MESSAGE.key(*found.ref), changed, as_read, values),
            self._rows.head_unchanged(reply.head, reply.now, needs=reply.needs),
            ticket,
            *([reply.use.approved(self._tables)] if reply.use else []),
        ]
        return self._tables.transact(writes) is None

    def give_back(self, found: WithheldReply, by: str, now: int) -> bool:
        """Have the sender give a reply back to its author, if it still waits; return whether it did."""
        values, key = {"by": by, "decision": "return", "withheld": WITHHELD}, MESSAGE.key(*found.ref)
        writes = [
            self._decided(found.ref, RETURNED, now),
            self._tables.update("message", key, f"SET {_BY}", "#status = :withheld", values),
        ]
        return self._tables.transact(writes) is None

    def _decided(self, ref: MessageRef, decision: str, now: int) -> Write:
        """Write a decision on an entry that waits; its stream wakes the sender."""
        expression = "SET #withheld = :decision, #due_at = :now, #queued_at = :now"
        condition = "#withheld = :waits AND #due_at > :now AND attribute_not_exists(#attempt_id)"
        values = {"decision": decision, "now": now, "waits": WAITS}
        return self._tables.update("outbox", OUTBOX.key(*ref), expression, condition, values)
