"""Ends a contact: one transaction destroys everything by which the person is known.

The order is safe when a run dies or a message arrives in between:

1. The rows of the conversation that are on no ticket are deleted first, one by one. They have expired in any case,
   and the head stays, so the next sweep finds those that are left.
2. One transaction deletes head, contact, key and aliases and sets the expiry of the consents, if the head is still as
   it was read. A message that arrives at that moment either has changed the head, and nothing is deleted, or finds no
   head, reads anew and makes a new contact. Before this step nothing is deleted that an active contact needs.
3. The search words are deleted last, because an active contact must stay findable. The transaction marks their list
   and leaves a row of the class `ended`, so that a crash loses none: the sweeper finds that row. Until then a search
   may meet a word of a contact that no longer exists; it finds nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.contacts.agreement import end_of
from chalicelib.contacts.text_index import delete_words
from chalicelib.core.clock import SECOND
from chalicelib.dynamo.builder import NEW, Write, setting
from chalicelib.dynamo.schema import (
    ALIAS,
    CONSENT,
    CONTACT,
    ENDED,
    HEAD,
    HELD,
    KEY,
    OPEN_REQUEST,
    QUESTION,
    SUBSCRIPTION,
    TICKET,
    WORDS,
    Key,
    lists,
)
from chalicelib.dynamo.tables import MOST_WRITES, Tables
from chalicelib.retention.destroy_held import DestroyHeld
from chalicelib.retention.model import ExpiredHead, TicketDate
from chalicelib.retention.stamp_expiry_store import StampExpiryStore

_AGAIN = frozenset({"alias", "words", "consent", "held"})
"""Roles whose refusal means that the rows are read anew. After any other refusal the contact does not end now."""


class EndContactStore:
    """Reads and destroys contacts that have expired. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._dates = StampExpiryStore(tables)
        self._held = DestroyHeld(tables)

    # -- what decides

    def head(self, conversation_id: str) -> ExpiredHead | None:
        """Return the head of a conversation; None when it is gone or has no expiry date."""
        row = self._tables.get(HEAD.key(conversation_id))
        if not row.get("expires_at"):
            return None
        return ExpiredHead(
            conversation_id,
            row.get("contact_id", ""),
            row.get("ticket_id", ""),
            row.get("epoch", 0),
            row["expires_at"],
            tuple(row.get("aliases", ())),
            row.get("pending", False),
            row.get("last_inbound_at", 0),
            end_of(row),
        )

    def why_kept(self, head: ExpiredHead) -> str:
        """Return why the contact must not be ended by its expiry: "handled", because it has an open request, is not
        active, or has given an answer that is not handled yet to the question whether they consent; "mailings", because
        the person gets some; or ""."""
        found = self._of_contact(head.contact_id)
        if _must_stay(found, head):
            return "handled"
        lasts = any(row["sk"].startswith(SUBSCRIPTION.prefix) and "ended_at" not in row for row in found)
        return "mailings" if lasts else ""

    def remaining_rows(self, head: ExpiredHead) -> list[tuple[str, str]]:
        """Return the conversation's rows beside the head: sort keys with their tickets, "" for none. What is held of
        somebody who has not consented goes with the head, all at once, so that a yes at the same moment releases all of
        it or nothing."""
        pages = self._tables.pages(HEAD.partition(head.conversation_id), only="pk,sk,ticket_id")
        rows = [row for page in pages for row in page.rows if not _with_head(row["sk"], head)]
        return [(row["sk"], row.get("ticket_id", "")) for row in rows]

    def ticket(self, ticket_id: str) -> TicketDate | None:
        """Return a ticket's expiry date; None when the ticket is gone."""
        return self._dates.ticket(ticket_id)

    # -- what is done

    def put_off(self, head: ExpiredHead, expires_at: int) -> None:
        """Give the contact a later expiry date, unless its head has changed."""
        key = HEAD.key(head.conversation_id)
        values = {"date": expires_at, "read": head.expires_at, **lists.expires(key.pk, expires_at).attributes()}
        expression = "SET #expires_at = :date, #list = :list, #place = :place"
        self._tables.write(self._tables.update("head", key, expression, "#expires_at = :read", values))

    def delete_row(self, head: ExpiredHead, sk: str) -> bool:
        """Delete one row of a conversation; False when the head's epoch has changed: then an erasure counts and deletes
        the rows."""
        key = HEAD.key(head.conversation_id)
        unchanged = self._tables.check("head", key, "#epoch = :epoch", {"epoch": head.epoch})
        writes = [unchanged, self._tables.delete("row", key._replace(sk=sk))]
        return self._tables.transact_until_written(lambda refused: None if refused else writes)

    def end(self, head: ExpiredHead, now: int, consents_until: int) -> bool:
        """Destroy the contact and let its consents expire at `consents_until` (seconds). `now` in ms.

        False when the head has changed since it was read, the newest ticket still exists, or the contact must stay.
        """

        def build(refused: frozenset[str]) -> list[Write] | None:
            found = self._of_contact(head.contact_id)
            if refused - _AGAIN or _must_stay(found, head):
                return None
            writes = [
                self._head(head),
                self._contact(head.contact_id),
                self._tables.check("request", OPEN_REQUEST.key(head.contact_id), NEW),
                self._tables.delete("key", KEY.key(head.contact_id)),
                *self._words(head.contact_id, now),
                *self._aliases(head),
            ]
            if head.ticket_id:
                writes.append(self._tables.check("ticket", TICKET.key(head.ticket_id), NEW))
            if head.pending:
                writes += self._held.writes(head, now)
            writes += [self._subscription(row) for row in found if row["sk"].startswith(SUBSCRIPTION.prefix)]
            consents = [row for row in found if row["sk"].startswith(CONSENT.prefix) and not row.get("expires_at")]
            dated = [self._consent(row, consents_until) for row in consents]
            room = MOST_WRITES - len(writes)
            # Those that one transaction cannot hold go first; when the run dies, what is stamped stays stamped.
            for write in dated[room:]:
                self._tables.write(write)
            return writes + dated[:room]

        return self._tables.transact_until_written(build)

    def forget(self, contact_id: str) -> bool:
        """Delete the search words of a contact that has ended, and the row that leads to them; False: the indexer is
        writing them and deletes them itself. Repeating it is harmless."""
        gone = delete_words(self._tables, contact_id)
        return gone and self._tables.write(self._tables.delete("ended", ENDED.key(contact_id)))

    # -- rows

    def _of_contact(self, contact_id: str) -> list[dict[str, Any]]:
        return [row for page in self._tables.pages(CONTACT.partition(contact_id)) for row in page.rows]

    def _head(self, head: ExpiredHead) -> Write:
        values: dict[str, Any] = {"date": head.expires_at, "epoch": head.epoch, "aliases": list(head.aliases)}
        condition = "#expires_at = :date AND #epoch = :epoch AND #aliases = :aliases"
        if head.ticket_id:
            values["ticket"] = head.ticket_id
            condition += " AND #ticket_id = :ticket"
        else:
            condition += " AND attribute_not_exists(#ticket_id)"
        return self._tables.delete("head", HEAD.key(head.conversation_id), condition, values)

    def _contact(self, contact_id: str) -> Write:
        condition = "attribute_not_exists(pk) OR #state = :active"
        return self._tables.delete("contact", CONTACT.key(contact_id), condition, {"active": "active"})

    def _aliases(self, head: ExpiredHead) -> list[Write]:
        """Return the deletions of aliases that still name this contact; one that another contact has by now stays."""
        values = {"contact": head.contact_id}
        return [
            self._tables.delete("alias", key, "#contact_id = :contact", values)
            for key in map(ALIAS.key, head.aliases)
            if self._tables.get(key).get("contact_id") == head.contact_id
        ]

    def _words(self, contact_id: str, now: int) -> Iterator[Write]:
        """Yield the writes that mark the list of the contact's words and leave a row by which the sweeper finds it. The
        row is made by an update, because the sweeper's role may not put items."""
        key, ended = WORDS.key(contact_id), ENDED.key(contact_id)
        if not self._tables.get(key):
            yield self._tables.check("words", key, NEW)
            return
        yield self._tables.update("words", key, "SET #ended_at = :now", "attribute_exists(pk)", {"now": now})
        values = {"contact_id": contact_id, **lists.expires(ended.pk, now // SECOND).attributes()}
        yield self._tables.update("ended", ended, setting(values), values=values)

    def _subscription(self, row: Mapping[str, Any]) -> Write:
        """Return the deletion of a subscription that has ended."""
        return self._tables.delete("subscription", Key("desk", row["pk"], row["sk"]), "attribute_exists(#ended_at)")

    def _consent(self, row: Mapping[str, Any], until: int) -> Write:
        values = lists.dates(row["pk"], until)
        condition = "attribute_exists(pk) AND attribute_not_exists(#expires_at)"
        return self._tables.update("consent", Key("desk", row["pk"], row["sk"]), setting(values), condition, values)


def _with_head(sk: str, head: ExpiredHead) -> bool:
    return sk == HEAD.sk or (head.pending and (sk == QUESTION.sk or sk.startswith(HELD.prefix)))


def _must_stay(found: Sequence[Mapping[str, Any]], head: ExpiredHead) -> bool:
    """Whether the rows of a contact hold an open request or a state other than active; of one who has not consented
    also an answer."""
    return any(
        row["sk"] == OPEN_REQUEST.sk
        or (row["sk"] == CONTACT.sk and row.get("state") != "active")
        or (head.pending and row.get("action") == "consent")
        for row in found
    )
