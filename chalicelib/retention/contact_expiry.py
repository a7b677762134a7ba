"""Ends a contact: one transaction destroys everything by which the person is known.

The order is safe when a run dies or a message arrives in between:

1. The rows of the conversation that are on no ticket are deleted first, one by one. They have expired in any case,
   and the head stays, so the next sweep finds those that are left.
2. One transaction deletes head, contact, key and aliases and sets the expiry of the consents, if the head is still as
   it was read. A message that arrives at that moment either has changed the head, and nothing is deleted, or finds no
   head, reads anew and makes a new contact. Before this step nothing is deleted that an active contact needs.
3. The search words are deleted last, because an active contact must stay findable. The transaction marks their list,
   so that a crash loses none: the sweeper deletes the words of a marked list. Until then a search may meet a word
   of a contact that no longer exists; it finds nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.core.clock import gone_at
from chalicelib.dynamo import keys
from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.dynamo.rows import get_row, translated_errors
from chalicelib.dynamo.schema import HEAD
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.retention.model import ExpiredHead, TicketDate
from chalicelib.retention.store import ExpiryStamps

MOST_WRITES = 100
"""Items of one transaction. Source: Amazon DynamoDB, TransactWriteItems."""
_AGAIN = frozenset({"alias", "words", "consent"})
"""Roles whose refusal means that the rows are read anew. After any other refusal the contact does not end now."""


class ContactExpiry:
    """Reads and destroys contacts that have expired. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str], wait: Callable[[int], None]) -> None:
        self._client = client
        self._tables = tables
        self._run = Transactions(client, wait)
        self._writes = Writes(tables)
        self._dates = ExpiryStamps(client, tables, wait)

    # -- what decides

    def head(self, conversation_id: str) -> ExpiredHead | None:
        """Return the head of a conversation; None when it is gone or has no expiry date."""
        row = get_row(HEAD.key(conversation_id))
        if row is None or not row.expires_at:
            return None
        return ExpiredHead(
            conversation_id,
            str(row.contact_id),
            row.ticket_id or "",
            int(row.epoch or 0),
            int(row.expires_at),
            tuple(row.aliases or ()),
        )

    def must_stay(self, contact_id: str) -> bool:
        """Whether the contact must not be ended by its expiry: it has an open request, or is not active."""
        return _must_stay(self._of_contact(contact_id))

    def remaining_rows(self, conversation_id: str) -> list[tuple[str, str]]:
        """Return the conversation's rows beside the head: sort keys with their tickets, "" for none."""
        with translated_errors():
            found = DeskRow.query(
                keys.conversation_pk(conversation_id), consistent_read=True, attributes_to_get=["pk", "sk", "ticket_id"]
            )
            return [(str(row.sk), row.ticket_id or "") for row in found if row.sk != "head"]

    def ticket(self, ticket_id: str) -> TicketDate | None:
        """Return a ticket's expiry date; None when the ticket is gone."""
        return self._dates.ticket(ticket_id)

    # -- what is done

    def put_off(self, head: ExpiredHead, expires_at: int) -> None:
        """Give the contact a later expiry date, unless its head has changed."""
        pk, values = keys.conversation_pk(head.conversation_id), {"date": expires_at, "read": head.expires_at}
        expression = "SET #expires_at = :date"
        self._run.single(self._writes.update("head", "desk", pk, "head", expression, "#expires_at = :read", values))

    def delete_row(self, head: ExpiredHead, sk: str) -> bool:
        """Delete one row of a conversation; False when the head's epoch has changed: then an erasure counts and deletes
        the rows."""
        pk, values = keys.conversation_pk(head.conversation_id), {"epoch": head.epoch}
        unchanged = self._writes.update("head", "desk", pk, "head", "", "#epoch = :epoch", values)
        row = {"TableName": self._tables["desk"], "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}
        writes = [unchanged, Write("row", {"Delete": row})]
        return self._run.run_until_written(lambda refused: None if refused else writes)

    def end(self, head: ExpiredHead, now: int, consents_until: int) -> bool:
        """Destroy the contact and let its consents expire at `consents_until` (seconds). `now` in ms.

        False when the head has changed since it was read, the newest ticket still exists, or the contact must stay.
        """

        def build(refused: frozenset[str]) -> list[Write] | None:
            found = self._of_contact(head.contact_id)
            if refused - _AGAIN or _must_stay(found):
                return None
            writes = [
                self._head(head),
                self._contact(head.contact_id),
                self._absent("request", "desk", keys.contact_pk(head.contact_id), "request"),
                self._key(head.contact_id),
                self._words(head.contact_id, now),
                *self._aliases(head),
            ]
            if head.ticket_id:
                writes.append(self._absent("ticket", "desk", keys.ticket_pk(head.ticket_id), "ticket"))
            consents = [row for row in found if row.sk.startswith("consent#") and not row.expires_at]
            dated = [self._consent(row, consents_until) for row in consents]
            room = MOST_WRITES - len(writes)
            # Those that one transaction cannot hold go first; when the run dies, what is stamped stays stamped.
            for write in dated[room:]:
                self._run.single(write)
            return writes + dated[:room]

        return self._run.run_until_written(build)

    # -- rows

    def _of_contact(self, contact_id: str) -> list[DeskRow]:
        with translated_errors():
            return list(DeskRow.query(keys.contact_pk(contact_id), consistent_read=True))

    def _head(self, head: ExpiredHead) -> Write:
        values: dict[str, Any] = {"date": head.expires_at, "epoch": head.epoch, "aliases": list(head.aliases)}
        condition = "#expires_at = :date AND #epoch = :epoch AND #aliases = :aliases"
        if head.ticket_id:
            values["ticket"] = head.ticket_id
            condition += " AND #ticket_id = :ticket"
        else:
            condition += " AND attribute_not_exists(#ticket_id)"
        return self._deletion("head", "desk", keys.conversation_pk(head.conversation_id), "head", condition, values)

    def _contact(self, contact_id: str) -> Write:
        condition = "attribute_not_exists(pk) OR #state = :active"
        return self._deletion(
            "contact", "desk", keys.contact_pk(contact_id), "contact", condition, {"active": "active"}
        )

    def _aliases(self, head: ExpiredHead) -> list[Write]:
        """Return the deletions of aliases that still name this contact; one that another contact has by now stays."""
        found = [self._index(f"alias#{name}", "alias") for name in head.aliases]
        mine = [row for row in found if row is not None and row.contact_id == head.contact_id]
        values = {"contact": head.contact_id}
        return [self._deletion("alias", "index", row.pk, "alias", "#contact_id = :contact", values) for row in mine]

    def _words(self, contact_id: str, now: int) -> Write:
        pk = f"words#{contact_id}"
        if self._index(pk, "words") is None:
            return self._absent("words", "index", pk, "words")
        return self._writes.update(
            "words", "index", pk, "words", "SET #ended_at = :now", "attribute_exists(pk)", {"now": now}
        )

    def _consent(self, row: DeskRow, until: int) -> Write:
        expression = "SET #expires_at = :until, #gone_at = :gone"
        condition = "attribute_exists(pk) AND attribute_not_exists(#expires_at)"
        values = {"until": until, "gone": gone_at(until)}
        return self._writes.update("consent", "desk", row.pk, row.sk, expression, condition, values)

    def _key(self, contact_id: str) -> Write:
        return Write("key", {"Delete": {"TableName": self._tables["keys"], "Key": {"pk": {"S": contact_id}}}})

    def _absent(self, role: str, table: str, pk: str, sk: str) -> Write:
        """Check that an item does not exist."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        body = {"TableName": self._tables[table], "Key": key, "ConditionExpression": "attribute_not_exists(pk)"}
        return Write(role, {"ConditionCheck": body})

    def _deletion(self, role: str, table: str, pk: str, sk: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Delete an item on a condition."""
        checked = self._writes.update(role, table, pk, sk, "", condition, values)
        return Write(role, {"Delete": checked.item["ConditionCheck"]})

    def _index(self, pk: str, sk: str) -> IndexRow | None:
        with translated_errors():
            try:
                return IndexRow.get(pk, sk, consistent_read=True)
            except IndexRow.DoesNotExist:
                return None


def _must_stay(found: Sequence[DeskRow]) -> bool:
    """Whether the rows of a contact hold an open request or a state other than active."""
    return any(row.sk == "request" or (row.sk == "contact" and row.state != "active") for row in found)
