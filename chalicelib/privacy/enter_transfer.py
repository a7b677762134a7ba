"""A privacy officer enters what a person has written on paper about the transfer abroad. It holds at once: whoever may
send a reply may not ask first whether somebody agrees."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.contacts.consent_records import Answered
from chalicelib.core.errors import Conflict
from chalicelib.privacy.requests.receipt import day_of_receipt

if TYPE_CHECKING:
    from chalicelib.contacts.change_contact import ContactChanges
    from chalicelib.contacts.change_transfer import TransferConsents


@dataclass(frozen=True)
class EnterTransfer:
    """Enters such answers."""

    changes: "ContactChanges"
    consents: "TransferConsents"
    clock: Callable[[], int]

    def __call__(self, contact_id: str, answer: str, received_on: str, by: str) -> None:
        """Let an answer hold (core/transfer.py) that arrived on the day `received_on` (YYYY-MM-DD); nothing changes
        when it holds already. `by` is the officer. Raises BadInput with the code received_on, NotFound, Unavailable,
        and Conflict with the code erasing, or pending: the person has not consented to anything yet."""
        received_at = day_of_receipt(received_on, self.clock())
        self.changes.exists(contact_id)
        if self.consents.pending(contact_id):
            raise Conflict("The customer has not answered the question about consent yet.", code="pending")
        how = Answered("paper", booked_by=by, received_at=received_at)
        self.changes.run(lambda: self.consents.writes(contact_id, answer, how, self.clock()))
