"""A text that leaves as several messages of the provider: what each piece has come to, and what is shown of the whole.

The row of such a message has `piece_count` and `piece_states`: by the piece's number (from "1") its status, rank and
failure, and whether it was sent again. A piece has a state as soon as it is out, by the sender's record or by a status
that was quicker. Each is raised by its own rank alone, so the order in which statuses come does not matter. `status` of
the row is then what the sender says of the whole: queued, sending, sent, or failed when it was given up. Pure.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.tickets.model import RANK

States = Mapping[str, Mapping[str, Any]]
_BY_RANK = {rank: status for status, rank in RANK.items()}


def piece_state(status: str, failure: Mapping[str, Any]) -> dict[str, Any]:
    """Return a piece's state as rows keep it."""
    return {"status": status, "rank": RANK[status]} | ({"failure": dict(failure)} if status == "failed" else {})


def shown(row: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the status that a message shows, and its failure when that is "failed"; `row` has the attributes of its
    row.

    Of several pieces the worst decides: a failed one, else the least advanced. While pieces are still to go out, the
    sender's word counts.
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
    return _BY_RANK[min(ranks)], {}


def not_arrived(row: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the numbers of the pieces that failed and were not sent again, or that never will go out because the
    message was given up. Those that are on their way or still to go are not among them: they may arrive yet."""
    states: States = row.get("piece_states") or {}
    given_up = row.get("status") == "failed"
    return tuple(int(number) for number in _numbers(row) if _lost(states.get(number), given_up))


def _lost(state: Mapping[str, Any] | None, given_up: bool) -> bool:
    return given_up if state is None else state["status"] == "failed" and not state.get("resent")


def outstanding(row: Mapping[str, Any]) -> bool:
    """Whether a message, or a piece of it, has failed and was not sent again."""
    if _numbers(row):
        return bool(not_arrived(row))
    return row.get("status") == "failed" and not row.get("resent_as")


def resent(row: Mapping[str, Any], numbers: Iterable[int]) -> dict[str, Any]:
    """Return the states of the pieces after those with these numbers were sent again."""
    states = {number: dict(state) for number, state in (row.get("piece_states") or {}).items()}
    for number in map(str, numbers):
        states.setdefault(number, piece_state("failed", row.get("failure") or {}))["resent"] = True
    return states


def _numbers(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The numbers of the pieces; none for a message that is one, or that an older release sent."""
    return tuple(str(number) for number in range(1, int(row.get("piece_count") or 0) + 1))
