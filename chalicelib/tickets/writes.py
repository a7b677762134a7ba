"""Writes what the staff change on tickets, each change with its activity lines in one transaction."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.clock import gone_at
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef, new_id
from chalicelib.dynamo import keys
from chalicelib.dynamo.rows import alive, get_row
from chalicelib.dynamo.schema import CLIENT_ID
from chalicelib.dynamo.writes import Write, Writes, client_guard, pseudonym_of_notice
from chalicelib.tickets.drafts import DraftKey, delete_sent_draft
from chalicelib.tickets.model import State, queue_of
from chalicelib.tickets.records import Conversation, Event, Ticket
from chalicelib.vault import encryption


class TicketWrites:
    """Writes changes of tickets. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._writes = Writes(tables)

    def change(self, ticket: Ticket, new: Mapping[str, Any], events: list[Event], author: str, now: int) -> bool:
        """Set attributes of a ticket and add activity lines, if state, priority and assignee are still as in `ticket`.

        `new` maps attributes to values; None removes one. Returns whether it was written.
        """
        writes = [self._update(ticket, new, now)]
        if ticket.state == State.CLOSED and new.get("state", State.CLOSED) != State.CLOSED:
            writes.append(self._newest_again(ticket))
        writes += [self._event(ticket, event, author, now, order) for order, event in enumerate(events)]
        return self._transact(writes)

    def _update(self, ticket: Ticket, new: Mapping[str, Any], now: int) -> Write:
        values: dict[str, Any] = {"old_state": ticket.state, "old_priority": ticket.priority}
        condition = "#state = :old_state AND #priority = :old_priority"
        if ticket.assignee:
            condition += " AND #assignee = :old_assignee"
            values["old_assignee"] = ticket.assignee
        else:
            condition += " AND attribute_not_exists(#assignee)"
        changes = dict(new)
        if "state" in changes:
            changes |= {"queue": queue_of(changes["state"]), "activity": now}
        kept = {name: value for name, value in changes.items() if value is not None}
        gone = [name for name, value in changes.items() if value is None]
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in kept) if kept else ""
        if gone:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
        pk = keys.ticket_pk(ticket.id)
        return self._writes.update("ticket", "desk", pk, "ticket", expression, condition, values | kept)

    def _newest_again(self, ticket: Ticket) -> Write:
        """Remove the contact's expiry date when a ticket is reopened, if the ticket is still the conversation's newest.

        Messages go to the newest ticket, so no other may be reopened.
        """
        pk, values = keys.conversation_pk(ticket.conversation_id), {"ticket": ticket.id}
        return self._writes.update("head", "desk", pk, "head", "REMOVE expires_at", "ticket_id = :ticket", values)

    def _event(self, ticket: Ticket, event: Event, author: str, now: int, order: int) -> Write:
        ref = MessageRef(ticket.conversation_id, now, pseudonym_of_notice(event.kind, new_id()))
        attributes = {
            "direction": "event",
            "kind": event.kind,
            "ticket_id": ticket.id,
            "contact_id": ticket.contact_id,
            "sent_at": now,
            "order": order,
            "arrived_at": now,
            "author": author,
            "params": dict(event.params),
            **_dates(ticket),
        }
        pk = keys.conversation_pk(ref.conversation_id)
        return self._writes.put("event", "desk", pk, f"message#{ref.tail}", attributes)

    def comment(
        self, ticket: Ticket, head: Conversation, text: str, author: str, now: int, name: str = ""
    ) -> MessageRef | None:
        """Store an internal comment, sealed like a message; return its reference.

        Returns None, with nothing stored, when the conversation's epoch changed or another write conflicted.

        `name` is the hash of the client's id. With it the comment is stored once, and its draft is deleted.
        """
        ref = MessageRef(ticket.conversation_id, now, pseudonym_of_notice("comment", new_id()))
        attributes = {
            "direction": "note",
            "kind": "comment",
            "ticket_id": ticket.id,
            "contact_id": ticket.contact_id,
            "content": encryption.seal_json(head.public_key, encryption.message_content(ref), {"text": text}),
            "sent_at": now,
            "arrived_at": now,
            "author": author,
            **_dates(ticket),
        }
        pk = keys.conversation_pk(ref.conversation_id)
        writes = [
            self._writes.put("message", "desk", pk, f"message#{ref.tail}", attributes),
            self._writes.update("head", "desk", pk, "head", "", "epoch = :epoch", {"epoch": head.epoch}),
        ]
        if name:
            place = DraftKey(ticket.conversation_id, ticket.id, author, "comment")
            guard = self._writes.put("client", "desk", pk, f"client#{name}", client_guard(ref, now))
            writes += [guard, delete_sent_draft(self._writes, place, name, now)]
        return ref if self._transact(writes) else None

    def stored_under(self, conversation_id: str, name: str, now: int) -> MessageRef | None:
        """Return the reference of the comment that was stored under the hash of a client's id, while it is
        remembered."""
        row = get_row(CLIENT_ID.key(conversation_id, name))
        return MessageRef.parse(row.message_ref or "") if row is not None and alive(row, now) else None

    def mark_read(self, ticket: Ticket, reader: str) -> bool:
        """Mark the messages that were shown as read, if `reader` is the assignee or there is none.

        The number of shown messages is subtracted, so that what arrived meanwhile stays unread.
        """
        return self._read(ticket, {"seen": ticket.unread, "me": reader}, "unread >= :seen")

    def mark_seen(self, ticket: Ticket, behind: int, reader: str) -> bool:
        """Mark all but the newest `behind` messages as read, if nothing arrived and nobody else read since.

        The condition keeps two readers of different parts from marking what neither has seen. It includes the time of
        the last activity, because the count alone is the same again after one message arrives and one is read.
        """
        values = {"seen": ticket.unread - behind, "unread": ticket.unread, "last": ticket.activity, "me": reader}
        return self._read(ticket, values, "unread = :unread AND activity = :last")

    def _read(self, ticket: Ticket, values: dict[str, Any], condition: str) -> bool:
        condition += " AND (attribute_not_exists(assignee) OR assignee = :me)"
        write = self._writes.update(
            "ticket", "desk", keys.ticket_pk(ticket.id), "ticket", "SET unread = unread - :seen", condition, values
        )
        try:
            self._client.update_item(**write.item["Update"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise _unavailable() from error
        except BotoCoreError as error:
            raise _unavailable() from error
        return True

    def _transact(self, writes: list[Write]) -> bool:
        try:
            self._client.transact_write_items(TransactItems=[write.item for write in writes])
        except ClientError as error:
            if error.response["Error"]["Code"] == "TransactionCanceledException":
                return False
            raise _unavailable() from error
        except BotoCoreError as error:
            raise _unavailable() from error
        return True


def _dates(ticket: Ticket) -> dict[str, int]:
    """Return the expiry attributes of a row that is added to a closed ticket; none for an open one."""
    date = ticket.expires_at // 1000
    return {"expires_at": date, "gone_at": gone_at(date)} if date else {}


def _unavailable() -> Unavailable:
    return Unavailable("The storage did not take the change; try again in a minute.")
