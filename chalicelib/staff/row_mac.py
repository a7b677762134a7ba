"""The MAC that proves that a holder of the staff key wrote a row of the staff."""

import hashlib
import hmac
import json

from chalicelib.staff.model import Staff


def staff_mac(key: bytes, staff: Staff) -> str:
    """Return the MAC of a row of the staff: 64 hexadecimal digits.

    It covers every attribute that decides about access, so not the language.
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
