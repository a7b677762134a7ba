"""Hashes of the ids that clients send so that a repeated request is stored once. Pure.

Replies, retries and comments each have a name space of their own, so that their ids never meet.
"""

import hashlib

LONGEST = 200
"""Characters of a client's id, at most."""


def reply_id_hash(client_id: str) -> str:
    """Return the hash of a client's id for a reply: 64 hexadecimal digits."""
    return hashlib.sha256(client_id.encode()).hexdigest()


def retry_id_hash(client_id: str) -> str:
    """Return the hash of our own id for sending a failed reply again. No hash of a client's id looks like it."""
    return f"retry-{reply_id_hash(client_id)}"


def comment_id_hash(client_id: str) -> str:
    """Return the hash of a client's id for an internal comment."""
    return f"comment-{reply_id_hash(client_id)}"
