"""The writes that delivery is made of: places in the outbox, messages that go out, links, channels."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.delivery import Failure, Head, Outgoing, Waiting
from chalicelib.domain.references import MessageRef
from chalicelib.domain.tickets import DAY, GUARD_DAYS, RANK, SECOND, WINDOW
from chalicelib.storage import rows, sealing
from chalicelib.storage.vault import seal
from chalicelib.storage.writes import Write, Writes, blind_of_notice

Parked = tuple[str, int, dict[str, Any]]
"""A status that came before the provider's id was known: status, rank, and its failure when it is one."""
_NO_RANK = -1


class OutboxRows:
    """Builds writes; each names its role, by which a refused condition is read."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._tables = tables
        self._writes = Writes(tables)

    # -- places

    def place(self, waiting: Waiting, expression: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Change a place in the outbox."""
        pk, sk = rows.conversation_pk(waiting.ref.conversation_id), f"outbox#{waiting.ref.tail}"
        return self._writes.update("outbox", "desk", pk, sk, expression, condition, values)

    def given_up(self, waiting: Waiting, attempt_id: str | None = None, now: int = 0) -> Write:
        """Delete a place: in any case, or only while the claim `attempt_id` holds it, or nobody when that is
        ""."""
        body: dict[str, Any] = {
            "TableName": self._tables["desk"],
            "Key": {
                "pk": {"S": rows.conversation_pk(waiting.ref.conversation_id)},
                "sk": {"S": f"outbox#{waiting.ref.tail}"},
            },
        }
        if attempt_id:
            body["ConditionExpression"] = "attempt_id = :attempt"
            body["ExpressionAttributeValues"] = {":attempt": {"S": attempt_id}}
        elif attempt_id is not None:
            free = "attribute_exists(pk) AND (attribute_not_exists(attempt_id) OR claim_until <= :now)"
            body["ConditionExpression"] = free
            body["ExpressionAttributeValues"] = {":now": {"N": str(now)}}
        return Write("outbox", {"Delete": body})

    def unchanged(self, head: Head, now: int) -> Write:
        """The conversation is as it was read: not erased, not blocked, and on WhatsApp inside its window."""
        values: dict[str, Any] = {"epoch": head.epoch, "yes": True}
        condition = "#epoch = :epoch AND #blocked <> :yes"
        if head.channel == "whatsapp":
            condition += " AND #last_inbound_at > :limit"
            values["limit"] = now - WINDOW
        pk = rows.conversation_pk(head.conversation_id)
        return self._writes.update("head", "desk", pk, "head", "", condition, values)

    # -- messages

    def message(self, ref: MessageRef, expression: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Change a message of ours."""
        pk, sk = rows.conversation_pk(ref.conversation_id), f"message#{ref.tail}"
        return self._writes.update("message", "desk", pk, sk, expression, condition, values)

    def sending(self, message: Outgoing, waiting: Waiting) -> Write:
        """Show the message as on its way; one that an earlier try may have sent is marked `uncertain`."""
        changes: list[str] = []
        values: dict[str, Any] = {"read": message.rank}
        if message.rank < RANK["sending"]:
            changes += ["#status = :sending", "#rank = :rank"]
            values |= {"sending": "sending", "rank": RANK["sending"]}
        if waiting.uncertain:
            changes.append("#uncertain = :yes")
            values["yes"] = True
        expression = "SET " + ", ".join(changes) if changes else ""
        return self.message(message.ref, expression, "#rank = :read", values)

    def queued(self, ref: MessageRef) -> Write:
        """The message waits again, unless a status came meanwhile."""
        values = {"queued": "queued", "none": RANK["queued"], "sending": RANK["sending"]}
        return self.message(ref, "SET #status = :queued, #rank = :none", "#rank = :sending", values)

    def identified(
        self,
        ref: MessageRef,
        head: Head,
        provider_id: str,
        name: str,
        now: int,
        *,
        rank: int | None,
        early: Parked | None = None,
    ) -> Write:
        """Keep the provider's id sealed beside the message, and its blind name, by which answers find it.

        The names of all its links stand there, too, with their date: without the sealed ids they could not be deleted.
        With `rank`, as read, also raise the status: to `sent`, or to one that was parked.
        """
        sealed = seal(head.public_key, sealing.provider_ids(ref), provider_id.encode())
        values: dict[str, Any] = {"no_ids": [], "ids": [sealed], "name": name, "names": [name]}
        values["until"] = _link_until(now)
        expression = (
            "SET #provider_ids = list_append(if_not_exists(#provider_ids, :no_ids), :ids),"
            " #links = list_append(if_not_exists(#links, :no_ids), :names), #linked_until = :until,"
            " #provider_hash = if_not_exists(#provider_hash, :name)"
        )
        if rank is None:
            return self.message(ref, expression, "attribute_exists(pk)", values)
        values["read"] = rank
        status, new, failure = early if early and early[1] > RANK["sent"] else ("sent", RANK["sent"], {})
        if new > rank:
            values |= {"status": status, "rank": new} | ({"failure": failure} if failure else {})
            expression += ", #status = :status, #rank = :rank"
            expression += ", #failure = :failure" if failure else " REMOVE #failure"
        return self.message(ref, expression, "#rank = :read", values)

    def failed(self, waiting: Waiting, rank: int, failure: Failure, now: int) -> Write:
        """Show the message as failed; `flagged` says that its ticket is told, too."""
        values: dict[str, Any] = {
            "failed": "failed",
            "rank": RANK["failed"],
            "read": rank,
            "yes": True,
            "failure": {
                "code": failure.code,
                "reason": failure.reason,
                "text": failure.text,
                "at": now // SECOND,
            },
        }
        expression = "SET #status = :failed, #rank = :rank, #failure = :failure, #flagged = :yes"
        if waiting.uncertain:
            expression += ", #uncertain = :yes"
        return self.message(waiting.ref, expression, "#rank = :read", values)

    def undelivered(self, ticket_id: str, ref: MessageRef) -> Write:
        """Name on the ticket the newest message that did not go out."""
        pk, values = rows.ticket_pk(ticket_id), {"tail": ref.tail}
        condition = "attribute_exists(pk)"
        return self._writes.update("ticket", "desk", pk, "ticket", "SET #undelivered = :tail", condition, values)

    def kept(self, message: Outgoing, now: int) -> Write:
        """An activity line: the window is closed, the notice was kept."""
        ref = MessageRef(message.ref.conversation_id, now, blind_of_notice("window_kept", str(message.ref)))
        attributes = {
            "direction": "event",
            "kind": "window_kept",
            "ticket_id": message.ticket_id,
            "contact_id": message.contact_id,
            "sent_at": now,
            "arrived_at": now,
        }
        pk = rows.conversation_pk(ref.conversation_id)
        return self._writes.put("event", "desk", pk, f"message#{ref.tail}", attributes, fresh=False)

    # -- links and statuses that came early

    def link(self, name: str, ref: MessageRef, now: int) -> Write:
        """From the provider's id to our message, for statuses that do not carry our reference."""
        attributes = {"message_ref": str(ref), "expires_at": _link_until(now)}
        return self._writes.put("link", "index", f"link#{name}", "link", attributes, fresh=False)

    def parked(self, name: str, early: Parked | None) -> Write:
        """No status may be parked unseen while the link is written; later ones find the link."""
        condition = "attribute_not_exists(pk) OR #rank = :rank"
        values = {"rank": _NO_RANK}
        if early is not None:
            condition, values = "#rank = :rank", {"rank": early[1]}
        return self._writes.update("parked", "index", f"parked#{name}", "parked", "", condition, values)

    # -- channels

    def blocked(self, conversation_id: str, since: int) -> Write:
        """As Telegram's own update would say it, unless a later one is known; one of the same second wins
        over us."""
        return self._writes.update(
            "head",
            "desk",
            rows.conversation_pk(conversation_id),
            "head",
            "SET #blocked = :yes, #reach_at = :at",
            "attribute_exists(pk) AND (attribute_not_exists(#reach_at) OR #reach_at < :at)",
            {"yes": True, "at": since // SECOND * SECOND - 1},
        )

    def channel(self, account: str, expression: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Change what is known of a number or bot of ours."""
        return self._writes.update(
            "channel", "desk", rows.channel_pk(account), "channel", expression, condition, values
        )


def _link_until(now: int) -> int:
    return now // SECOND + GUARD_DAYS * DAY // SECOND
