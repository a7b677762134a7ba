"""Answers what a known person chose from the menu, of what is stored at that moment."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.channels import registry
from chalicelib.contacts.change_transfer import TransferAnswer
from chalicelib.contacts.consent_records import Answered
from chalicelib.core.asks import ABROAD, MENU, SAID, UPDATE
from chalicelib.core.clock import SECOND
from chalicelib.core.ids import MessageRef, speak
from chalicelib.core.texts import bot_text
from chalicelib.core.transfer import BY_MESSAGE, GIVEN, REFUSED
from chalicelib.core.working_days import deadline, next_working_day
from chalicelib.dynamo.schema import CONSENT, MESSAGE, TICKET
from chalicelib.messages.notices import in_languages
from chalicelib.privacy.menu import texts
from chalicelib.privacy.menu.buttons import back_button, language_buttons, menu_buttons, transfer_buttons
from chalicelib.privacy.requests.vocabulary import OVER
from chalicelib.privacy.texts.wording import local_date
from chalicelib.retention.model import TicketDate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.channels.parts import Button
    from chalicelib.contacts.change_contact import ContactChanges
    from chalicelib.contacts.change_transfer import TransferConsents
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.mailbox.writes import MailboxWrites
    from chalicelib.privacy.menu.store import MenuStore
    from chalicelib.privacy.menu.texts import OwnTicket
    from chalicelib.privacy.requests.asked import Ask
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.model import Subject
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.profile.model import Profile

_HELD = ("language", "attachments", *MESSAGE.categories, *TICKET.categories, *CONSENT.categories)
"""Categories that are kept of people on every channel."""
Answer = tuple[str, "tuple[Button, ...]", "list[Write]"]
"""A text, the buttons under it, and the writes of what was chosen."""


@dataclass(frozen=True)
class AnswerMenu:
    """Answers the menu. Its writes belong into the transaction that deletes the ask, so that each is answered once."""

    profile: "Profile"
    store: "MenuStore"
    contacts: "ContactChanges"
    requests: "RequestStore"
    contact_rows: "ContactRequestRows"
    mailbox: "MailboxWrites"
    transfers: "TransferConsents"

    def __call__(self, ask: "Ask", subject: "Subject", now: int) -> "Sequence[Write]":
        """Return the writes of the answer and of what was chosen, on the condition that the contact is not being
        erased. Raises Unavailable."""
        item, _, chosen = ask.item.partition(".")
        language = subject.language or ask.language
        correct = partial(self._correct, subject, language, ask.received_at(now))
        answers: dict[str, Callable[[], Answer]] = {
            "status": lambda: self._status(subject, language, now),
            "language": lambda: self._language(subject, language, chosen, now),
            "data": lambda: self._data(subject, language, now),
            "correct": correct,
            UPDATE: correct,
            ABROAD: lambda: self._abroad(ask, subject, language, chosen, now),
            "person": lambda: self._person(language, now),
            "close": lambda: self._close(subject, language, now),
        }
        text, buttons, writes = answers.get(item, lambda: self._menu(language))()
        kind = f"{MENU}.{ask.blind}"
        # No row stands twice in a transaction: what is written is checked by its own condition.
        roles = {one.role for one in writes}
        checks = [] if "head" in roles else [self.mailbox.conversation_of(subject)]
        checks += [] if "contact" in roles else [self.contact_rows.require_not_erasing(subject.contact_id)]
        return [*checks, *writes, *self.mailbox.in_conversation(subject, kind, text, now, buttons)]

    def _menu(self, language: str) -> Answer:
        return texts.simple(self.profile, language, texts.CHOOSE_ITEM), menu_buttons(language), []

    def _status(self, subject: "Subject", language: str, now: int) -> Answer:
        tickets, more = self.store.tickets(subject, now)
        about_data = self._about_data(subject)
        text = texts.status(self.profile, language, tickets, about_data, more=more)
        return text, back_button(language), []

    def _about_data(self, subject: "Subject") -> tuple[int, int] | None:
        """Return when the person's open request about data was received, and by when it is answered."""
        request_id = self.contact_rows.open_request_id(subject.contact_id)
        request = self.requests.get(request_id) if request_id else None
        if request is None or request.contact_id != subject.contact_id or request.state in OVER:
            return None
        return request.received_at, request.deadline_at

    def _language(self, subject: "Subject", language: str, chosen: str, now: int) -> Answer:
        if not chosen:
            return texts.simple(self.profile, language, texts.WHICH_LANGUAGE), language_buttons(), []
        writes = self.contacts.language(subject.contact_id, chosen, now)
        return texts.simple(self.profile, chosen, texts.LANGUAGE_CHOSEN), back_button(chosen), writes

    def _data(self, subject: "Subject", language: str, now: int) -> Answer:
        tickets, more = self.store.tickets(subject, now)
        number, uncounted = self.store.messages(subject, now)
        kept = texts.Kept(
            tickets,
            more,
            f"{number}{'+' if uncounted else ''}",
            self._contact_until(subject, tickets),
            self.store.consent(subject),
            self._categories(subject),
            self.store.held(subject) if self.profile.consent.mode == "explicit" else 0,
            self.transfers.held(subject.contact_id, subject.conversation_id),
            self.profile.transfer(subject.channel),
        )
        return texts.data(self.profile, language, kept), back_button(language), []

    def _contact_until(self, subject: "Subject", tickets: "Sequence[OwnTicket]") -> int:
        """Return when the person's name and address are destroyed (ms): the date that is kept, or the one that is about
        to be; 0 while a ticket is not closed."""
        newest = tickets[0] if tickets else None
        kept, end = self.store.contact_until(subject)
        if kept:
            return kept
        if newest is None or not newest.expires_at:
            return 0
        date = TicketDate(newest.id, newest.number, newest.expires_at // SECOND, newest.closed_at)
        return date.contact_until(self.profile.retention["contact"].kept, end) * SECOND

    def _categories(self, subject: "Subject") -> tuple[str, ...]:
        """Return the categories of the profile that are kept of people on this channel."""
        held = {*registry.channel(subject.channel).categories, *_HELD}
        return tuple(one for one in self.profile.categories if one in held)

    def _correct(self, subject: "Subject", language: str, asked_at: int) -> Answer:
        by = deadline(self.profile.deadlines["correct"], asked_at)
        text = in_languages(
            self.profile, language, lambda one: bot_text(one, texts.WRITE_WHAT_IS_WRONG, date=local_date(one, by))
        )
        return text, back_button(language), [self.contacts.ask_correction(subject.contact_id, asked_at)]

    def _abroad(self, ask: "Ask", subject: "Subject", language: str, chosen: str, now: int) -> Answer:
        channel, contact_id = subject.channel, subject.contact_id
        if not self.profile.transfer(channel):
            return texts.simple(self.profile, language, texts.NOBODY_ABROAD), back_button(language), []
        answer, held = chosen.removeprefix(SAID), self.transfers.held(contact_id, subject.conversation_id)
        if held.pending:
            return texts.simple(self.profile, language, texts.ANSWER_FIRST), back_button(language), []
        writes: list[Write] = []
        if answer:
            how = Answered(
                by="press" if answer == chosen else "word",
                message_ref=str(MessageRef(subject.conversation_id, ask.said_at, ask.blind)),
                asked=texts.who_is_abroad(self.profile, language, channel),
            )
            writes = self.transfers.writes(contact_id, answer, how, now, ask.blind)
            held = TransferAnswer(answer, now) if writes else held
        text = texts.transfer(self.profile, language, channel, held)
        agreed = held.answer == GIVEN or (not held.answer and self.profile.transfer(channel) == BY_MESSAGE)
        return text, transfer_buttons(self.profile, language, [REFUSED if agreed else GIVEN]), writes

    def _person(self, language: str, now: int) -> Answer:
        return texts.person_told(self.profile, language, next_working_day(now)), back_button(language), []

    def _close(self, subject: "Subject", language: str, now: int) -> Answer:
        ticket = self.store.newest(subject, now)
        if ticket is None or not ticket.active:
            return texts.simple(self.profile, language, texts.NONE_OPEN), back_button(language), []
        number, days = speak(ticket.number), self.profile.tickets.reopen_days
        text = texts.simple(self.profile, language, texts.CLOSED_NOW, number=number, days=days)
        line = self.store.line(subject, ticket.id, "solved_by_customer", now)
        return text, back_button(language), [self.store.solve(ticket, now), line]
