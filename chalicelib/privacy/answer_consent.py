"""Deals with an answer to the question whether a person consents: a yes releases what was held of them. A no is dealt
with by intake (messages/hold_message.py), and the sweeper destroys what was held."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.asks import CONSENT_ABROAD, CONSENT_NO, CONSENT_POLICY, SAID_ABROAD, SAID_YES
from chalicelib.core.ids import MessageRef
from chalicelib.core.transfer import GIVEN, REFUSED
from chalicelib.messages.consent_notices import NOTHING_HELD
from chalicelib.privacy.menu.texts import simple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.dynamo.builder import Write
    from chalicelib.messages.release_held import ReleaseHeld
    from chalicelib.privacy.accept_policy import AcceptPolicy
    from chalicelib.privacy.mailbox.writes import MailboxWrites
    from chalicelib.privacy.menu.answer import AnswerMenu
    from chalicelib.privacy.requests.asked import Ask
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.model import Subject

MOST_TRIES = 2
"""Refused transactions after which a version counts as accepted already."""


@dataclass(frozen=True)
class AnswerConsent:
    """Deals with such answers. Its writes belong into the transaction that deletes the ask, so that a yes that comes
    twice, or is handled twice, releases once."""

    release: "ReleaseHeld"
    accept: "AcceptPolicy"
    contact_rows: "ContactRequestRows"
    mailbox: "MailboxWrites"
    menu: "AnswerMenu"

    def __call__(self, ask: "Ask", subject: "Subject", now: int, tries: int) -> "Sequence[Write]":
        """Return the writes of an answer at `now` (ms), after `tries` refused transactions. Who has consented already
        is told what is kept, and since which consent. Raises Unavailable."""
        if ask.item.startswith(CONSENT_POLICY):
            writes = self.accept.writes(ask, subject, now) if tries < MOST_TRIES else None
            return writes or self.menu(replace(ask, action="menu", item="data"), subject, now)
        held = self.release.read(subject.conversation_id)
        if held is None:
            return self.menu(replace(ask, action="menu", item="data"), subject, now)
        checked = self.contact_rows.require_not_erasing(subject.contact_id)
        if ask.item == CONSENT_NO or not held.waits:
            return [checked]
        if not held.says:  # the person has deleted all of it
            text = simple(self.release.profile, subject.language, NOTHING_HELD)
            return [checked, *self.mailbox.to_subject(subject, f"consent.{ask.blind}", text, now)]
        answered = {
            "answered_by": "word" if ask.item in (SAID_YES, SAID_ABROAD) else "press",
            "message_ref": str(MessageRef(subject.conversation_id, ask.said_at, ask.blind)),
        }
        if held.asks_abroad:
            answered["abroad"] = GIVEN if ask.item in (CONSENT_ABROAD, SAID_ABROAD) else REFUSED
        return self.release.writes(held, answered, ask.blind, now, tries)
