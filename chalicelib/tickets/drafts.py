"""Drafts: what a member of staff has typed on a ticket and not sent, one reply and one comment each. Pure."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from chalicelib.core.client_ids import comment_id_hash, reply_id_hash
from chalicelib.core.clock import DAY, SECOND

DraftKind = Literal["reply", "comment"]
KINDS: tuple[DraftKind, ...] = ("reply", "comment")
DRAFT_DAYS = 30
"""Days for which a draft is kept after its last change."""
EMPTIED_LASTS = 60 * 60 * SECOND
"""How long an emptied draft is remembered (ms), so that an older save that arrives late does not bring it back."""


@dataclass(frozen=True)
class DraftKey:
    """Identifies a draft: by its ticket, its author and its kind."""

    conversation_id: str
    ticket_id: str
    staff_id: str
    kind: DraftKind

    @property
    def tail(self) -> str:
        """The sort key of the row without its prefix."""
        return f"{self.ticket_id}#{self.staff_id}#{self.kind}"


@dataclass(frozen=True)
class Draft:
    """A draft. `client_id` is the id under which it will be sent: once that was used, the draft cannot be saved again.

    `order` grows with each save under one id. `at` is when it was saved (ms).
    """

    text: str = field(repr=False)
    client_id: str
    order: int
    at: int = 0


class Saved(Enum):
    """The result of saving a draft: SAVED; LATE: a newer save exists; USED: its client id was used; MOVED: the
    conversation's epoch changed since it was read."""

    SAVED = "saved"
    LATE = "late"
    USED = "used"
    MOVED = "moved"


def client_id_hash(kind: DraftKind, client_id: str) -> str:
    """Return the hash under which a guard row exists once the draft's client id was used."""
    return reply_id_hash(client_id) if kind == "reply" else comment_id_hash(client_id)


def draft_until(now: int, kept_days: int, ticket_expires_at: int) -> int:
    """Return the expiry date (seconds) of a draft that is saved now, never later than that of its ticket.

    `ticket_expires_at` (ms) is 0 for an open ticket, which is kept `kept_days` after it closes.
    """
    until = now + min(DRAFT_DAYS, kept_days) * DAY
    return min(until, ticket_expires_at or until) // SECOND
