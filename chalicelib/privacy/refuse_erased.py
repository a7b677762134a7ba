"""Refuses messages of a person who is being erased, and older ones that a provider repeats: nothing of them is
stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.channels.parts import InboundMessage, Started
from chalicelib.core.addresses import Author, ChannelId
from chalicelib.core.clock import SECOND
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.mailbox.fixed_answer import FixedAnswer
from chalicelib.privacy.texts.during_erasure import erasing
from chalicelib.profile.model import Profile
from chalicelib.suppression.lookup import SuppressionList
from chalicelib.suppression.model import one_closed_entry_per_request


@dataclass(frozen=True)
class RefuseErased:
    """Refuses messages by the suppression list. `names` returns the pseudonyms of an author's addresses."""

    names: Callable[[ChannelId, str, Author], Mapping[str, str]]
    suppressed: SuppressionList
    answer: FixedAnswer
    profile: Profile

    def __call__(self, part: InboundMessage | Started, fenced: tuple[str, ...], now: int) -> Outcome | None:
        """Return FENCED when an entry of the suppression list refuses `part`, CONFLICT when another transaction was in
        the way; None when no entry refuses it (any more): then the caller tries again.

        `fenced` are pseudonyms of addresses that were found on the list already. While the entry is closed the person
        gets one fixed answer for the whole request. Afterwards only what was sent before the destruction is refused: a
        provider repeats it, so it gets no answer. Raises Unavailable.
        """
        names = (*fenced, *self.names(part.channel, part.account, part.author).values())
        entries = self.suppressed.of(names)
        for entry in one_closed_entry_per_request(entries):
            if not self.answer.give(entry, part, erasing(self.profile, entry.language), now):
                return Outcome.CONFLICT
        if any(entry.refuses(part.sent_at * SECOND) for entry in entries):
            return Outcome.FENCED
        return Outcome.FENCED if fenced and not entries else None
