"""Stores reactions, edits and deletions of staff: a message and an outbox entry of their own, or a change of the reply
that still waits."""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.ids import MessageRef
from chalicelib.core.purposes import SUPPORT
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import alive, get_row, translated_errors
from chalicelib.dynamo.schema import HEAD, MESSAGE, OUTBOX, TICKET
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.new_rows import outbox_row
from chalicelib.outbox.change_model import Change, Target
from chalicelib.outbox.model import CHANGE, AnsweredTicket
from chalicelib.outbox.provider_ids import NamedMessage
from chalicelib.outbox.reading import OutboxReading
from chalicelib.outbox.rows import transfer_agreed
from chalicelib.tickets.model import (
    NO_LONGER_SOLVED,
    PREVIEW,
    RANK,
    REOPENS,
    RETURNED,
    WAITS,
    WITHHELD,
    reopening,
)
from chalicelib.tickets.records import Message
from chalicelib.tickets.records_from_rows import number, outcome
from chalicelib.vault import encryption

_UNTOUCHED = (
    "attribute_exists(pk) AND attribute_not_exists(#attempt_id)"
    " AND (attribute_not_exists(#doubtful) OR #doubtful = :no) AND (attribute_not_exists(#pieces) OR #pieces = :none)"
)
"""Condition on an outbox entry: nothing of its message has left or may have left."""


