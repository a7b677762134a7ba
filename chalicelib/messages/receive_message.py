"""Stores a customer's message on a ticket exactly once, also while others write to the same conversation."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.channels.parts import FILES, InboundMessage
from chalicelib.contacts.model import ContactReference, EndedContact, Lookup
from chalicelib.core.addresses import ChannelId
from chalicelib.core.asks import Ask
from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.detect_language import detect
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import new_id, new_number
from chalicelib.messages.ingest import (
    AnswerVisitor,
    IngestPlan,
    Notice,
    Outcome,
    Recognise,
    Refuse,
    introduces,
    is_believed,
)
from chalicelib.messages.notices import accepted_notice, too_big_notice
from chalicelib.messages.renewal import Renewal, later
from chalicelib.profile.model import Profile
from chalicelib.profile.policy import PolicyReference
from chalicelib.tickets.model import number_digits
from chalicelib.vault.model import ContactKey

if TYPE_CHECKING:
    from chalicelib.messages.hold_message import HoldMessage
    from chalicelib.messages.store import IntakeStore

_ENDS = frozenset({Outcome.STORED, Outcome.DUPLICATE, Outcome.FENCED, Outcome.STALE, Outcome.FULL})


class _FailedTries:
    """What the failed tries have shown about the conversation.

    `closed_ticket_id` is a ticket that takes no message any more, `head` the head as the last failed try read it,
    `older` that the message is older than the last one, `ended` the contacts that are to be replaced by a new one,
    `gets` a purpose of mailings that may keep the contact; `mailed` are all of these."""

    def __init__(self, mailed: Callable[[], Iterable[str]]) -> None:
        self._mailed, self._untried, self.gets = mailed, list[str](), ""
        self.closed_ticket_id = ""
        self.head: tuple[str, int, str] | None = None
        self.older = False
        self.ended: tuple[EndedContact, ...] = ()
        self.phone_fenced = False
        self.numbers_taken = 0

    def learn(self, outcome: Outcome, plan: IngestPlan) -> bool:
        """Remember why a try failed; return whether to try again at once.

        When the same head refuses the message both as the newest and as an older one, the contact's retention has most
        likely ended. Then the next tries store it all the same if the person gets mailings, of one purpose after the
        other: they keep the contact. Whoever gets none is taken for unknown: a try finds the owner of another address
        of the author, or makes a new contact, and the store checks that the old ones have ended.
        """
        if outcome is Outcome.TICKET_OVER:
            self.closed_ticket_id = plan.ticket_id
            return True
        if outcome is Outcome.NUMBER_TAKEN:
            self.numbers_taken += 1
            return True
        if outcome is Outcome.PHONE_FENCED:
            self.phone_fenced = True
            return True
        if outcome is Outcome.KEY_GONE:
            self._ends(plan, keyless=True)
            return True
        if outcome is Outcome.NOT_SUBSCRIBED:
            self._is_over(plan)
            return True
        if outcome is Outcome.HEAD_CHANGED:
            person = plan.person
            read = (person.contact_id, person.epoch, person.ticket_id)
            if plan.key:
                self._ends(plan)
            elif self.head == read:
                if self.older:
                    self._is_over(plan)
                self.older = not self.older
                return True
            self.head = read
        return False

    def _is_over(self, plan: IngestPlan) -> None:
        """Have the next try ask for the next purpose of mailings; after the last one the contact has ended."""
        self._untried = self._untried if self.gets else list(self._mailed())
        self.gets = self._untried.pop(0) if self._untried else ""
        if not self.gets:
            self._ends(plan)

    def _ends(self, plan: IngestPlan, *, keyless: bool = False) -> None:
        """Take the contact of a failed try for ended; nobody, when it was a new one: those it replaced live."""
        self.gets = ""
        self.ended = () if plan.key else (*self.ended, EndedContact(plan.person, keyless))


class ReceiveMessage(NamedTuple):
    """Stores messages. `policy` is the version of the policy that a message agrees to. `recognise` finds what a message
    asks about the person's data, `refuse` refuses parts of people who are being erased, `visitor` says what people of
    whom nothing is stored are answered. `hold` holds what people write who have not consented yet, where the operator
    asks them first; None: the message is the consent. `wait` takes the number of the try and sleeps, so that concurrent
    writers do not collide again."""

    store: "IntakeStore"
    profile: Profile
    policy: PolicyReference
    clock: Callable[[], int]
    recognise: Recognise
    refuse: Refuse
    visitor: AnswerVisitor
    hold: "HoldMessage | None" = None
    wait: Callable[[int], None] = sleep_with_jitter

    def __call__(self, message: InboundMessage) -> Outcome:
        """Store `message` and open or refresh its ticket in one transaction.

        Returns STORED; DUPLICATE when it was stored before; FENCED when the person is being erased or was erased since;
        STALE for what refers to something (messages/ingest), of somebody unknown or without a ticket. Every try
        reads anew and seals anew, because another writer may have created the contact meanwhile. Raises Unavailable
        after TRIES; the provider then sends it again.
        """
        seen, recognised = _FailedTries(partial(self._mailed, message.channel)), self.recognise(message)
        for attempt in range(TRIES):
            found = self._find(message, seen)
            ask = recognised if recognised and is_believed(message, recognised, found.person) else None
            ask = self.hold.understood(message, ask, found) if self.hold else ask
            if found.person is None and not introduces(message, ask):
                outcome = self._unheard(message, found, ask)
                if outcome is not Outcome.CONFLICT:
                    return outcome
                self.wait(attempt)
                continue
            plan = None if found.fenced else self._decide(message, found, ask, seen)
            if plan and not plan.ticket_id and ask is None and plan.hold is None:
                return Outcome.STALE  # the person opened the chat and has not written yet
            outcome = self.store.commit(plan) if plan else Outcome.FENCED
            if self.hold and plan and outcome is Outcome.FULL:
                outcome = self.hold.tell_full(plan)
            if outcome is Outcome.FENCED:
                outcome = self._refused(message, found) or Outcome.CONFLICT
            if outcome in _ENDS:
                return outcome
            if plan is None or not seen.learn(outcome, plan):
                self.wait(attempt)
        raise Unavailable("The conversation changes too fast to store this message now; send it again.")

    def _mailed(self, channel: ChannelId) -> list[str]:
        """Return the purposes of mailings that leave by a channel."""
        return [one for one in self.profile.mailed if self.profile.allows(one, channel)]

    def _find(self, message: InboundMessage, seen: _FailedTries) -> Lookup:
        channel, account, at = message.channel, message.account, message.sent_at * SECOND
        return self.store.contacts.find(channel, account, message.author, at, seen.ended, learn=not seen.phone_fenced)

    def _unheard(self, message: InboundMessage, found: Lookup, ask: Ask | None) -> Outcome:
        """Return the outcome of a part that only refers to something, of somebody unknown. A button about a request
        asks the suppression list, which may have an answer for it; the menu is answered; nothing else is stored or
        answered."""
        if ask is None:
            return Outcome.FENCED if found.fenced else Outcome.STALE
        if ask.aside and not found.fenced and not message.follows:
            answer = self.visitor(ask, detect(message.text, message.author.language_code))
            outcome = self.store.answer_visitor(message, answer, self.clock())
            if outcome is not Outcome.FENCED:
                return outcome
        return self._refused(message, found) or (Outcome.CONFLICT if found.fenced else Outcome.STALE)

    def _refused(self, message: InboundMessage, found: Lookup) -> Outcome | None:
        """Ask the suppression list. None: it does not refuse the message any more, so try again."""
        return self.refuse(message, found.fenced, self.clock())

    def _decide(self, message: InboundMessage, found: Lookup, ask: Ask | None, seen: _FailedTries) -> IngestPlan:
        now = self.clock()
        person, key = self._person(message, found)
        plan = IngestPlan(
            message=message,
            person=person,
            key=key,
            now=now,
            ticket_id=person.ticket_id,
            reopen_since=now - self.profile.tickets.reopen_days * DAY,
            newest=not seen.older,
            gets=seen.gets,
            found=found,
            ask=ask,
        )
        if self.hold and person.pending:
            return self.hold(plan)
        if plan.aside:
            return plan._replace(ticket_id="", touches_ticket=False)
        if message.kind in FILES and message.details.get("too_big"):
            plan = plan._replace(notices=(self._too_big(plan),))
        renewal = Renewal(self.profile, self.policy)
        plan = renewal(plan)
        over = not person.ticket_id or person.ticket_id == seen.closed_ticket_id
        if not over:
            return renewal.told(plan)._replace(touches_ticket=not message.replaces)
        refers = plan.quiet or (message.pressed and ask is None and not person.ticket_id)
        return plan._replace(touches_ticket=False) if refers else self._opening(plan, seen)

    def _too_big(self, plan: IngestPlan) -> Notice:
        """Return the notice that a file is larger than its channel hands out."""
        text = too_big_notice(self.profile, plan.person.language, plan.message.channel)
        return Notice("too_big", str(self.store.conversations.message_ref(plan)), text, plan.answered_at)

    def _person(self, message: InboundMessage, found: Lookup) -> tuple[ContactReference, ContactKey | None]:
        if found.person is not None:
            return found.person, None
        language = detect(message.text, message.author.language_code)
        person, key = self.store.contacts.make(
            message.channel, message.account, message.author, language, found, message.sent_at * SECOND
        )
        return person._replace(pending=self.hold is not None and not message.agreed), key

    def _opening(self, plan: IngestPlan, seen: _FailedTries) -> IngestPlan:
        """Open a ticket for the message, with its notice and the consent, if the person has given none so far or the
        message accepts a new version of the policy."""
        person, number = plan.person, new_number(number_digits(seen.numbers_taken))
        new, at, channel = not person.has_consented, plan.answered_at, plan.message.channel
        tells = not plan.message.agreed and (new or bool(plan.consent and self.policy.tells(person.policy)))
        first = not person.ticket_id
        text = accepted_notice(self.profile, person.language, channel, number, first=first, consents=tells)
        ticket_id = new_id()
        return plan._replace(
            ticket_id=ticket_id,
            number=number,
            previous=person.ticket_id,
            notices=(Notice("accepted", ticket_id, text, at, policy=tells), *later(plan.notices, at)),
            consent=self.policy.agreed if new else plan.consent,
        )
