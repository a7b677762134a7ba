"""Changes a contact for a colleague, for page and API, and writes who did: no value stands in the log."""

from chalicelib.core.observability import audit
from chalicelib.staff.model import Staff
from chalicelib.wiring import web as wiring_web


def change_of_contact(contact_id: str, language: str, corrected: bool, by: Staff) -> None:
    """Set the language, unless it is "", and note a correction. Raises NotFound, Conflict and Unavailable."""
    use = wiring_web.change_contact()
    if language:
        use.language(contact_id, language, by.id)
        audit("contact_changed", contact_id=contact_id, action="language", staff_id=by.id)
    if corrected:
        use.corrected(contact_id, by.id)
        audit("contact_changed", contact_id=contact_id, action="corrected", staff_id=by.id)
