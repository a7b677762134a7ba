"""The hold: one row that, while it says so, lets no grace end and no fence close.

It is a condition in the very transactions that end a grace and close a fence, so there is no moment at which somebody
has read that nothing is held and destroys all the same. Intake's role cannot write it.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.errors import Conflict
from chalicelib.dynamo.client_calls import get_item
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.privacy.model import Hold

PK, SK = "hold#erasure", "hold"
ROLE = "hold"
"""Role of the check in a transaction."""


class Held(Conflict):
    """Destructions are held: no fence closes."""

    code = "held"


def unheld(writes: Writes) -> Write:
    """The check that destructions are not held."""
    return writes.update(ROLE, "desk", PK, SK, "", "attribute_not_exists(#held_at)", {})


class ErasurePause:
    """Reads and sets the hold. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._table = tables["desk"]
        self._run = Transactions(client, sleep_with_jitter)
        self._writes = Writes(tables)

    def read(self) -> Hold | None:
        """The hold that is set, or None, strongly consistent."""
        item = get_item(self._client, self._table, PK, SK)
        return Hold(int(item["held_at"]), str(item.get("held_by", ""))) if "held_at" in item else None

    def set(self, by: str, now: int) -> bool:
        """Hold destructions from `now` (ms) on; False when they were held before."""
        values = {"now": now, "by": by}
        expression = "SET #held_at = :now, #held_by = :by"
        return self._run.single(
            self._writes.update(ROLE, "desk", PK, SK, expression, "attribute_not_exists(#held_at)", values)
        )

    def release(self) -> bool:
        """End the hold; False when there was none."""
        expression = "REMOVE #held_at, #held_by"
        return self._run.single(self._writes.update(ROLE, "desk", PK, SK, expression, "attribute_exists(#held_at)", {}))
