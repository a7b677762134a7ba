"""The erasure pause: one row that, while it is set, lets no cooling off end and no write barrier close.

The row is a condition in the very transactions that end cooling off and close the barrier. So nothing is destroyed
because a pause was read a moment before it was set. Intake's role cannot write the row. Its key and attributes are
named `hold` and `held_…`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.errors import Conflict
from chalicelib.core.observability import audit
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import ERASURE_PAUSE
from chalicelib.dynamo.tables import Tables

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


def check_not_paused(tables: Builder) -> Write:
    """Return the check that erasures are not paused."""
    return tables.check(ROLE, ERASURE_PAUSE.key(), "attribute_not_exists(#held_at)")


class ErasurePauseStore:
    """Reads and sets the pause. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def read(self) -> Pause | None:
        """Return the pause that is set, or None, strongly consistent."""
        item = self._tables.get(ERASURE_PAUSE.key())
        return Pause(int(item["held_at"]), str(item.get("held_by", ""))) if "held_at" in item else None

    def set(self, by: str, now: int) -> bool:
        """Pause erasures from `now` (ms) on; False when they were paused before."""
        values = {"now": now, "by": by}
        expression = "SET #held_at = :now, #held_by = :by"
        return self._tables.write(
            self._tables.update(ROLE, ERASURE_PAUSE.key(), expression, "attribute_not_exists(#held_at)", values)
        )

    def release(self) -> bool:
        """End the pause; False when there was none."""
        expression = "REMOVE #held_at, #held_by"
        return self._tables.write(
            self._tables.update(ROLE, ERASURE_PAUSE.key(), expression, "attribute_exists(#held_at)")
        )


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
