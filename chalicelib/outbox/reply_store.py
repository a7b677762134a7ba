"""Stores a reply in one transaction: message, outbox entry, guard of the client's id, head, ticket, and the end of its
draft."""

from dataclasses import dataclass, field
from typing import Any

from chalicelib.attachments.uploads import use_upload
from chalicelib.core.ids import MessageRef
from chalicelib.core.purposes import SUPPORT
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.rows import alive, get_row
from chalicelib.dynamo.schema import HEAD, MESSAGE, OUTBOX, TICKET
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.new_rows import outbox_row
from chalicelib.outbox.model import WITHHELD_FOR, AnsweredTicket, FailedMessage, Reply
from chalicelib.outbox.reading import OutboxReading
from chalicelib.outbox.rows import inside_window, transfer_agreed
from chalicelib.provider_templates.model import StoredTemplate
from chalicelib.provider_templates.store import TemplateStore
from chalicelib.tickets.drafts import DraftKey, client_guard, delete_sent_draft
from chalicelib.tickets.model import PREVIEW, RANK, WAITS, queue_of
from chalicelib.tickets.pieces import resent
from chalicelib.tickets.records import Message
from chalicelib.tickets.records_from_rows import outcome, outgoing, question_at, resent_as
from chalicelib.vault import encryption


@dataclass(frozen=True)
class Stored:
    """A reply as its row shows it, with its content still sealed."""

    message: Message
    ticket_id: str
    contact_id: str
    content: bytes = field(repr=False)


