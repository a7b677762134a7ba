"""What only the dashboard can write: keys derived from the text key, and the proof on a colleague's row.

Functions that anyone can call hold other secrets, so a row that they write names no session and proves no colleague.
"""

import hashlib
import hmac


def derive(secret: bytes, purpose: str) -> bytes:
    """Return a key (32 bytes) for one purpose alone: session, challenge, brake or staff."""
    return hmac.new(secret, f"derived|{purpose}".encode(), hashlib.sha256).digest()
