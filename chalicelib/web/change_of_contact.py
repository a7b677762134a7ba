"""Changes a contact, or an answer about the transfer abroad, for a colleague, for page and API, and writes who did: no
value stands in the log."""

from typing import NamedTuple

from chalicelib.core.observability import audit
from chalicelib.staff.model import Staff
from chalicelib.wiring import web as wiring_web


class WantedChanges(NamedTuple):
    """What a colleague changes of a contact: its language, unless it is ""; that its data is `corrected`; the day on
    which the agreement `ended_on` (YYYY-MM-DD; None: nothing is said of it), or that it `lasts`."""

    language: str = ""
    corrected: bool = False
    ended_on: str | None = None
    lasts: bool = False


def change_of_contact(contact_id: str, changes: WantedChanges, by: Staff) -> None:
    """Make the changes. Raises BadInput, NotFound, Conflict and Unavailable."""
    if changes.language:
        wiring_web.change_contact().language(contact_id, changes.language, by.id)
        audit("contact_changed", contact_id=contact_id, action="language", staff_id=by.id)
    if changes.corrected:
        wiring_web.change_contact().corrected(contact_id, by.id)
        audit("contact_changed", contact_id=contact_id, action="corrected", staff_id=by.id)
    if changes.ended_on is not None:
        wiring_web.agreements().ended(contact_id, changes.ended_on, by.id)
        audit("contact_changed", contact_id=contact_id, action="agreement_ended", staff_id=by.id)
    if changes.lasts:
        wiring_web.agreements().lasts(contact_id, by.id)
        audit("contact_changed", contact_id=contact_id, action="agreement_lasts", staff_id=by.id)


def change_of_transfer(contact_id: str, answer: str, received_on: str, by: Staff) -> None:
    """Enter what a person has written on paper about the transfer abroad. Raises BadInput, NotFound, Conflict and
    Unavailable."""
    wiring_web.enter_transfer()(contact_id, answer, received_on, by.id)
    audit("contact_changed", contact_id=contact_id, action="transfer", staff_id=by.id)
