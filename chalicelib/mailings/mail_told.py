"""Notes what the mail service has told of copies of mailings, and ends the subscriptions of an address that takes no
more mails, or whose owner has complained."""

from dataclasses import dataclass

from chalicelib.channels.failure_meanings import reason_of
from chalicelib.contacts.consent_records import Answered
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.schema import HEAD, MESSAGE
from chalicelib.dynamo.tables import Tables
from chalicelib.mailings.end_subscription import EndSubscription
from chalicelib.outbox.mailing_counts import CAME_BACK, recounted, told

FOR_GOOD = frozenset({"no_mailbox", "mailbox_closed", "refused_there", "listed"})
"""Reasons for which nothing more is sent to an address. A full mailbox, or a server that was not reached, is none."""


@dataclass(frozen=True)
class MailTold:
    """Notes what was told of copies of mailings. It may run again at any time: what is counted is counted once."""

    tables: Tables
    end: EndSubscription
    channel: str

    def __call__(self, reference: str) -> bool:
        """Count what was told of a copy, and end the person's subscriptions when their address takes nothing more;
        return whether one has ended. Raises Unavailable."""
        ref = MessageRef.parse(reference)
        row = self.tables.get(MESSAGE.key(*ref)) if ref else {}
        now, before = told(row), row.get("counted_as", "")
        if ref is None or now in ("", before):
            return False
        as_read = "#counted_as = :before" if before else "attribute_not_exists(#counted_as)"
        condition, values = (
            f"attribute_exists(pk) AND {as_read}",
            {"now": now, **({"before": before} if before else {})},
        )
        note = self.tables.update("also", MESSAGE.key(*ref), "SET #counted_as = :now", condition, values)
        also = (note, *recounted(self.tables, row["mailing"], ref.conversation_id, before, now))
        if now == CAME_BACK and reason_of(self.channel, str(row["failure"].get("code", ""))) in FOR_GOOD:
            return self.end(row["contact_id"], Answered("bounced"), also=also)
        self.tables.transact_until_written(lambda refused: None if refused else [*also])
        return False

    def unreachable(self, conversation_id: str) -> bool:
        """End the subscriptions of somebody to whom nothing more may be written, because a mail came back for good or
        they have complained about one (docs/adr/0051-ses-tells-what-becomes-of-mails.md); return whether one has ended
        by this. Raises Unavailable."""
        head = self.tables.get(HEAD.key(conversation_id))
        if not (head.get("blocked") and head.get("blocked_by")):
            return False
        return self.end(head["contact_id"], Answered("bounced"))
