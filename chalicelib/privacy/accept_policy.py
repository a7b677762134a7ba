"""Records that a person accepts a new version of the policy by its button."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.asks import CONSENT_POLICY
from chalicelib.core.ids import MessageRef
from chalicelib.core.purposes import SUPPORT
from chalicelib.core.texts import bot_text
from chalicelib.dynamo.schema import CONSENT, HEAD
from chalicelib.messages.notices import in_languages
from chalicelib.messages.renewal import ACCEPTED_NOW, announcement

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.dynamo.tables import Tables
    from chalicelib.privacy.mailbox.writes import MailboxWrites
    from chalicelib.privacy.requests.asked import Ask
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.model import Subject
    from chalicelib.profile.model import Profile
    from chalicelib.profile.policy import PolicyReference


@dataclass(frozen=True)
class AcceptPolicy:
    """Builds the writes. `policy` is the version in force."""

    tables: "Tables"
    profile: "Profile"
    policy: "PolicyReference"
    contact_rows: "ContactRequestRows"
    mailbox: "MailboxWrites"

    def writes(self, ask: "Ask", subject: "Subject", now: int) -> "list[Write] | None":
        """Return the writes by which the version in force is accepted at `now` (ms), refused when it is already; None
        when the button is of another version, or the person has not consented at all. Raises Unavailable."""
        version, policy_hash = self.policy.agreed
        head = self.tables.get(HEAD.key(subject.conversation_id))
        if ask.item.removeprefix(CONSENT_POLICY) != version or not head or head.get("pending"):
            return None
        newest = self.tables.page(
            CONSENT.partition(subject.contact_id), prefix=CONSENT.prefix, newest_first=True, limit=1
        )
        before = newest.rows[0] if newest.rows else {}
        by_use = bool(self.profile.policy.accepted_by.after_days) and not self.policy.tells(
            before.get("policy_version", "")
        )
        consent = {
            "contact_id": subject.contact_id,
            "purpose": SUPPORT,
            "subject": before.get("subject"),
            "policy_version": version,
            "policy_hash": policy_hash,
            "language": subject.language,
            "channel": subject.channel,
            "asked": announcement(self.profile, subject.language, subject.channel, use=by_use),
            "answered_by": "press",
            "message_ref": str(MessageRef(subject.conversation_id, ask.said_at, ask.blind)),
            "at": now,
        }
        said = in_languages(self.profile, subject.language, lambda one: bot_text(one, ACCEPTED_NOW, version=version))
        return [
            self.contact_rows.require_not_erasing(subject.contact_id),
            *self.contact_rows.accept_version(subject.contact_id, head["aliases"], version),
            self.tables.put("consent", CONSENT.key(subject.contact_id, now, ask.blind), consent),
            *self.mailbox.to_subject(subject, f"policy.{ask.blind}", said, now),
        ]
