"""Ids by which a repetition is recognised: one id, one content. Each use has a space of its own. Pure."""

import hashlib

LONGEST = 200


def reply_name(client_id: str) -> str:
    """The name of a caller's id for a reply: 64 hexadecimal digits."""
    return hashlib.sha256(client_id.encode()).hexdigest()


def retry_name(client_id: str) -> str:
    """The name of our own id for sending a failed reply again. No caller's id has such a name, whatever it looks
    like."""
    return f"retry-{reply_name(client_id)}"


def comment_name(client_id: str) -> str:
    """The name of a caller's id for an internal comment."""
    return f"comment-{reply_name(client_id)}"
