"""Long texts that are sent as several provider messages (pieces): the state of each piece, and of the whole. Pure.

The row of such a message has `piece_count` and `piece_states`, which maps a piece's number (from "1") to its status,
rank and failure, and whether it was sent again. A piece gets a state when the sender records that it was sent, or when
a status arrives earlier. A status replaces only one of lower rank, so the order of arrival does not matter. The row's
own `status` is then the sender's: queued, sending, sent, or failed when it gave up.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.tickets.model import DELAYED, RANK

States = Mapping[str, Mapping[str, Any]]
_BY_RANK = {rank: status for status, rank in RANK.items()}


def piece_state(status: str, failure: Mapping[str, Any], rank: int | None = None) -> dict[str, Any]:
    """Return the state of a piece as it is stored; its rank is that of its status unless it is given."""
    rank = RANK[status] if rank is None else rank
    return {"status": status, "rank": rank} | ({"failure": dict(failure)} if status == "failed" else {})


def shown(row: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the status to show for a message, and the failure when it is "failed". `row` holds the row's attributes.

    Of several pieces the worst decides: a failed one, else the least advanced. While pieces are still to be sent, the
    sender's status counts.
    """
    status, failure = str(row.get("status") or ""), row.get("failure") or {}
    states: States = row.get("piece_states") or {}
    numbers = _numbers(row)
    if not numbers:
        return status, failure if status == "failed" else {}
    for number in numbers:
        if number in states and states[number]["status"] == "failed":
            return "failed", states[number].get("failure") or {}
    missing = any(number not in states for number in numbers)
    if status in ("queued", "sending") or (status == "failed" and missing):
        return status, failure if status == "failed" else {}
    ranks = [int(states[number]["rank"]) if number in states else RANK["sent"] for number in numbers]
    least = _BY_RANK[min(ranks)]
    if least == "sent" and any(states[number]["status"] == DELAYED for number in numbers if number in states):
        return DELAYED, {}
    return least, {}


def of_piece(row: Mapping[str, Any], from_end: int) -> tuple[str, Mapping[str, Any]]:
    """Return the status to show for one piece, counted from the last one, which is 1, and its failure when it is
    "failed". The files of a message are its last pieces."""
    numbers = _numbers(row)
    if not numbers:
        return shown(row)
    state = (row.get("piece_states") or {}).get(numbers[-from_end]) if from_end <= len(numbers) else None
    if state is None:
        status = str(row.get("status") or "")
        return status, (row.get("failure") or {}) if status == "failed" else {}
    return str(state["status"]), state.get("failure") or {}


def not_arrived(row: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the numbers of the pieces that failed and were not sent again, or were never sent because the sender gave
    up.

    Pieces that may still arrive are not among them.
    """
    states: States = row.get("piece_states") or {}
    given_up = row.get("status") == "failed"
    return tuple(int(number) for number in _numbers(row) if _lost(states.get(number), given_up))


def _lost(state: Mapping[str, Any] | None, given_up: bool) -> bool:
    return given_up if state is None else state["status"] == "failed" and not state.get("resent")


def outstanding(row: Mapping[str, Any]) -> bool:
    """Whether a message or one of its pieces failed and was not sent again."""
    if _numbers(row):
        return bool(not_arrived(row))
    return row.get("status") == "failed" and not row.get("resent_as")


def resent(row: Mapping[str, Any], numbers: Iterable[int]) -> dict[str, Any]:
    """Return the states of all pieces, with those of these numbers marked as sent again."""
    states = {number: dict(state) for number, state in (row.get("piece_states") or {}).items()}
    for number in map(str, numbers):
        states.setdefault(number, piece_state("failed", row.get("failure") or {}))["resent"] = True
    return states


def _numbers(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the numbers of the pieces; none for a message that was sent whole."""
    return tuple(str(number) for number in range(1, int(row.get("piece_count") or 0) + 1))
