"""A start, a block or a changed number reaches the right person, once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.domain.language import detect
from chalicelib.domain.messages import Author, NumberChanged, ReachChanged, Started
from chalicelib.domain.patience import TRIES, full_jitter
from chalicelib.domain.people import Found, Notice, Outcome
from chalicelib.domain.profile import Profile
from chalicelib.domain.texts import welcome
from chalicelib.domain.tickets import SECOND
from chalicelib.errors import Unavailable

if TYPE_CHECKING:
    from chalicelib.storage.intake import IntakeStore
    from chalicelib.storage.intake_changes import IntakeChanges


@dataclass(frozen=True)
class ReceiveChange:
    """Stores changes. A change about a person whom we do not know is none of ours."""

    store: "IntakeStore"
    changes: "IntakeChanges"
    profile: Profile
    clock: Callable[[], int]
    wait: Callable[[int], None] = field(default=full_jitter)

    def __call__(self, part: Started | ReachChanged | NumberChanged) -> bool:
        """Store the change; return whether it concerned anybody. Raises Unavailable after TRIES."""
        for attempt in range(TRIES):
            outcome = self._try(part)
            if outcome is None:
                return False
            if outcome in (Outcome.STORED, Outcome.DUPLICATE):
                return True
            if outcome is Outcome.HEAD_CHANGED and isinstance(part, ReachChanged) and attempt:
                return True  # something newer is known already
            self.wait(attempt)
        raise Unavailable("The conversation changes too fast to store this now; send it again.")

    def _try(self, part: Started | ReachChanged | NumberChanged) -> Outcome | None:
        if isinstance(part, Started):
            return self._start(part)
        if isinstance(part, ReachChanged):
            person = self.store.find(part.channel, part.account, part.author, part.at * SECOND).person
            return self.changes.reach(person, part) if person else None
        return self._renumber(part)

    def _start(self, part: Started) -> Outcome:
        person = self.store.find(part.channel, part.account, part.author, part.sent_at * SECOND).person
        key = None
        if person is None:
            language = detect("", part.author.language_code)
            person, key = self.store.draw(part.channel, part.account, part.author, language, Found(None), 0)
        at = part.sent_at * SECOND + 1
        notice = Notice("welcome", self.changes.blind(part), welcome(self.profile, person.language), at)
        return self.changes.start(person, key, part, notice, self.clock())

    def _renumber(self, part: NumberChanged) -> Outcome | None:
        at = part.at * SECOND
        person = self.store.find(part.channel, part.account, Author((part.old,)), at).person
        owner = self.store.find(part.channel, part.account, Author((part.new,)), at).person
        if person is None:
            return None
        if owner is not None and owner.contact_id != person.contact_id:
            return self.changes.keep_number(person, part, self.clock())
        return self.changes.renumber(person, part, self.clock(), known=owner is not None)
