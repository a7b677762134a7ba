"""Decides what is held of somebody who has not consented yet, where the operator asks first (mode "explicit").

Their first statement makes a contact that is `pending`: no list, page or search shows it. What they write is held, and
the question goes out with the first of it. A yes releases all of it (release_held.py); a no, or silence until the day
that the question names, destroys it (retention). What asks about data is never held: a request about data needs no
consent.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.channels.parts import InboundMessage
from chalicelib.contacts.model import Lookup
from chalicelib.core.asks import CONSENT_NO, PERSON, UPDATE, Ask
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.observability import count
from chalicelib.core.texts import bot_text
from chalicelib.core.transfer import EXPLICIT
from chalicelib.messages.consent_notices import DESTROYED, FULL, answers, question
from chalicelib.messages.ingest import Hold, IngestPlan, Notice, Outcome, VisitorAnswer, is_believed
from chalicelib.messages.notices import in_languages
from chalicelib.profile.model import Profile
from chalicelib.profile.policy import PolicyReference
from chalicelib.tickets.model import TEXT_CHANGES

if TYPE_CHECKING:
    from chalicelib.messages.store import IntakeStore


class HoldMessage(NamedTuple):
    """Holds messages. `policy` is the version to which a yes consents; `answer` reads from words whether the person
    says yes or no; its second argument says whether the question has an item of its own, so that numbers answer it."""

    store: "IntakeStore"
    profile: Profile
    policy: PolicyReference
    clock: Callable[[], int]
    answer: Callable[[InboundMessage, bool], Ask | None]

    def understood(self, message: InboundMessage, ask: Ask | None, found: Lookup) -> Ask | None:
        """Return what a message asks, known whose it is: of whom has not consented, a yes or no said in a word answers
        the question that they were asked, and the phrase for a correction is answered with what is kept, because
        nothing of theirs was recorded that could be wrong."""
        person = found.person
        if found.fenced or (person is not None and not person.pending):
            return ask
        if ask is not None and ask.item == UPDATE:
            return Ask("menu", item="data")
        asked = person is not None and person.held_until * SECOND > self.clock()
        answer = self.answer(message, self._asks_abroad(message.channel)) if asked else None
        return answer if answer and is_believed(message, answer, person) else ask

    def __call__(self, plan: IngestPlan) -> IngestPlan:
        """Return the plan by which a message of a `pending` person is stored: held, or on no ticket if it asks about
        data."""
        message, ask = plan.message, plan.ask
        plan = plan._replace(ticket_id="", touches_ticket=False)
        until, now = plan.person.held_until, plan.now // SECOND
        if ask is not None and ask.item == CONSENT_NO and until > now:
            language = plan.person.language
            text = in_languages(self.profile, language, lambda one: bot_text(one, DESTROYED))
            told = VisitorAnswer(text, language=language)
            return plan._replace(farewell=told, kept_until=now)
        if ask is not None and ask.action != "maybe" and ask.item != PERSON:
            # The request, or the menu, answers it; the person stays unknown to staff.
            return plan._replace(kept_until=self._until(plan) if plan.key else 0)
        if plan.quiet:
            changes = message.kind in TEXT_CHANGES and until > now
            return plan._replace(hold=Hold(until, takes_back=message.kind == "revoke")) if changes else plan
        if message.pressed and ask is None:
            return plan  # a button of a former life
        return plan._replace(hold=Hold(until)) if until > now else self._asks(plan)

    def _asks(self, plan: IngestPlan) -> IngestPlan:
        person, channel = plan.person, plan.message.channel
        until = self._until(plan)
        asked = question(self.profile, person.language, channel, until)
        buttons = answers(self.profile, person.language, channel)
        notice = Notice("consent", person.conversation_id, asked, plan.answered_at, policy=True, buttons=buttons)
        hold = Hold(until, asked, self.policy.agreed, asks_abroad=self._asks_abroad(channel))
        return plan._replace(hold=hold, notices=(notice,), kept_until=until)

    def _asks_abroad(self, channel: str) -> bool:
        return self.profile.transfer(channel) == EXPLICIT

    def _until(self, plan: IngestPlan) -> int:
        return (plan.now + self.profile.consent.hold_days * DAY) // SECOND

    def tell_full(self, plan: IngestPlan) -> Outcome:
        """Tell the person once that no more is held before they answer. Raises Unavailable."""
        person = plan.person
        text = in_languages(self.profile, person.language, lambda one: bot_text(one, FULL))
        buttons = answers(self.profile, person.language, plan.message.channel)
        told = Notice("held_full", person.conversation_id, text, plan.answered_at, buttons=buttons)
        count("HeldFull", channel=plan.message.channel)
        return self.store.tell_full(plan, told)
