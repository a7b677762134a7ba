"""Builds the writes of delivery: outbox entries, tickets, links, channels. Those of messages are in message_rows.py."""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.core.purposes import SUPPORT
from chalicelib.core.references import MessageRef
from chalicelib.dynamo import keys
from chalicelib.dynamo.writes import Write, Writes, pseudonym_of_notice
from chalicelib.messages.ticket_rows import reopening
from chalicelib.outbox import channel_rows
from chalicelib.outbox.message_rows import EarlyStatus, OutgoingRows, link_until
from chalicelib.outbox.model import ESSENTIAL, HELD_BY_ERASER, Head, OutboxEntry, Outgoing
from chalicelib.tickets.model import WINDOW, State

_NO_RANK = -1


class OutboxRows:
    """Builds writes. Each has a role, which says whose condition failed when a transaction is refused."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._tables = tables
        self._writes = Writes(tables)
        self.messages = OutgoingRows(self._writes)

    # -- outbox entries

    def update_entry(self, entry: OutboxEntry, expression: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Change an outbox entry."""
        pk, sk = keys.conversation_pk(entry.ref.conversation_id), f"outbox#{entry.ref.tail}"
        return self._writes.update("outbox", "desk", pk, sk, expression, condition, values)

    def delete_entry(self, entry: OutboxEntry, attempt_id: str | None = None, now: int = 0) -> Write:
        """Delete an outbox entry on a condition: with None, that the eraser does not hold it, because the eraser has
        counted it; with an `attempt_id`, that this claim holds it; with "", that nobody does."""
        body: dict[str, Any] = {
            "TableName": self._tables["desk"],
            "Key": {
                "pk": {"S": keys.conversation_pk(entry.ref.conversation_id)},
                "sk": {"S": f"outbox#{entry.ref.tail}"},
            },
        }
        if attempt_id:
            body["ConditionExpression"] = "attempt_id = :attempt"
            body["ExpressionAttributeValues"] = {":attempt": {"S": attempt_id}}
        elif attempt_id is None:
            body["ConditionExpression"] = "attribute_not_exists(attempt_id) OR attempt_id <> :fence"
            body["ExpressionAttributeValues"] = {":fence": {"S": HELD_BY_ERASER}}
        else:
            free = "attribute_exists(pk) AND (attribute_not_exists(attempt_id) OR claim_until <= :now)"
            body["ConditionExpression"] = free
            body["ExpressionAttributeValues"] = {":now": {"N": str(now)}}
        return Write("outbox", {"Delete": body})

    def head_unchanged(self, head: Head, now: int) -> Write:
        """Check that the conversation is as it was read: not erased, not blocked, on WhatsApp inside its reply
        window."""
        values: dict[str, Any] = {"epoch": head.epoch, "yes": True}
        condition = "#epoch = :epoch AND #blocked <> :yes"
        if head.channel == "whatsapp":
            condition += " AND #last_inbound_at > :limit"
            values["limit"] = now - WINDOW
        pk = keys.conversation_pk(head.conversation_id)
        return self._writes.update("head", "desk", pk, "head", "", condition, values)

    def still_allowed(self, head: Head, entry: OutboxEntry) -> list[Write]:
        """Check that the person has not withdrawn consent or opted out meanwhile. [] when the entry answers what they
        ask."""
        stops = [] if entry.asked_for else ["attribute_not_exists(#suppressed_at)"]
        stops += [] if entry.purpose in ESSENTIAL else ["attribute_not_exists(#opted_out_at)"]
        pk = keys.contact_pk(head.contact_id)
        return [self._writes.update("contact", "desk", pk, "contact", "", " AND ".join(stops), {})] if stops else []

    def not_being_erased(self, contact_id: str) -> Write:
        """Check that the contact is not being erased; one that does not exist passes."""
        condition, values = "attribute_not_exists(pk) OR #state <> :erasing", {"erasing": "erasing"}
        return self._writes.update("contact", "desk", keys.contact_pk(contact_id), "contact", "", condition, values)

    # -- tickets

    def name_on_ticket(self, ticket_id: str, entry: OutboxEntry, now: int, refused: frozenset[str]) -> list[Write]:
        """Name the newest unsent message on its ticket. A failed reply also reopens the ticket, with the question that
        it was to answer; a closed ticket stays closed. `refused` are the roles whose conditions failed in the try
        before: then a weaker write is built, or none."""
        pk, named = keys.ticket_pk(ticket_id), "SET #undelivered = :tail"
        values: dict[str, Any] = {"tail": entry.ref.tail}
        reply, closed = entry.purpose == SUPPORT, {"closed": State.CLOSED.value}
        if entry.answers:  # the reply failed, so the question is open again
            named += ", #question_at = :question"
            values["question"] = entry.answers
        if reply and "ticket" not in refused:
            change, more = reopening(now)
            condition = "attribute_exists(pk) AND #state <> :closed"
            values |= more | closed
            return [self._writes.update("ticket", "desk", pk, "ticket", f"{named}, {change}", condition, values)]
        if "marked_ticket" in refused:
            return []
        condition, values = ("#state = :closed", values | closed) if reply else ("attribute_exists(pk)", values)
        return [self._writes.update("marked_ticket", "desk", pk, "ticket", named, condition, values)]

    def kept(self, message: Outgoing, now: int) -> Write:
        """Put an activity line: the reply window is closed, so the notice was not sent."""
        ref = MessageRef(message.ref.conversation_id, now, pseudonym_of_notice("window_kept", str(message.ref)))
        attributes = {
            "direction": "event",
            "kind": "window_kept",
            "ticket_id": message.ticket_id,
            "contact_id": message.contact_id,
            "sent_at": now,
            "arrived_at": now,
        }
        pk = keys.conversation_pk(ref.conversation_id)
        return self._writes.put("event", "desk", pk, f"message#{ref.tail}", attributes, fresh=False)

    # -- links and early statuses

    def link(self, name: str, ref: MessageRef, now: int, piece: int = 0) -> Write:
        """Put the link from the provider's id to our message or its piece, for statuses without our reference."""
        attributes = {"message_ref": str(ref), "expires_at": link_until(now)} | ({"piece": piece} if piece else {})
        return self._writes.put("link", "index", f"link#{name}", "link", attributes, fresh=False)

    def early_status(self, name: str, early: EarlyStatus | None) -> Write:
        """Check that the early status is as it was read, so that none is missed while the link is written; statuses
        that come later find the link."""
        condition = "attribute_not_exists(pk) OR #rank = :rank"
        values = {"rank": _NO_RANK}
        if early is not None:
            condition, values = "#rank = :rank", {"rank": early[1]}
        return self._writes.update("parked", "index", f"parked#{name}", "parked", "", condition, values)

    # -- channels

    def blocked(self, conversation_id: str, since: int) -> Write:
        """Mark the conversation as blocked, unless a later update is known. Telegram's own update of the same second
        overrides this, because the stored time is 1 ms before that second."""
        return self._writes.update(
            "head",
            "desk",
            keys.conversation_pk(conversation_id),
            "head",
            "SET #blocked = :yes, #reach_at = :at",
            "attribute_exists(pk) AND (attribute_not_exists(#reach_at) OR #reach_at < :at)",
            {"yes": True, "at": since // SECOND * SECOND - 1},
        )

    def stopped(self, entry: OutboxEntry, code: str, now: int) -> Write:
        """Stop the channel of the entry."""
        return channel_rows.stopped(self._writes, entry.channel, entry.account, code, now)

    def channel(self, account: str, expression: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Change the row of a number or bot of ours."""
        return self._writes.update(
            "channel", "desk", keys.channel_pk(account), "channel", expression, condition, values
        )
