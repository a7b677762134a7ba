"""The address to which people answer a mail of ours. It names the conversation and is signed, so that an answer proves
that its sender has read a mail of that conversation. Pure."""

import base64
import hashlib
import hmac
import re

_PART = re.compile(r"r\.([0-9a-z]{20})\.([a-z2-7]{16})")


def reply_address(key: str, domain: str, conversation_id: str) -> str:
    """Return the address for answers in a conversation; its local part has 39 characters of the 64 that may be."""
    return f"r.{conversation_id}.{_signature(key, domain, conversation_id)}@{domain}"


def conversation_of(key: str, domain: str, part: str) -> str | None:
    """Return the conversation that the local part of an address, in small letters, names; None when its signature is
    not ours, or the key is empty."""
    found = _PART.fullmatch(part)
    if not key or found is None:
        return None
    return found[1] if hmac.compare_digest(found[2], _signature(key, domain, found[1])) else None


def _signature(key: str, domain: str, conversation_id: str) -> str:
    """Return 80 bits, in small letters, because mail systems may change the case of an address."""
    digest = hmac.digest(key.encode(), f"reply|{domain.lower()}|{conversation_id}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()
