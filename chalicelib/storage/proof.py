"""What only the dashboard can write: keys derived from the text key, and the proof on a colleague's row.

Functions that anyone can call hold other secrets, so a row that they write names no session and proves no colleague.
"""

import hashlib
import hmac
import json

from chalicelib.domain.staff import Staff


def derive(secret: bytes, purpose: str) -> bytes:
    """Return a key (32 bytes) for one purpose alone: session, challenge, brake or staff."""
    return hmac.new(secret, f"derived|{purpose}".encode(), hashlib.sha256).digest()


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
