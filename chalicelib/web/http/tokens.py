"""Masks the tokens of forms anew in each answer, so that the size of a compressed answer tells nothing about them.

Source: Y. Gluck, N. Harris, A. Prado, "BREACH: reviving the CRIME attack", 2013.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest

_BYTES = 32


def masked(token: str) -> str:
    """Return a token (64 hex digits) in a form that is another one each time."""
    mask = secrets.token_bytes(_BYTES)
    return urlsafe_b64encode(mask + _mixed(bytes.fromhex(token), mask)).decode().rstrip("=")


def is_token(given: str, token: str) -> bool:
    """Tell whether this is the token, masked, or plain as pages of an older release send it."""
    try:
        raw = urlsafe_b64decode(given.encode() + b"==")
    except ValueError:
        raw = b""
    if len(given) != len(token) and len(raw) == 2 * _BYTES:
        given = _mixed(raw[_BYTES:], raw[:_BYTES]).hex()
    return compare_digest(given.encode(), token.encode())


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))
