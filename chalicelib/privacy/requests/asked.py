"""What people ask for in messages about their data, and how often they have asked lately. Pure."""

from dataclasses import dataclass

from chalicelib.core.clock import HOUR, SECOND
from chalicelib.privacy.kinds import registry

MEANT_WITHIN = 60 * 24 * HOUR
"""How old the message may be that a pressed button is about."""
MOST_ASKED = 3
"""Requests that a person may open in the chat within ASKED_WITHIN: each is kept for years and answered twice."""
ASKED_WITHIN = 24 * HOUR


@dataclass(frozen=True)
class Ask:
    """What a person asked for in one message: `withdraw` opens a request of the kind in `kinds`, `maybe` may be about
    one of `kinds`, `confirm` and `cancel` are about `request_id`, or about the contact's open request when they came as
    words. `at` (ms) and the pseudonym `blind` name the row. `said_at` is when the message was sent (ms, by the
    provider's clock, in whole seconds), 0 when that is not known. `meant_at` (ms) is the time of the message that a
    press is about, as the button says it. `item` is what was chosen from the menu."""

    contact_id: str
    action: str
    at: int
    blind: str
    request_id: str = ""
    language: str = ""
    said_at: int = 0
    kinds: tuple[str, ...] = ()
    meant_at: int = 0
    item: str = ""

    @property
    def kind(self) -> str:
        """The kind of request that is wanted."""
        return next(filter(registry.is_handled, self.kinds), registry.UNNAMED.id)

    def received_at(self, now: int) -> int:
        """Return when the person's notice arrived (ms): the time of the message that said it. A press under our
        question is about an earlier message; its time counts only within MEANT_WITHIN, because anybody could make up
        the time in a button."""
        said = self.said_at if 0 < self.said_at <= now else min(self.at, now)
        return self.meant_at if said - MEANT_WITHIN <= self.meant_at < said + SECOND else said


@dataclass(frozen=True)
class Asked:
    """When a person opened requests in the chat (`times`), was told that they can open no more for a while
    (`told_at`), and was asked what a message meant (`questioned_at`): ms, as their row says it. What is longer ago than
    ASKED_WITHIN does not count. `now` is when the row was read."""

    now: int
    times: tuple[int, ...] = ()
    told_at: int = 0
    questioned_at: int = 0

    @property
    def lately(self) -> tuple[int, ...]:
        """The times that count."""
        return tuple(at for at in self.times if at > self.now - ASKED_WITHIN)

    @property
    def too_often(self) -> bool:
        """Whether no more requests are opened now."""
        return len(self.lately) >= MOST_ASKED

    @property
    def told(self) -> bool:
        """Whether the person was told lately that no more are opened."""
        return self.told_at > self.now - ASKED_WITHIN

    @property
    def questioned(self) -> bool:
        """Whether the person was asked lately what a message of theirs meant."""
        return self.questioned_at > self.now - ASKED_WITHIN

    @property
    def again_at(self) -> int:
        """When the person can open another one (ms)."""
        return self.lately[-MOST_ASKED] + ASKED_WITHIN
