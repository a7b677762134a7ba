"""Derives keys for single purposes from the text key, which only the indexer and the dashboard hold.

Functions that anyone can call hold other secrets, so they can forge neither a session nor a row of the staff.
"""

import hashlib
import hmac


def derive(secret: bytes, purpose: str) -> bytes:
    """Return a key (32 bytes) for one purpose: session, challenge, brake (the login throttle) or staff (row MACs)."""
    return hmac.new(secret, f"derived|{purpose}".encode(), hashlib.sha256).digest()
