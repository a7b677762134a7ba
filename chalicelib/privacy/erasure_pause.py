"""The erasure pause: one row that, while it is set, lets no cooling off end and no write barrier close.

The row is a condition in the very transactions that end cooling off and close the barrier. So nothing is destroyed
because a pause was read a moment before it was set. Intake's role cannot write the row. Its key and attributes are
named `hold` and `held_…`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.errors import Conflict
from chalicelib.core.observability import audit
from chalicelib.dynamo.client_calls import get_item
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes

PK, SK = "hold#erasure", "hold"
ROLE = "hold"
"""Role of the check in a transaction."""


@dataclass(frozen=True)
class Pause:
    """Erasures are paused since `at` (ms), by this member of staff; "" when on-call did it by the command line."""

    at: int
    by: str


class ErasuresPaused(Conflict):
    """Erasures are paused: no write barrier closes."""

    code = "held"


def check_not_paused(writes: Writes) -> Write:
    """Return the check that erasures are not paused."""
    return writes.update(ROLE, "desk", PK, SK, "", "attribute_not_exists(#held_at)", {})


class ErasurePauseStore:
    """Reads and sets the pause. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._table = tables["desk"]
        self._run = Transactions(client, sleep_with_jitter)
        self._writes = Writes(tables)

    def read(self) -> Pause | None:
        """Return the pause that is set, or None, strongly consistent."""
        item = get_item(self._client, self._table, PK, SK)
        return Pause(int(item["held_at"]), str(item.get("held_by", ""))) if "held_at" in item else None

    def set(self, by: str, now: int) -> bool:
        """Pause erasures from `now` (ms) on; False when they were paused before."""
        values = {"now": now, "by": by}
        expression = "SET #held_at = :now, #held_by = :by"
        return self._run.single(
            self._writes.update(ROLE, "desk", PK, SK, expression, "attribute_not_exists(#held_at)", values)
        )

    def release(self) -> bool:
        """End the pause; False when there was none."""
        expression = "REMOVE #held_at, #held_by"
        return self._run.single(self._writes.update(ROLE, "desk", PK, SK, expression, "attribute_exists(#held_at)", {}))


@dataclass(frozen=True)
class PauseErasures:
    """While the pause is set no cooling off ends and no write barrier closes. Requests behind their write barrier go
    on, people may still cancel and officers refuse, and the law's terms run on with their alarms."""

    store: "ErasurePauseStore"
    clock: Callable[[], int]

    def current(self) -> "Pause | None":
        """Return the pause that is set, or None. Raises Unavailable."""
        return self.store.read()

    def set(self, staff_id: str) -> None:
        """Pause erasures; a pause that is set stays as it is. Raises Unavailable."""
        if self.store.set(staff_id, self.clock()):
            audit("destructions_held", staff_id=staff_id)

    def release(self, staff_id: str) -> None:
        """End the pause; requests that waited for it go on within a minute. Raises Unavailable."""
        if self.store.release():
            audit("destructions_released", staff_id=staff_id)
