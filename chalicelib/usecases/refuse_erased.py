"""What somebody writes who is being erased, or wrote before they were, is refused: its content is never stored."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.fences import closed
from chalicelib.domain.messages import InboundMessage, Started
from chalicelib.domain.people import Outcome
from chalicelib.domain.privacy_texts import erasing
from chalicelib.domain.profile import Profile
from chalicelib.domain.tickets import SECOND

if TYPE_CHECKING:
    from chalicelib.storage.intake import IntakeStore


@dataclass(frozen=True)
class RefuseErased:
    """Refuses what meets a fence."""

    store: "IntakeStore"
    profile: Profile

    def __call__(self, part: InboundMessage | Started, fenced: tuple[str, ...], now: int) -> Outcome | None:
        """Return FENCED when a fence refuses this, and None when none does (any more): then it is to be tried again.

        `fenced` are blind names of addresses that were found fenced already. While the fence is closed the person gets
        one fixed answer for the whole request; when another transaction is in its way this returns CONFLICT. After
        that, what was sent before the destruction is a provider's repetition and gets none. Raises Unavailable.
        """
        names = (*fenced, *self.store.names(part.channel, part.account, part.author).values())
        fences = self.store.fences().of(names)
        for fence in closed(fences):
            if not self.store.fences().answer(fence, part, erasing(self.profile, fence.language), now):
                return Outcome.CONFLICT
        if any(fence.refuses(part.sent_at * SECOND) for fence in fences):
            return Outcome.FENCED
        return Outcome.FENCED if fenced and not fences else None
