"""Makes a message of a mailing for each of its recipients, a few at a time: the outbox and its sender do the rest.

A wake-up message names the mailing and may come any number of times. The list of recipients is read on from a cursor; a
message has a key that follows from mailing and conversation, so each person gets it once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.core.ids import MessageRef, pseudonym_of_notice
from chalicelib.core.observability import count, log
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import CONTACT, HEAD, KEY, MAILING, MESSAGE, OUTBOX, SUBSCRIPTION
from chalicelib.dynamo.schema.mailings import LASTS
from chalicelib.mailings import texts
from chalicelib.mailings.model import SENDING, Mailing
from chalicelib.mailings.store import MailingStore
from chalicelib.mailings.subscriptions import ROLE
from chalicelib.messages.new_rows import outbox_row
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.mailing_counts import QUEUED, counted
from chalicelib.profile.model import Profile
from chalicelib.tickets.model import RANK
from chalicelib.vault import encryption
from chalicelib.vault.page_key import PageKey

AT_ONCE = 40
"""Recipients whose messages are made in one run."""
PACE = 4 * SECOND
"""Time (ms) from one run to the next: ten mails a second, of the fourteen that SES takes, so that answers to customers
need not wait."""


@dataclass(frozen=True)
class SendMailing:
    """Sends mailings. `key` makes the links that end a subscription, which lie below `pages`; `enqueue` starts another
    run after so many ms."""

    store: MailingStore
    profile: Profile
    key: PageKey
    pages: str
    enqueue: Callable[[str, int], None]
    clock: Callable[[], int]

    def __call__(self, mailing_id: str) -> int:
        """Make the messages of the next recipients; return how many. Raises Unavailable; the queue then repeats the
        wake-up message."""
        mailing, now = self.store.find(mailing_id), self.clock()
        if mailing is None or mailing.state != SENDING:
            return 0
        page = self.store.recipients(mailing, AT_ONCE)
        contacts = self.store.tables.get_many(CONTACT.key(one) for one in page.contact_ids)
        made = sum(self._make(mailing, row, now) for row in contacts.values())
        if not page.next:
            if self.store.finish(mailing, now):
                log("mailing_done")
        elif self.store.advance(mailing, page.next, now + PACE):
            self.enqueue(mailing_id, PACE)
        count("MailingQueued", made)
        return made

    def _make(self, mailing: Mailing, contact: Mapping[str, Any], now: int) -> bool:
        """Make one message, if the person may get it; return whether it is new."""

        def build(refused: frozenset[str]) -> list[Write] | None:
            head = self.store.tables.get(HEAD.key(contact["conversation_id"]))
            if refused or not head:
                return None
            return self._writes(mailing, contact, head, now)

        return self.store.tables.transact_until_written(build)

    def _writes(self, mailing: Mailing, contact: Mapping[str, Any], head: Mapping[str, Any], now: int) -> list[Write]:
        tables, contact_id, purpose = self.store.tables, contact["contact_id"], mailing.purpose
        name = pseudonym_of_notice("mailing", mailing.id)
        ref = MessageRef(contact["conversation_id"], mailing.released_at, name)
        message = {
            "direction": "out",
            "kind": "text",
            "contact_id": contact_id,
            "content": self._content(mailing, contact, head, ref),
            "sent_at": ref.at,
            "arrived_at": now,
            "status": "queued",
            "rank": RANK["queued"],
            "author": "desk",
            "purpose": purpose,
            "mailing": mailing.id,
        }
        entry = outbox_row(ref, "send", contact["channel"], contact["account"], now, purpose) | {"mailing": mailing.id}
        alive = "#state = :active AND #epoch = :epoch AND attribute_not_exists(#suppressed_at)"
        alive += " AND attribute_not_exists(#opted_out_at)"
        values = {"active": "active", "epoch": head["epoch"]}
        open_head = "#epoch = :epoch AND (attribute_not_exists(#expires_at) OR #expires_at > :now)"
        seen = {"epoch": head["epoch"], "now": now // SECOND}
        return [
            tables.put("message", MESSAGE.key(*ref), message),
            tables.put("outbox", OUTBOX.key(*ref), entry),
            tables.check("contact", CONTACT.key(contact_id), alive, values),
            tables.check("head", HEAD.key(ref.conversation_id), open_head, seen),
            tables.check(ROLE, SUBSCRIPTION.key(contact_id, purpose), LASTS),
            tables.check("key", KEY.key(contact_id), "attribute_exists(pk)"),
            tables.check("mailing", MAILING.key(mailing.id), "#state = :going", {"going": SENDING}),
            *counted(tables, mailing.id, ref.conversation_id, QUEUED),
        ]

    def _content(self, mailing: Mailing, contact: Mapping[str, Any], head: Mapping[str, Any], ref: MessageRef) -> bytes:
        """Return what is sent, in the person's language, sealed to their key."""
        language = contact.get("language") or self.profile.languages[0]
        words = mailing.texts.get(language) or mailing.texts[self.profile.languages[0]]
        language = language if language in mailing.texts else self.profile.languages[0]
        link = f"{self.pages}/news/end/{self.key.ending(contact['contact_id'], mailing.purpose)}"
        below = texts.below(self.profile, language, mailing.purpose, contact["channel"])
        content = ReplyContent(f"{words.text}\n\n{below}", topic=words.subject, link=texts.ending(language, link))
        return encryption.seal_json(head["public_key"], encryption.message_content(ref), content.stored())
