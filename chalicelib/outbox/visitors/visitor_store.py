"""Reads and writes the rows of answers to visitors: people of whom nothing is stored."""

from typing import Any, NamedTuple

from chalicelib.core.addresses import ChannelId
from chalicelib.dynamo.schema import VISITOR
from chalicelib.dynamo.tables import Tables
from chalicelib.outbox.model import CLAIM
from chalicelib.outbox.rows import UNCLAIMED


class VisitorEntry(NamedTuple):
    """An answer that waits to be sent; `content` is sealed to the vault key `vault_id`. Times in ms."""

    id: str
    content: bytes
    vault_id: str
    channel: ChannelId
    account: str
    queued_at: int
    due_at: int
    attempts: int
    claim_until: int = 0


class VisitorStore:
    """The answers to visitors. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def find(self, visitor_id: str) -> VisitorEntry | None:
        """Return an answer that waits; None when there is none (any more)."""
        row = self._tables.get(VISITOR.key(visitor_id))
        if "content" not in row:
            return None
        return VisitorEntry(
            visitor_id,
            row["content"],
            row["vault_id"],
            row["channel"],
            row["account"],
            row["queued_at"],
            row["due_at"],
            row["attempts"],
            row.get("claim_until", 0),
        )

    def claim(self, entry: VisitorEntry, attempt_id: str, now: int) -> bool:
        """Claim an answer for CLAIM ms; False when another sender has it, or it is sent."""
        values = {"attempt": attempt_id, "until": now + CLAIM, "attempts": entry.attempts + 1, "now": now}
        expression = "SET #attempt_id = :attempt, #claim_until = :until, #attempts = :attempts"
        return self._update(entry, expression, f"attribute_exists(#content) AND {UNCLAIMED}", values)

    def retry_later(self, entry: VisitorEntry, attempt_id: str, due_at: int) -> bool:
        """Give up the claim until `due_at`; False when another sender has it."""
        values = {"attempt": attempt_id, "due": due_at}
        expression = "SET #due_at = :due REMOVE #attempt_id, #claim_until"
        return self._update(entry, expression, "#attempt_id = :attempt", values)

    def end(self, entry: VisitorEntry) -> None:
        """Remove what an answer holds of the person. The row that is left stands in for what arrived."""
        expression = "REMOVE #content, #due, #due_at, #attempt_id, #claim_until"
        self._update(entry, expression, "attribute_exists(pk)", {})

    def _update(self, entry: VisitorEntry, expression: str, condition: str, values: dict[str, Any]) -> bool:
        key = VISITOR.key(entry.id)
        return self._tables.write(self._tables.update("visitor", key, expression, condition, values))
