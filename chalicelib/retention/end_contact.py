"""Ends a contact whose last ticket was closed long enough ago, or who did not consent, with everything by which the
person is known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.observability import count

if TYPE_CHECKING:
    from chalicelib.retention.end_contact_store import EndContactStore


LOOK_AGAIN = 7 * DAY
"""How long (ms) the end of somebody who gets mailings is put off: then it is looked at again."""


@dataclass(frozen=True)
class EndContact:
    """Ends contacts. It may run again at any time, also concurrently. The terms are those of the operator's profile:
    `contact_kept` is how long a contact is kept after its last ticket was closed, `consent_kept` the proof of its
    consents from then on. `drop_files` deletes what is still in the bucket of a contact that has no message left."""

    store: "EndContactStore"
    drop_files: Callable[[str], None]
    contact_kept: KeptFor
    consent_kept: KeptFor
    clock: Callable[[], int]

    def __call__(self, conversation_id: str) -> bool:
        """End the contact of this conversation if it has expired; return whether it has ended.

        It never ends before all its tickets are deleted, nor while the person gets mailings. A ticket that is open, or
        was closed after the newest one, puts the contact's expiry off. Raises Unavailable.
        """
        now = self.clock()
        head = self.store.head(conversation_id)
        if head is None or head.expires_at * SECOND > now:
            return False
        why = self.store.why_kept(head)
        if why == "mailings":
            self.store.put_off(head, (now + LOOK_AGAIN) // SECOND)
        if why:
            return False
        left = self.store.remaining_rows(head)
        for ticket_id in dict.fromkeys([head.ticket_id, *(ticket_id for _, ticket_id in left)]):
            ticket = self.store.ticket(ticket_id) if ticket_id else None
            if ticket is None:
                continue
            # An open ticket cannot be closed earlier than now; its agreement has ended, so it is looked at again.
            open_until = (now + DAY if self.contact_kept.agreement else self.contact_kept.after(now)) // SECOND
            date = ticket.contact_until(self.contact_kept, head.end) if ticket.expires_at else open_until
            if date > head.expires_at:
                self.store.put_off(head, date)
            return False
        if not all(self.store.delete_row(head, sk) for sk, _ in left):
            return False
        self.drop_files(head.contact_id)
        if not self.store.end(head, now, self.consent_kept.after(now) // SECOND):
            return False
        if head.pending:
            count("NotConsented")
        self.store.forget(head.contact_id)
        return True
