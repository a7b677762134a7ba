"""Staff pause all erasures that have not begun to destroy, and let them go on again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.observability import audit

if TYPE_CHECKING:
    from chalicelib.privacy.erasure_pause import ErasurePauseStore, Pause


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
