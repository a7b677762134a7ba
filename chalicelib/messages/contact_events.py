"""Stores a block, a changed number or a chat event for the person whom it is about, and greets who opens the chat; each
once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.channels.parts import ChatEvent, NumberChanged, ReachChanged, Started
from chalicelib.contacts.model import Lookup
from chalicelib.core.addresses import Author
from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.clock import SECOND
from chalicelib.core.detect_language import detect
from chalicelib.core.errors import Unavailable
from chalicelib.messages.ingest import AnswerVisitor, Outcome, Refuse

if TYPE_CHECKING:
    from chalicelib.messages.contact_event_store import ContactEvent, ContactEventStore
    from chalicelib.messages.store import IntakeStore


class ReceiveContactEvent(NamedTuple):
    """Stores changes of known people; one about somebody unknown is dropped. Who opens the chat is greeted, and nothing
    of them is stored or changed. `refuse`, `visitor` and `wait` are those of ReceiveMessage."""

    store: "IntakeStore"
    changes: "ContactEventStore"
    clock: Callable[[], int]
    refuse: Refuse
    visitor: AnswerVisitor
    wait: Callable[[int], None] = sleep_with_jitter

    def __call__(self, part: "ContactEvent | Started") -> Outcome | None:
        """Store the change. Returns STORED, also when it was stored before; FENCED when the person is being erased or
        was erased since; None when nobody is known by the address. Raises Unavailable after TRIES."""
        for attempt in range(TRIES):
            outcome = self._start(part) if isinstance(part, Started) else self._change(part)
            if outcome is None or outcome is Outcome.FENCED:
                return outcome
            if outcome in (Outcome.STORED, Outcome.DUPLICATE):
                return Outcome.STORED
            if outcome is Outcome.TICKET_OVER:
                return None
            if outcome is Outcome.HEAD_CHANGED and isinstance(part, ReachChanged | ChatEvent) and attempt:
                return Outcome.STORED  # a newer change is stored, or the person's retention has ended
            self.wait(attempt)
        raise Unavailable("The conversation changes too fast to store this now; send it again.")

    def _change(self, part: "ContactEvent") -> Outcome | None:
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

    def _start(self, part: Started) -> Outcome:
        """Greet a person in their language: the one that is kept of them, else that of their application."""
        found, now = self._known(part), self.clock()
        if found.fenced:
            return self._refused(part, found, now)
        language = found.person.language if found.person else detect("", part.author.language_code)
        outcome = self.store.answer_visitor(part, self.visitor(None, language), now)
        return self._refused(part, found, now) if outcome is Outcome.FENCED else outcome

    def _known(self, part: Started) -> Lookup:
        at = part.sent_at * SECOND
        return self.store.contacts.find(part.channel, part.account, part.author, at, learn=False)

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