class ChangeStore(OutboxReading):
    """Changes by staff. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def target(self, ref: MessageRef, now: int) -> Target | None:
        """Return the message that is to be changed; None when there is none or its retention has ended."""
        row = get_row(MESSAGE.key(*ref))
        if row is None or row.guard or not alive(row, now):
            return None
        return Target(
            shown=_shown(ref, row),
            named=NamedMessage(
                ref,
                str(row.contact_id),
                str(row.direction),
                row.content or b"",
                tuple(row.provider_ids or ()),
                row.provider_hash or "",
            ),
            ticket_id=row.ticket_id or "",
            answers=number(row.answers),
        )

    def last_change(self, change: Change) -> NamedMessage | None:
        """Return our newest change of this kind of the message that has not failed, None when there is none. It reads
        what follows the message in its conversation."""
        ref, target_hash = change.target.named.ref, change.target.shown.provider_hash
        mine = (DeskRow.kind == change.what) & (DeskRow.direction == "out") & (DeskRow.target_hash == target_hash)
        with translated_errors():
            found = DeskRow.query(
                MESSAGE.partition(ref.conversation_id),
                DeskRow.sk.between(f"{MESSAGE.prefix}{ref.tail}", f"{MESSAGE.prefix}~"),
                filter_condition=mine & (DeskRow.status != "failed") & DeskRow.content.exists(),
                consistent_read=True,
                scan_index_forward=False,
            )
            for row in found:
                its_ref = MessageRef.of_tail(ref.conversation_id, row.sk.removeprefix(MESSAGE.prefix))
                return NamedMessage(its_ref, str(row.contact_id), "out", row.content or b"", (), "")
        return None

    def store(self, change: Change, ref: MessageRef, content: bytes) -> bool:
        """Store a change of a message that has left, as a message of ours with this sealed content, and its outbox
        entry, if the rows are as they were read. The ticket stays as it is: a question stays open."""
        entry = outbox_row(ref, CHANGE, change.head.channel, change.head.account, change.now, SUPPORT)
        return (
            self._tables.transact(
                [
                    self._tables.put("message", MESSAGE.key(*ref), _message(change, ref, content)),
                    self._tables.put("outbox", OUTBOX.key(*ref), entry),
                    self._head(change, ref.at),
                    self._ticket(change.ticket),
                    self._not_deleted(change.target),
                    *self._counted(change),
                ]
            )
            is None
        )

    def edit_unsent(self, change: Change, content: bytes) -> bool:
        """Give a reply that waits this sealed content, and the ticket the beginning of its text where it shows it."""
        target, ticket, head = change.target, change.ticket, change.head
        ref = target.named.ref
        values = {"content": content, "read": target.named.content, "queued": "queued"}
        condition = "#status = :queued AND #content = :read AND attribute_not_exists(#piece_count)"
        context = encryption.ticket_attribute(ticket.ticket_id, "last")
        last = encryption.seal_json(head.public_key, context, {"text": change.text[:PREVIEW]})
        shown = self._last_shown(ticket, ref)
        return (
            self._tables.transact(
                [
                    self._tables.update("message", MESSAGE.key(*ref), "SET #content = :content", condition, values),
                    self._tables.check("outbox", OUTBOX.key(*ref), _UNTOUCHED, {"no": False, "none": 0}),
                    self._head(change),
                    self._ticket(ticket, "SET #last = :last", {"last": last}, ref) if shown else self._ticket(ticket),
                    *self._counted(change),
                ]
            )
            is None
        )

    def delete_unsent(self, change: Change) -> bool:
        """Remove the content of a reply that waits; the sender then removes its outbox entry. The question that it
        answered is open again, and so is its ticket. One that waits for a supervisor has answered none."""
        target, ticket = change.target, change.ticket
        ref = target.named.ref
        values: dict[str, Any] = {
            "yes": True,
            "read": target.named.content,
            "waits": target.shown.status,
            "author": change.author,
        }
        condition = "#status = :waits AND #content = :read AND attribute_not_exists(#piece_count)"
        gone = "SET #deleted = :yes, #deleted_by = :author REMOVE #content, #status, #answers"
        sets: list[str] = []
        removes: list[str] = []
        changes: dict[str, Any] = {}
        shown = self._last_shown(ticket, ref)
        if shown:
            sets.append("#last_kind = :revoke")
            removes.append("#last")
            changes["revoke"] = "revoke"
        if target.answers:
            sets += ["#question_at = :question", REOPENS]
            removes.append(NO_LONGER_SOLVED.removeprefix("REMOVE "))
            changes |= {"question": target.answers, **reopening(change.now)}
        expression = ("SET " + ", ".join(sets) if sets else "") + (" REMOVE " + ", ".join(removes) if removes else "")
        return (
            self._tables.transact(
                [
                    self._tables.update("message", MESSAGE.key(*ref), gone, condition, values),
                    self._waiting(change),
                    self._head(change),
                    self._ticket(ticket, expression, changes, ref if shown else None),
                ]
            )
            is None
        )

    def _waiting(self, change: Change) -> Write:
        """Demand that nothing of a reply has left. The decision about one that waits for a supervisor is over, so that
        the sender comes to it."""
        key, values = OUTBOX.key(*change.target.named.ref), {"no": False, "none": 0}
        if change.target.shown.status != WITHHELD:
            return self._tables.check("outbox", key, _UNTOUCHED, values)
        over = {"returned": RETURNED, "now": change.now, "waits": WAITS}
        expression = "SET #withheld = :returned, #due_at = :now"
        return self._tables.update("outbox", key, expression, f"{_UNTOUCHED} AND #withheld = :waits", values | over)

    def _counted(self, change: Change) -> list[Write]:
        return change.use.counted(self._tables) if change.use else []

    def _last_shown(self, ticket: AnsweredTicket, ref: MessageRef) -> bool:
        """Whether the ticket's row shows this message of ours as its last."""
        row = get_row(TICKET.key(ticket.ticket_id))
        return row is not None and row.last_direction == "out" and number(row.last_message_at) == ref.at

    def _head(self, change: Change, at: int = 0) -> Write:
        """Check that nobody is being erased, has blocked us, or has taken back the consent that the change needs since
        the head was read; with `at` (ms) take that number in the conversation."""
        head = change.head
        values: dict[str, Any] = {"epoch": head.epoch, "yes": True}
        condition = "#epoch = :epoch AND #blocked <> :yes" + transfer_agreed(change.needs, values)
        key = HEAD.key(head.conversation_id)
        if not at:
            return self._tables.check("head", key, condition, values)
        values |= {"at": at, "read": head.last_at}
        return self._tables.update("head", key, "SET #last_at = :at", f"{condition} AND #last_at = :read", values)

    def _ticket(
        self,
        ticket: AnsweredTicket,
        expression: str = "",
        values: Mapping[str, Any] | None = None,
        last: MessageRef | None = None,
    ) -> Write:
        """Change the ticket, or check it, if its state is as it was read, and `last` is still the message that it
        shows."""
        condition, values = "#state = :state_read", {**(values or {}), "state_read": ticket.state}
        if last is not None:
            condition += " AND #last_message_at = :last_read AND #last_direction = :out"
            values |= {"last_read": last.at, "out": "out"}
        return self._tables.update("ticket", TICKET.key(ticket.ticket_id), expression, condition, values)

    def _not_deleted(self, target: Target) -> Write:
        condition = "attribute_exists(pk) AND attribute_not_exists(#deleted) AND #ticket_id = :ticket"
        return self._tables.check("target", MESSAGE.key(*target.named.ref), condition, {"ticket": target.ticket_id})


def _shown(ref: MessageRef, row: DeskRow) -> Message:
    status, failure = outcome(row)
    return Message(
        str(ref),
        str(row.direction),
        str(row.kind),
        number(row.sent_at) or ref.at,
        status=status,
        failure=failure,
        author=row.author or "",
        purpose=row.purpose or "",
        provider_hash=row.provider_hash or "",
        deleted=bool(row.deleted),
    )


def _message(change: Change, ref: MessageRef, content: bytes) -> dict[str, Any]:
    return {
        "direction": "out",
        "kind": change.what,
        "ticket_id": change.ticket.ticket_id,
        "contact_id": change.head.contact_id,
        "content": content,
        "target_hash": change.target.shown.provider_hash,
        "sent_at": ref.at,
        "arrived_at": change.now,
        "status": "queued",
        "rank": RANK["queued"],
        "author": change.author,
        "purpose": SUPPORT,
    }
