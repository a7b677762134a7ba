"""What somebody writes who is being erased, or wrote before they were, is refused: its content is never stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.core.addresses import Author, Channel
from chalicelib.core.clock import SECOND
from chalicelib.messages.ingest import Outcome
from chalicelib.messages.model import InboundMessage, Started
from chalicelib.privacy.mailbox.fixed_answer import FixedAnswer
from chalicelib.privacy.texts.during_erasure import erasing
from chalicelib.profile.model import Profile
from chalicelib.suppression.model import closed
from chalicelib.suppression.store import SuppressionList


@dataclass(frozen=True)
class RefuseErased:
    """Refuses what meets an entry of the list. `names` tells the pseudonyms of an author's addresses."""

    names: Callable[[Channel, str, Author], Mapping[str, str]]
    suppressed: SuppressionList
    answer: FixedAnswer
    profile: Profile

    def __call__(self, part: InboundMessage | Started, fenced: tuple[str, ...], now: int) -> Outcome | None:
        """Return FENCED when a fence refuses this, and None when none does (any more): then it is to be tried again.

        `fenced` are blind names of addresses that were found fenced already. While the fence is closed the person gets
        one fixed answer for the whole request; when another transaction is in its way this returns CONFLICT. After
        that, what was sent before the destruction is a provider's repetition and gets none. Raises Unavailable.
        """
        names = (*fenced, *self.names(part.channel, part.account, part.author).values())
        fences = self.suppressed.of(names)
        for fence in closed(fences):
            if not self.answer.give(fence, part, erasing(self.profile, fence.language), now):
                return Outcome.CONFLICT
        if any(fence.refuses(part.sent_at * SECOND) for fence in fences):
            return Outcome.FENCED
        return Outcome.FENCED if fenced and not fences else None
