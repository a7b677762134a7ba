"""The code that shows that the dashboard wrote the row of a member of staff."""

import hashlib
import hmac
import json

from chalicelib.staff.model import Staff


def staff_mac(key: bytes, staff: Staff) -> str:
    """Return the proof that a colleague's row was written by a holder of the key: 64 hexadecimal digits.

    It covers all that grants access. The language is not covered: it grants none.
    """
    covered = [
        "staff-1",
        staff.id,
        staff.email,
        staff.name,
        sorted(staff.roles),
        staff.undertaking_at,
        staff.disabled,
        staff.generation,
    ]
    return hmac.new(key, json.dumps(covered, separators=(",", ":")).encode(), hashlib.sha256).hexdigest()
