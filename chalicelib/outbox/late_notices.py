"""What becomes of a message of the desk that meets a closed reply window.

A notice is kept until the customer writes, and a template tells the customer that something waits. An answer about
personal data goes out inside a template that the provider has approved.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.core.errors import BadInput
from chalicelib.core.ids import MessageRef
from chalicelib.core.purposes import STATUS
from chalicelib.core.texts import bot_msg, bot_text
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import HEAD, MESSAGE, OUTBOX, SENDING
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.new_rows import outbox_row
from chalicelib.outbox.content import ReplyContent, SentTemplate
from chalicelib.outbox.model import Head, Job, OutboxEntry
from chalicelib.outbox.rows import STANDS_UNCLAIMED, OutboxRows
from chalicelib.provider_templates.model import StoredTemplate, fill, places_of, why_not
from chalicelib.provider_templates.store import TemplateStore
from chalicelib.tickets.model import RANK
from chalicelib.vault import encryption

TYPE_ONE = bot_msg("Answer by typing one of these: {words}")


@dataclass(frozen=True)
class LateNotices:
    """Notices outside the reply window. `languages` are those of the profile; a template is said in the first of them
    when the provider has not approved it in the customer's. All methods raise Unavailable."""

    tables: Tables
    languages: Sequence[str]

    def keep(self, job: Job, template: str, now: int) -> bool:
        """Keep a notice, say so on its ticket, and send the `template` of this name, unless one tells already that
        something waits. False: something changed meanwhile, and nothing was written."""
        entry, head, message = job.entry, job.head, job.message
        assert head is not None and message is not None
        rows = OutboxRows(self.tables)
        expression = "SET #kept = :yes REMOVE #due, #due_at, #attempt_id, #claim_until"
        writes = [
            rows.update_entry(entry, expression, STANDS_UNCLAIMED, {"yes": True, "now": now}),
            self._head(head, "SET #notices_wait = :yes", {"yes": True}),
            rows.not_being_erased(head.contact_id),
            rows.kept(message, now),
        ]
        found = self._template(head, template) if template and not head.notices_wait else None
        if found:
            writes += [*self._notice(job, head, found, now), TemplateStore(self.tables).unchanged(found)]
        return self.tables.transact(writes) is None

    def answer(self, job: Job, sent: ReplyContent, template: str, now: int) -> bool:
        """Put an answer about personal data into the one place of the `template` of this name, so that it can leave at
        once; False when there is no template that it fits into, or when something changed meanwhile.

        A template has no buttons of ours: their titles follow the text, and a customer may type them.
        """
        entry, head, message = job.entry, job.head, job.message
        assert head is not None and message is not None
        found, rows = self._template(head, template, places=1), OutboxRows(self.tables)
        filled = _filled(found, sent, head.language or self.languages[0]) if found else None
        if found is None or filled is None:
            return False
        content = encryption.seal_json(head.public_key, encryption.message_content(message.ref), filled.stored())
        as_read = "#rank = :rank AND #content = :read"
        read = {"rank": message.rank, "read": message.content}
        writes = [
            rows.update_entry(entry, "SET #template = :key", STANDS_UNCLAIMED, {"key": found.template.key, "now": now}),
            rows.messages.message(message.ref, "SET #content = :content", as_read, {"content": content, **read}),
            rows.head_unchanged(head, now, windowed=False),
            rows.not_being_erased(head.contact_id),
            TemplateStore(self.tables).unchanged(found),
        ]
        return self.tables.transact(writes) is None

    def release(self, entries: Sequence[OutboxEntry], head: Head, now: int) -> bool:
        """Make kept notices due again, because the customer has written. False: something changed meanwhile."""
        rows = OutboxRows(self.tables)
        expression, values = "SET #due = :due, #due_at = :now REMOVE #kept", {"due": SENDING, "now": now, "yes": True}
        writes = [rows.update_entry(one, expression, "#kept = :yes", values) for one in entries if one.kept]
        return self.tables.transact([*writes, self._head(head, "REMOVE #notices_wait", {})]) is None

    def _head(self, head: Head, expression: str, values: dict[str, Any]) -> Write:
        """Change the head, if the customer has not written since it was read and nobody is being erased."""
        condition = "#epoch = :epoch AND #last_inbound_at = :read"
        values = {**values, "epoch": head.epoch, "read": head.last_inbound_at}
        return self.tables.update("head", HEAD.key(head.conversation_id), expression, condition, values)

    def _template(self, head: Head, name: str, places: int = 0) -> StoredTemplate | None:
        """Return the template in the customer's language, else in the first in which it may be sent and has so many
        places."""
        store = TemplateStore(self.tables)
        for language in dict.fromkeys((head.language, *self.languages)):
            found = store.find(head.account, f"{name}#{language}") if language else None
            if found and not why_not(found.template) and len(places_of(found.template)) == places:
                return found
        return None

    def _notice(self, job: Job, head: Head, found: StoredTemplate, now: int) -> list[Write]:
        """Put the message that sends the template, with its outbox entry."""
        assert job.message is not None
        template, shown = found.template, fill(found.template, {})
        ref = MessageRef(head.conversation_id, now, secrets.token_hex(16))
        sent = ReplyContent(shown.text, template=SentTemplate(template.name, template.language, (), shown))
        message = {
            "direction": "out",
            "kind": "text",
            "ticket_id": job.message.ticket_id,
            "contact_id": head.contact_id,
            "content": encryption.seal_json(head.public_key, encryption.message_content(ref), sent.stored()),
            "sent_at": now,
            "arrived_at": now,
            "status": "queued",
            "rank": RANK["queued"],
            "author": "desk",
            "purpose": STATUS,
        }
        entry = outbox_row(ref, "send", head.channel, head.account, now) | {"template": template.key}
        return [
            self.tables.put("notice", MESSAGE.key(*ref), message),
            self.tables.put("notice_entry", OUTBOX.key(*ref), entry),
        ]


def _filled(found: StoredTemplate, sent: ReplyContent, language: str) -> ReplyContent | None:
    """Return the answer as a message that sends the template; None when it does not fit. A value is one line."""
    titles = ", ".join(f"“{one.title}”" for one in sent.choices)
    text = f"{sent.text} {bot_text(language, TYPE_ONE, words=titles)}" if titles else sent.text
    (place,) = places_of(found.template)
    values = {place.id: " ".join(text.split())}
    try:
        shown = fill(found.template, values)
    except BadInput:
        return None
    template = SentTemplate(found.template.name, found.template.language, tuple(values.items()), shown)
    return ReplyContent(shown.text, template=template)
