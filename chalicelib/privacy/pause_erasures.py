"""Colleagues hold all destructions that have not begun, and release them again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.observability import audit

if TYPE_CHECKING:
    from chalicelib.privacy.erasure_pause import ErasurePause
    from chalicelib.privacy.model import Hold


@dataclass(frozen=True)
class PauseErasures:
    """While it is set no grace ends and no fence closes. Requests that are past their fence go on, people may still
    cancel and officers refuse, and the law's terms run on with their alarms."""

    store: "ErasurePause"
    clock: Callable[[], int]

    def current(self) -> "Hold | None":
        """The hold that is set, or None. Raises Unavailable."""
        return self.store.read()

    def set(self, staff_id: str) -> None:
        """Hold; a hold that is set stays as it is. Raises Unavailable."""
        if self.store.set(staff_id, self.clock()):
            audit("destructions_held", staff_id=staff_id)

    def release(self, staff_id: str) -> None:
        """Release; what waited goes on within a minute. Raises Unavailable."""
        if self.store.release():
            audit("destructions_released", staff_id=staff_id)
