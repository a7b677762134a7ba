"""A privacy officer enters what a person has written on paper about news and offers. It holds at once, as a consent to
the transfer abroad from paper does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.contacts.consent_records import Answered
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.transfer import GIVEN
from chalicelib.dynamo.schema import HEAD
from chalicelib.privacy.requests.receipt import day_of_receipt

if TYPE_CHECKING:
    from chalicelib.contacts.change_contact import ContactChanges
    from chalicelib.core.kept_for import KeptFor
    from chalicelib.dynamo.builder import Write
    from chalicelib.dynamo.tables import Tables
    from chalicelib.mailings.end_subscription import EndSubscription
    from chalicelib.mailings.subscriptions import Subscriptions


@dataclass(frozen=True)
class EnterSubscription:
    """Enters such answers. `allows` is the profile's matrix of purpose and channel, `contact_kept` its term of
    contacts."""

    tables: "Tables"
    changes: "ContactChanges"
    subscriptions: "Subscriptions"
    end: "EndSubscription"
    allows: Callable[[str, str], bool]
    contact_kept: "KeptFor"
    clock: Callable[[], int]

    def __call__(self, contact_id: str, purpose: str, answer: str, received_on: str, by: str) -> None:
        """Let an answer (core/transfer.py) about mailings of a purpose hold that arrived on the day `received_on`
        (YYYY-MM-DD); nothing changes when it holds already. `by` is the officer.

        Raises BadInput with the code received_on, or no_mail for a person who is not known by mail; NotFound;
        Unavailable; and Conflict with the code erasing, suppressed, or pending."""
        received_at = day_of_receipt(received_on, self.clock())
        self.changes.exists(contact_id)
        how = Answered("paper", booked_by=by, received_at=received_at)
        if answer != GIVEN:
            self.end(contact_id, how, purpose)
            return

        def build(_refused: frozenset[str]) -> "list[Write] | None":
            now, contact = self.clock(), self.changes.active(contact_id)
            if not contact:
                raise NotFound("There is no such contact.")
            if not self.allows(purpose, contact["channel"]):
                raise BadInput("Mailings leave by mail alone, and this person is not known by mail.", code="no_mail")
            if any(one.purpose == purpose and not one.ended_at for one in self.subscriptions.of(contact_id)):
                return None
            head = self.tables.get(HEAD.key(contact["conversation_id"]))
            known = self.subscriptions.known(contact, head, now, self.contact_kept, abroad=False, reached=False)
            return [*known, *self.subscriptions.begin(contact, {purpose: ""}, how, now)]

        self.tables.transact_until_written(build)
