"""A sender that dies before or after its n-th call."""

import contextlib
from typing import Any

from tests.support.delivery.desk import DeliveryDesk
from tests.support.faults import Died


class Dying:
    """Passes calls on to a part of the sender, and dies before or after the n-th call of all parts
    together."""

    def __init__(self, part: Any, fate: "Fate") -> None:
        self._part, self._fate = part, fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not callable(found):
            return found

        def call(*args: Any, **more: Any) -> Any:
            self._fate.step(name, "before")
            try:
                return found(*args, **more)
            finally:
                self._fate.step(name, "after")

        return call


class Fate:
    def __init__(self, number: int, when: str) -> None:
        self.number, self.when, self.count, self.died_at = number, when, 0, ""

    def step(self, name: str, when: str) -> None:
        self.count += when == "before"
        if self.count == self.number and when == self.when and not self.died_at:
            self.died_at = name
            raise Died


def deliver_dying(desk: DeliveryDesk, conversation_id: str, fate: Fate) -> None:
    with contextlib.suppress(Died):
        desk.sender(store=Dying(desk.outbox(), fate), providers=Dying(desk.providers(), fate))(conversation_id)
