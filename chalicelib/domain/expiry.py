"""What the sweeper finds past its date, and how its removal may end. Pure."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Expired:
    """An item past its date. `guard_until` (epoch seconds) is set for a message that arrived so lately that
    its provider may still repeat it: it leaves an empty guard row until then. `ticket_id` names the ticket that
    it lies on, or that it is."""

    table: str
    pk: str
    sk: str
    expires_at: int
    attributes: tuple[str, ...] = ()
    guard_until: int = 0
    ticket_id: str = ""
    conversation_id: str = ""

    @property
    def is_ticket(self) -> bool:
        """Whether it is a ticket itself."""
        return self.table == "desk" and self.pk.startswith("ticket#")


@dataclass(frozen=True)
class Undated:
    """A ticket whose rows should have its date by now, or none, and have not."""

    pk: str
    sk: str
    ticket_id: str


class Removal(Enum):
    """How a removal ended: REMOVED; refused because the item has CHANGED since it was read; or because its
    ticket, or a row of the ticket, has another date and is to be DATED first."""

    REMOVED = "removed"
    CHANGED = "changed"
    DATED = "dated"
