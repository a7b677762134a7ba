"""Ends a contact whose last ticket was closed long enough ago, with everything by which the person is known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.clock import DAY, SECOND

if TYPE_CHECKING:
    from chalicelib.retention.end_contact_store import EndContactStore


@dataclass(frozen=True)
class EndContact:
    """Ends contacts. It may run again at any time, also concurrently. The days are those of the operator's profile: a
    contact is kept `contact_days` after its last ticket was closed, the proof of its consents `consent_days` from
    then on. `drop_files` deletes what is still in the bucket of a contact that has no message left."""

    store: "EndContactStore"
    drop_files: Callable[[str], None]
    contact_days: int
    consent_days: int
    clock: Callable[[], int]

    def __call__(self, conversation_id: str) -> bool:
        """End the contact of this conversation if it has expired; return whether it has ended.

        It never ends before all its tickets are deleted. A ticket that is open, or was closed after the newest one,
        puts the contact's expiry off. Raises Unavailable.
        """
        now = self.clock()
        head = self.store.head(conversation_id)
        if head is None or head.expires_at * SECOND > now or self.store.must_stay(head.contact_id):
            return False
        left = self.store.remaining_rows(conversation_id)
        for ticket_id in dict.fromkeys([head.ticket_id, *(ticket_id for _, ticket_id in left)]):
            ticket = self.store.ticket(ticket_id) if ticket_id else None
            if ticket is None:
                continue
            open_until = (now + self.contact_days * DAY) // SECOND  # an open ticket cannot be closed earlier than now
            date = ticket.contact_until(self.contact_days) if ticket.expires_at else open_until
            if date > head.expires_at:
                self.store.put_off(head, date)
            return False
        if not all(self.store.delete_row(head, sk) for sk, _ in left):
            return False
        self.drop_files(head.contact_id)
        if not self.store.end(head, now, (now + self.consent_days * DAY) // SECOND):
            return False
        self.store.forget(head.contact_id)
        return True
