"""What a colleague has typed on a ticket and not sent: one draft for the reply and one for the comment. Pure."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from chalicelib.core.client_ids import comment_name, reply_name
from chalicelib.core.clock import DAY, SECOND

DraftKind = Literal["reply", "comment"]
KINDS: tuple[DraftKind, ...] = ("reply", "comment")
DRAFT_DAYS = 30
"""How long a draft is kept after its last change."""
EMPTIED_LASTS = 60 * 60 * SECOND
"""How long an emptied draft's place is remembered, so that an older save that comes late does not fill it again."""


@dataclass(frozen=True)
class DraftKey:
    """Where a draft lies: one colleague's, for one purpose, on one ticket."""

    conversation_id: str
    ticket_id: str
    staff_id: str
    kind: DraftKind

    @property
    def tail(self) -> str:
        """The part of the row's sort key after its prefix."""
        return f"{self.ticket_id}#{self.staff_id}#{self.kind}"


@dataclass(frozen=True)
class Draft:
    """A draft. It is bound to `client_id`, the id under which it will be sent: once that is used, it cannot come back.
    `order` grows with each save under one id. `at` is when it was saved (ms)."""

    text: str = field(repr=False)
    client_id: str
    order: int
    at: int = 0


class Saved(Enum):
    """How saving a draft ended: SAVED; LATE, a newer save is there; USED, its client id is; or the contact's fence has
    MOVED since it was read."""

    SAVED = "saved"
    LATE = "late"
    USED = "used"
    MOVED = "moved"


def guard_name(kind: DraftKind, client_id: str) -> str:
    """The name of the guard that is there once a draft's client id was used."""
    return reply_name(client_id) if kind == "reply" else comment_name(client_id)


def draft_until(now: int, kept_days: int, ticket_expires_at: int) -> int:
    """The date (seconds) of a draft that is saved now: never later than its ticket's, which is `ticket_expires_at` (ms)
    when it is closed and `kept_days` after closing otherwise."""
    until = now + min(DRAFT_DAYS, kept_days) * DAY
    return min(until, ticket_expires_at or until) // SECOND
