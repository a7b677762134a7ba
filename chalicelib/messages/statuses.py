"""Stores what providers report of our messages: sent, delivered, read, failed. Part of intake; it reads no content.

A status that comes before the provider's id is known is an early status. It is kept in the table `index` under
`parked#…`, its stored name, until the sender takes it."""

from typing import Any

from chalicelib.channels.parts import StatusUpdate
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.builder import NEW
from chalicelib.dynamo.schema import EARLY_STATUS, HEAD, LINK, MESSAGE
from chalicelib.dynamo.tables import Tables
from chalicelib.tickets.model import DELAYED, FOR_GOOD, RANK
from chalicelib.tickets.pieces import piece_state
from chalicelib.vault.pseudonyms import AddressKey

LOWER_STATUS = "direction = :out AND #rank < :rank AND attribute_not_exists(piece_states)"
"""Condition on a message in one piece: it is ours, and its status is lower than the reported one. A message with states
of its pieces is not changed by a status of the whole."""
_SENT = "direction = :out AND #status = :sent AND attribute_not_exists(piece_states)"
"""Condition on a message in one piece: it is ours and was sent, and nothing more is known of it."""
_REACHED = (
    "attribute_exists(epoch) AND (attribute_not_exists(reach_at) OR reach_at < :at)"
    " AND (attribute_not_exists(last_inbound_at) OR last_inbound_at <= :at)"
)
"""Condition on a head: it is there, and the person has not written since, nor has anything newer been told. Providers
count seconds: an answer of ours may come back in that of the message which it answers."""
NO_HIGHER_EARLY_STATUS = f"{NEW} OR #rank < :rank"
"""Condition on an early status: none is kept, or a lower one."""


def lower_piece_status(piece: int) -> str:
    """Return the condition on a message in pieces: it is ours, and this piece's state is lower than the reported one.
    The sender's claim has made the map of states before the provider was called."""
    path = f"#piece_states.#{piece}"
    lower = f"(attribute_not_exists({path}) OR {path}.#rank < :rank)"
    return f"direction = :out AND attribute_exists(#piece_states) AND {lower}"


class Statuses:
    """Writes statuses to their messages."""

    def __init__(self, tables: Tables, address_key: AddressKey) -> None:
        self._tables = tables
        self._address_key = address_key

    def apply(self, update: StatusUpdate, now: int) -> bool:
        """Raise the status of our message or of one of its pieces, by rank; or keep it as an early status until the
        sender knows the provider's id. What blocks the person is marked at their conversation first. Return whether
        anything changed.

        `now` is in ms. Raises Unavailable.
        """
        ref, piece = MessageRef.parse_piece(update.reference)
        early = False
        if ref is None and update.status != DELAYED:
            (ref, piece), early = self._linked(update, now)
        if ref is None:
            return early
        blocked = self._block(ref.conversation_id, update) if update.blocks else False
        complained = self._complain(ref) if update.blocks == "complained" else False
        return self._raise(ref, piece, update) or blocked or complained

    def _block(self, conversation_id: str, update: StatusUpdate) -> bool:
        """Mark that nothing more may be written to the person until they write again. Nobody who is gone comes back."""
        expression = "SET blocked = :yes, blocked_by = :why, reach_at = :at"
        values = {"yes": True, "why": update.blocks, "at": update.at * SECOND}
        return self._tables.write(self._tables.update("head", HEAD.key(conversation_id), expression, _REACHED, values))

    def _complain(self, ref: MessageRef) -> bool:
        """Mark the copy of a mailing about which its reader complains."""
        condition = "attribute_exists(mailing) AND attribute_not_exists(unwanted)"
        write = self._tables.update("status", MESSAGE.key(*ref), "SET unwanted = :yes", condition, {"yes": True})
        return self._tables.write(write)

    def _linked(self, update: StatusUpdate, now: int) -> tuple[tuple[MessageRef | None, int], bool]:
        """Return the message and piece that the provider's id is linked to, and whether the status was kept as
        early."""
        name = self._address_key.message(update.channel, update.account, update.provider_id)
        early = {
            "status": update.status,
            "at": update.at,
            "code": update.code,
            "said": _failure(update).get("text", ""),
            "rank": RANK[update.status],
            "expires_at": now // SECOND + GUARD_DAYS * DAY // SECOND,
        }
        found = self._link(name)
        if found[0] is not None:
            return found, False
        values = {"rank": RANK[update.status]}
        kept = self._tables.put("parked", EARLY_STATUS.key(name), early, NO_HIGHER_EARLY_STATUS, values)
        changed = self._tables.write(kept)
        return self._link(name), changed

    def _link(self, name: str) -> tuple[MessageRef | None, int]:
        item = self._tables.get(LINK.key(name))
        return (MessageRef.parse(item["message_ref"]), item.get("piece", 0)) if item else (None, 0)

    def _raise(self, ref: MessageRef, piece: int, update: StatusUpdate) -> bool:
        """Write a status over one of lower rank, never to a message that is gone. Raises Unavailable."""
        values: dict[str, Any] = {"rank": rank_of(update), "out": "out"}
        failure = _failure(update)
        if piece:
            expression, condition = self._of_piece(piece, update.status, failure, values)
        else:
            expression, condition = self._of_whole(update.status, failure, values)
        return self._tables.write(self._tables.update("status", MESSAGE.key(*ref), expression, condition, values))

    def _of_whole(self, status: str, failure: dict[str, Any], values: dict[str, Any]) -> tuple[str, str]:
        """Return expression and condition for a message in one piece; `values` gets their values."""
        values["status"] = status
        expression = "SET #status = :status, #rank = :rank"
        if failure:
            values["failure"] = failure
            expression += ", failure = :failure"
        elif status in ("delivered", "read"):
            expression += " REMOVE failure"
        if status == DELAYED:
            values["sent"] = "sent"
            return expression, _SENT
        return expression, LOWER_STATUS

    def _of_piece(self, piece: int, status: str, failure: dict[str, Any], values: dict[str, Any]) -> tuple[str, str]:
        path = f"#piece_states.#{piece}"
        values["state"] = piece_state(status, failure, values["rank"])
        if status == DELAYED:
            del values["rank"]
            values["sent"] = "sent"
            return f"SET {path} = :state", f"direction = :out AND {path}.#status = :sent"
        return f"SET {path} = :state", lower_piece_status(piece)


def rank_of(update: StatusUpdate) -> int:
    """Return the rank of a reported status."""
    if update.status == DELAYED:
        return RANK["sent"]
    return FOR_GOOD if update.final else RANK[update.status]


def _failure(update: StatusUpdate) -> dict[str, Any]:
    """Return what rows keep of a failure, {} for another status. Imported late, because most bodies bring no
    failure."""
    if update.status != "failed":
        return {}
    from chalicelib.core.delivery_failures import failure_record, scrub

    return failure_record(update.code, scrub(update.reason), update.at)
