"""Destroys what was held of somebody who did not consent: they said no, or nothing until the day that was named.

It happens in the transaction that ends the contact. Its addresses get an open suppression entry: what was sent before
is refused for as long as a provider may repeat it, and who writes anew is asked anew.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.dynamo.builder import Write, setting
from chalicelib.dynamo.schema import HEAD, HELD, QUESTION, SUPPRESSION, VISITOR
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.visitor_rows import visitor_row
from chalicelib.retention.model import ExpiredHead


class DestroyHeld:
    """Builds the writes of the destruction. Its reads raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def writes(self, head: ExpiredHead, now: int) -> Iterator[Write]:
        """Yield the writes that destroy what is held under a head, at `now` (ms), on the condition that nothing was
        added since it was read; and that tell a person who said no that it is done."""
        conversation_id = head.conversation_id
        question = self._tables.get(QUESTION.key(conversation_id))
        pages = self._tables.pages(HELD.partition(conversation_id), prefix=HELD.prefix, only="pk,sk")
        for row in (row for page in pages for row in page.rows):
            yield self._tables.delete("row", HELD.key(conversation_id, row["sk"].removeprefix(HELD.prefix)))
        if question:
            key, values = QUESTION.key(conversation_id), {"parts": question["parts"]}
            yield self._tables.delete("held", key, "#parts = :parts", values)
        for name in head.aliases:
            yield from self._refuse_older(name, head.last_inbound_at, now)
        if "farewell" in question:
            yield self._farewell(conversation_id, question, now)

    def _refuse_older(self, name: str, at: int, now: int) -> Iterator[Write]:
        """Refuse what was sent from this address until `at` (ms), unless an entry refuses it already."""
        key = SUPPRESSION.key(name)
        entry = self._tables.get(key)
        if entry.get("closed") or entry.get("at", 0) >= at:
            return
        values = {"no": False, "at": at, "until": (now + GUARD_DAYS * DAY) // SECOND}
        condition = "attribute_not_exists(pk) OR (#closed = :no AND #at < :at)"
        expression = "SET #closed = :no, #at = :at, #expires_at = :until"
        yield self._tables.update("held", key, expression, condition, values)

    def _farewell(self, conversation_id: str, question: Mapping[str, Any], now: int) -> Write:
        head = self._tables.get(HEAD.key(conversation_id))
        key = VISITOR.key(question["farewell_id"])
        sealed = question["farewell"], question["vault_id"]
        values = visitor_row(key.pk, *sealed, head.get("channel", ""), head.get("account", ""), now)
        return self._tables.update("farewell", key, setting(values), "attribute_not_exists(pk)", values)
