"""Ends subscriptions: by the link under a mail, by a mail program (RFC 8058), by staff, and when mails come back."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.contacts.consent_records import Answered
from chalicelib.core.observability import count
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import CONTACT
from chalicelib.dynamo.tables import Tables
from chalicelib.mailings.subscriptions import Subscriptions


@dataclass(frozen=True)
class EndSubscription:
    """Ends subscriptions. It may run again at any time, and later than anything: who is gone gets no mailings."""

    tables: Tables
    subscriptions: Subscriptions
    clock: Callable[[], int]

    def __call__(self, contact_id: str, how: Answered, purpose: str = "", also: tuple[Write, ...] = ()) -> bool:
        """End a person's subscription to mailings of a purpose, or all of them; return whether one has ended by this.
        It holds at once, with a record, for whatever has not been handed to the mail service yet. `also` is written in
        the same transaction, and by itself when no subscription lasts. Raises Unavailable."""
        ended = False

        def build(refused: frozenset[str]) -> list[Write] | None:
            nonlocal ended
            if refused & {"contact", "also"}:
                ended = False
                return None
            writes = self.subscriptions.end(contact_id, how, self.clock(), purpose)
            ended = bool(writes)
            if not (writes or also):
                return None
            condition, values = "attribute_exists(pk) AND #state <> :erasing", {"erasing": "erasing"}
            alive = self.tables.check("contact", CONTACT.key(contact_id), condition, values)
            return [*writes, alive, *also]

        written = self.tables.transact_until_written(build)
        if written and ended:
            count("Unsubscribed", outcome=how.by)
        return written and ended
