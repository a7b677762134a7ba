"""Builds the writes to our messages while they are sent: their status, and the states of their pieces."""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.references import MessageRef
from chalicelib.dynamo import keys
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.outbox.model import Failure, Head, OutboxEntry, Outgoing
from chalicelib.tickets.model import RANK
from chalicelib.tickets.pieces import piece_state
from chalicelib.vault import sealing
from chalicelib.vault.vault import seal

EarlyStatus = tuple[str, int, dict[str, Any]]
"""A status that came before the provider's id was known: status, rank, and the failure if it is one."""


class OutgoingRows:
    """Builds writes with the role "message", which says whose condition failed when a transaction is refused."""

    def __init__(self, writes: Writes) -> None:
        self._writes = writes

    def message(self, ref: MessageRef, expression: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Change a message of ours."""
        pk, sk = keys.conversation_pk(ref.conversation_id), f"message#{ref.tail}"
        return self._writes.update("message", "desk", pk, sk, expression, condition, values)

    def sending(self, message: Outgoing, entry: OutboxEntry, pieces: int) -> Write:
        """Show the message as being sent; one that an earlier try may have sent is marked `uncertain`. A text in
        several `pieces` gets a map for their states."""
        changes: list[str] = []
        values: dict[str, Any] = {"read": message.rank}
        if message.rank < RANK["sending"]:
            changes += ["#status = :sending", "#rank = :rank"]
            values |= {"sending": "sending", "rank": RANK["sending"]}
        if entry.uncertain:
            changes.append("#uncertain = :yes")
            values["yes"] = True
        if pieces > 1:
            changes += ["#piece_count = :pieces", "#piece_states = if_not_exists(#piece_states, :no_states)"]
            values |= {"pieces": pieces, "no_states": {}}
        expression = "SET " + ", ".join(changes) if changes else ""
        return self.message(message.ref, expression, "#rank = :read", values)

    def queued(self, ref: MessageRef) -> Write:
        """Show the message as queued again, unless a status came meanwhile."""
        values = {"queued": "queued", "none": RANK["queued"], "sending": RANK["sending"]}
        return self.message(ref, "SET #status = :queued, #rank = :none", "#rank = :sending", values)

    def all_out(self, message: Outgoing) -> Write:
        """Show the message as sent, because statuses have proved it for every piece."""
        values = {"sent": "sent", "rank": RANK["sent"], "read": message.rank}
        return self.message(message.ref, "SET #status = :sent, #rank = :rank", "#rank = :read", values)

    def identified(
        self,
        message: Outgoing,
        head: Head,
        provider_id: str,
        name: str,
        now: int,
        *,
        piece: int = 0,
        last: bool = True,
        early: EarlyStatus | None = None,
    ) -> Write:
        """Keep the provider's id with the message, sealed, and its pseudonym `name`, by which quotes and edits find it.

        The pseudonyms of all its links are kept, too, with the time until which the links live, so that the eraser can
        delete links without opening the ids. When this was the `last` piece, the status is raised to `sent` on the
        condition that the message is as it was read. A `piece` (0: the message is in one piece) gets a state of its
        own. `early` is an early status of this provider's id, so of the piece or the message.
        """
        ref = message.ref
        sealed = seal(head.public_key, sealing.provider_ids(ref), provider_id.encode())
        values: dict[str, Any] = {"no_ids": [], "ids": [sealed], "name": name, "names": [name]}
        values["until"] = link_until(now)
        changes = [
            "#provider_ids = list_append(if_not_exists(#provider_ids, :no_ids), :ids)",
            "#links = list_append(if_not_exists(#links, :no_ids), :names)",
            "#linked_until = :until",
            "#provider_hash = if_not_exists(#provider_hash, :name)",
        ]
        conditions, removed = ["attribute_exists(pk)"], ""
        status, rank, failure = early if early and early[1] > RANK["sent"] else ("sent", RANK["sent"], {})
        if piece:
            state, condition = self._piece(message, piece, piece_state(status, failure), values)
            changes += state
            conditions.append(condition)
            status, rank, failure = "sent", RANK["sent"], {}
        if last:
            values["read"] = message.rank
            conditions.append("#rank = :read")
        if last and rank > message.rank:
            values |= {"status": status, "rank": rank} | ({"failure": failure} if failure else {})
            changes += ["#status = :status", "#rank = :rank", *(["#failure = :failure"] if failure else [])]
            removed = "" if failure else " REMOVE #failure"
        return self.message(ref, "SET " + ", ".join(changes) + removed, " AND ".join(conditions), values)

    def failed(
        self, message: Outgoing, entry: OutboxEntry, rank: int, failure: Failure, now: int, piece: int = 0
    ) -> Write:
        """Show the message, and the refused `piece`, as failed; `flagged` notes that its ticket shows the failure,
        too."""
        why = {"code": failure.code, "reason": failure.reason, "text": failure.text, "at": now // SECOND}
        values: dict[str, Any] = {"failed": "failed", "rank": RANK["failed"], "read": rank, "yes": True, "why": why}
        changes = ["#status = :failed", "#rank = :rank", "#failure = :why", "#flagged = :yes"]
        conditions = ["#rank = :read"]
        if entry.uncertain:
            changes.append("#uncertain = :yes")
        if piece:
            state, condition = self._piece(message, piece, piece_state("failed", why), values)
            changes += state
            conditions.append(condition)
        return self.message(entry.ref, "SET " + ", ".join(changes), " AND ".join(conditions), values)

    def _piece(
        self, message: Outgoing, piece: int, state: Mapping[str, Any], values: dict[str, Any]
    ) -> tuple[list[str], str]:
        """Return the changes that raise a piece's state, and the condition that it is as it was read."""
        path, known = f"#piece_states.#{piece}", (message.states or {}).get(str(piece))
        if known is None:
            condition = f"attribute_not_exists({path})"
        else:
            condition = f"{path}.#rank = :piece_read"
            values["piece_read"] = int(known["rank"])
            if state["rank"] <= known["rank"]:
                return [], condition
        values["piece"] = state
        return [f"{path} = :piece"], condition


def link_until(now: int) -> int:
    """Return when a link made at `now` (ms) expires (seconds)."""
    return now // SECOND + GUARD_DAYS * DAY // SECOND