class ReplyStore(OutboxReading):
    """Replies of staff. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._templates = TemplateStore(tables)

    def template(self, account: str, key: str) -> StoredTemplate | None:
        """Return the template of this key that a number of ours may send; None when there is none."""
        return self._templates.find(account, key)

    def ticket(self, ticket_id: str, now: int) -> AnsweredTicket | None:
        """Return the ticket to answer, or None when there is none or its retention has ended."""
        row = get_row(TICKET.key(ticket_id))
        if row is None or not alive(row, now):
            return None
        return AnsweredTicket(
            ticket_id,
            str(row.state),
            str(row.contact_id),
            str(row.conversation_id),
            question_at=question_at(row),
            dated=row.question_at is not None,
        )

    def failed_reply(self, ref: MessageRef, now: int) -> FailedMessage | None:
        """Return a message of ours that may be sent again; None when it is gone or not ours."""
        row = get_row(MESSAGE.key(*ref))
        if row is None or row.direction != "out" or not alive(row, now):
            return None
        return FailedMessage(
            ref=ref,
            ticket_id=row.ticket_id or "",
            contact_id=str(row.contact_id),
            content=row.content or b"",
            row=outgoing(row),
            resent_as=resent_as(ref, row),
        )

    def shown(self, ref: MessageRef, now: int) -> Stored | None:
        """Return a stored reply as it is now; None when its retention has ended."""
        row = get_row(MESSAGE.key(*ref))
        if row is None or row.guard or not alive(row, now):
            return None
        status, failure = outcome(row)
        message = Message(
            str(ref),
            "out",
            "text",
            ref.at,
            arrived_at=int(row.arrived_at or 0),
            status=status,
            failure=failure,
            author=row.author or "",
            purpose=SUPPORT,
            uncertain=bool(row.uncertain),
        )
        return Stored(message, row.ticket_id or "", str(row.contact_id), row.content or b"")

    def store(self, reply: Reply) -> bool:
        """Store the reply on the condition that the rows are as they were read; return whether it was stored."""
        return self._tables.transact(self._rows(reply)) is None

    def _rows(self, reply: Reply) -> list[Write]:
        return [
            self._tables.put("message", MESSAGE.key(*reply.ref), self._message(reply)),
            self._tables.put("outbox", OUTBOX.key(*reply.ref), _outbox_entry(reply)),
            client_guard(self._tables, reply.client_hash, reply.ref, reply.now),
            self._head(reply),
            self._ticket(reply),
            *(reply.use.counted(self._tables) if reply.use else []),
            *([self._templates.unchanged(reply.template)] if reply.template else []),
            *([self._name_successor(reply, reply.again)] if reply.again else []),
            *(use_upload(self._tables, reply.uploads, one.object, reply.now) for one in reply.content.files),
            delete_sent_draft(self._tables, _draft(reply), reply.client_hash, reply.now),
        ]

    def _message(self, reply: Reply) -> dict[str, Any]:
        context = encryption.message_content(reply.ref)
        return {
            "direction": "out",
            "kind": "text",
            "ticket_id": reply.ticket.ticket_id,
            "contact_id": reply.head.contact_id,
            "content": encryption.seal_json(reply.head.public_key, context, reply.content.stored()),
            "sent_at": reply.ref.at,
            "arrived_at": reply.now,
            "status": reply.status,
            "rank": RANK["queued"],
            "author": reply.author,
            "purpose": SUPPORT,
            "answers": (not reply.withheld and reply.ticket.question_at) or None,
            "file_objects": [one.object for one in reply.content.files] or None,
            "quote_hash": reply.quote_hash,
        }

    def _name_successor(self, reply: Reply, failed: FailedMessage) -> Write:
        """Name the new message on the failed one, if that is as it was read and has no other successor."""
        values: dict[str, Any] = {"tail": reply.ref.tail, "status": failed.row["status"]}
        expression, condition = "SET #resent_as = :tail", "#status = :status"
        if failed.left:
            values |= {"states": failed.row["piece_states"], "again": resent(failed.row, failed.left)}
            expression += ", #piece_states = :again"
            condition += " AND #piece_states = :states"
        else:
            condition += " AND attribute_not_exists(#resent_as)"
        key = MESSAGE.key(*failed.ref)
        return self._tables.update("again", key, f"{expression} REMOVE #flagged", condition, values)

    def _head(self, reply: Reply) -> Write:
        """Take the reply's number in the conversation, on the condition that epoch and block are as they were read; a
        template at any time, anything else only inside the reply window, where the channel has one; what answers
        nothing only with a consent to the transfer abroad, where that is wanted."""
        head = reply.head
        values: dict[str, Any] = {"at": reply.ref.at, "read": head.last_at, "epoch": head.epoch, "yes": True}
        condition = "#last_at = :read AND #epoch = :epoch AND #blocked <> :yes"
        if not reply.template:
            condition += inside_window(head.channel, reply.now, values)
        condition += transfer_agreed(reply.needs, values)
        key = HEAD.key(reply.ref.conversation_id)
        return self._tables.update("head", key, "SET #last_at = :at", condition, values)

    def _ticket(self, reply: Reply) -> Write:
        """Mark the ticket as answered; a reply that waits for a supervisor answers nothing yet."""
        if reply.withheld:
            return ticket_unchanged(self._tables, reply.ticket)
        return ticket_answered(self._tables, reply)


def ticket_unchanged(builder: Builder, ticket: AnsweredTicket) -> Write:
    """Return the write that demands that a ticket is as it was read."""
    condition, values = _as_read(ticket)
    return builder.check("ticket", TICKET.key(ticket.ticket_id), condition, values)


def ticket_answered(builder: Builder, reply: Reply) -> Write:
    """Return the write that marks the ticket of a reply as answered, if it is as it was read, so that only one of two
    replies answers a question."""
    context = encryption.ticket_attribute(reply.ticket.ticket_id, "last")
    condition, values = _as_read(reply.ticket)
    values |= {
        "state": str(reply.state),
        "queue": queue_of(reply.state),
        "now": reply.now,
        "at": reply.ref.at,
        "last": encryption.seal_json(reply.head.public_key, context, {"text": reply.content.text[:PREVIEW]}),
        "kind": reply.content.kind,
        "out": "out",
        "none": 0,
    }
    expression = (
        "SET #state = :state, #queue = :queue, #activity = :now, #last_message_at = :at, #last = :last,"
        " #last_kind = :kind, #last_direction = :out, #question_at = :none REMOVE #undelivered, #person_at"
    )
    return builder.update("ticket", TICKET.key(reply.ticket.ticket_id), expression, condition, values)


def _as_read(ticket: AnsweredTicket) -> tuple[str, dict[str, Any]]:
    """Return the condition that a ticket has the state and the open question that were read, with its values."""
    if ticket.dated:
        return "#state = :read AND #question_at = :question", {"read": ticket.state, "question": ticket.question_at}
    return "#state = :read AND attribute_not_exists(#question_at)", {"read": ticket.state}


def _draft(reply: Reply) -> DraftKey:
    return DraftKey(reply.ref.conversation_id, reply.ticket.ticket_id, reply.author, "reply")


def _outbox_entry(reply: Reply) -> dict[str, Any]:
    waits = {"withheld": WAITS, "due_at": reply.now + WITHHELD_FOR} if reply.withheld else {}
    entry = outbox_row(reply.ref, "send", reply.head.channel, reply.head.account, reply.now, SUPPORT)
    return (
        entry
        | waits
        | {
            "answers": reply.ticket.question_at or None,
            "template": reply.template.template.key if reply.template else None,
            "files": bool(reply.content.files) or None,
        }
    )
