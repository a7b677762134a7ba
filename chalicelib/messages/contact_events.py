"""Stores a start, a block, a changed number or a chat event for the person whom it is about, once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.channels.parts import ChatEvent, NumberChanged, ReachChanged, Started
from chalicelib.contacts.model import ContactReference, Lookup
from chalicelib.core.addresses import Author
from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.clock import SECOND
from chalicelib.core.detect_language import detect
from chalicelib.core.errors import Unavailable
from chalicelib.messages.ingest import Notice, Outcome, Refuse
from chalicelib.messages.notices import welcome
from chalicelib.profile.model import Profile

if TYPE_CHECKING:
    from chalicelib.messages.contact_event_store import ContactEvent, ContactEventStore
    from chalicelib.messages.store import IntakeStore


class ReceiveContactEvent(NamedTuple):
    """Stores changes; one about an unknown person is dropped, except a start. `refuse` and `wait` are those of
    ReceiveMessage."""

    store: "IntakeStore"
    changes: "ContactEventStore"
    profile: Profile
    clock: Callable[[], int]
    refuse: Refuse
    wait: Callable[[int], None] = sleep_with_jitter

    def __call__(self, part: "ContactEvent") -> Outcome | None:
        """Store the change. Returns STORED, also when it was stored before; FENCED when the person is being erased or
        was erased since; None when nobody is known by the address. Raises Unavailable after TRIES."""
        former, silent = Lookup(None), False
        for attempt in range(TRIES):
            outcome = self._try(part, former, silent=silent)
            if outcome is None or outcome is Outcome.FENCED:
                return outcome
            if outcome in (Outcome.STORED, Outcome.DUPLICATE):
                return Outcome.STORED
            if outcome is Outcome.TICKET_OVER:
                return None
            if outcome is Outcome.HEAD_CHANGED and isinstance(part, ReachChanged | ChatEvent) and attempt:
                return Outcome.STORED  # a newer change is stored, or the person's retention has ended
            if isinstance(part, Started) and outcome is Outcome.HEAD_CHANGED and not silent and not former.ended:
                silent = True  # the welcome is too recent, or the retention has ended: the next try tells
                continue
            silent = False
            if isinstance(part, Started) and outcome in (Outcome.HEAD_CHANGED, Outcome.KEY_GONE):
                keyless = outcome is Outcome.KEY_GONE
                former = Lookup(None) if former.ended else Lookup(None, ended=self._known(part).person, keyless=keyless)
            self.wait(attempt)
        raise Unavailable("The conversation changes too fast to store this now; send it again.")

    def _try(self, part: "ContactEvent", former: Lookup, *, silent: bool) -> Outcome | None:
        if isinstance(part, Started):
            return self._start(part, former, silent=silent)
        if isinstance(part, NumberChanged):
            return self._change_number(part)
        found = self.store.contacts.find(part.channel, part.account, part.author, part.at * SECOND, learn=False)
        if found.fenced:
            return Outcome.FENCED
        if found.person is None:
            return None
        if isinstance(part, ReachChanged):
            return self.changes.reach(found.person, part, self.clock())
        return self.changes.chat_event(found.person, part, self.clock()) if found.person.ticket_id else None

    def _known(self, part: Started, ended: ContactReference | None = None) -> Lookup:
        return self.store.contacts.find(part.channel, part.account, part.author, part.sent_at * SECOND, ended)

    def _start(self, part: Started, former: Lookup, *, silent: bool) -> Outcome:
        """Welcome a person. The contact in `former`, whose end the store checks, is replaced by a new one."""
        found, now = self._known(part, former.ended), self.clock()
        if found.fenced:
            return self._refused(part, found, now)
        person, key = found.person, None
        if person is None:
            language = detect("", part.author.language_code)
            person, key = self.store.contacts.make(
                part.channel, part.account, part.author, language, Lookup(None), part.sent_at * SECOND
            )
        at = part.sent_at * SECOND + 1
        notice = Notice("welcome", self.changes.pseudonym(part), welcome(self.profile, person.language), at)
        until = self.profile.retention["contact"].kept.after(now) // SECOND
        outcome = self.changes.start(person, key, part, notice, now, expires_at=until, former=former, silent=silent)
        return self._refused(part, found, now) if outcome is Outcome.FENCED else outcome

    def _refused(self, part: Started, found: Lookup, now: int) -> Outcome:
        return self.refuse(part, found.fenced, now) or Outcome.CONFLICT

    def _change_number(self, part: NumberChanged) -> Outcome | None:
        at = part.at * SECOND
        old = self.store.contacts.find(part.channel, part.account, Author((part.old,)), at)
        new = self.store.contacts.find(part.channel, part.account, Author((part.new,)), at)
        if old.fenced or new.fenced:
            return Outcome.FENCED
        person, owner = old.person, new.person
        if person is None:
            return None
        if owner is not None and owner.contact_id != person.contact_id:
            return self.changes.refuse_number(person, part)
        return self.changes.change_number(person, part, self.clock(), known=owner is not None)
