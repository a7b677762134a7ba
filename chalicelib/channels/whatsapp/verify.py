"""Checks that a webhook body is Meta's. Source: Meta's "Webhooks, getting started"; X-Hub-Signature-256 is over the raw
bytes."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping


def challenge(query: Mapping[str, str] | None, verify_tokens: Collection[str]) -> str | None:
    """Return the exact body that answers Meta's GET verification; None means 403."""
    query = query or {}
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    known = False
    for token in verify_tokens:
        known |= bool(token) and hmac.compare_digest(token.encode("utf-8"), given)
    if query.get("hub.mode") != "subscribe" or not known:
        return None
    return query.get("hub.challenge") or None


def signature_ok(app_secrets: Iterable[str], raw_body: bytes, header: str | None) -> bool:
    """Whether `header` is the HMAC-SHA256 of `raw_body` under one of `app_secrets`.

    `raw_body` must be the bytes as sent (base64 of API Gateway undone, escapes not). Every secret is tried
    and compared in constant time. An empty secret never matches, because anyone could sign with it.
    """
    given = (header or "").strip().lower().encode("ascii", "replace")
    fits = False
    for secret in app_secrets:
        expected = b"sha256=" + hmac.new(secret.encode("utf-8"), raw_body, hashlib.sha256).hexdigest().encode()
        fits |= bool(secret) and hmac.compare_digest(expected, given)
    return fits
