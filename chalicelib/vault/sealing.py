"""Encryption contexts of all sealed attributes, and sealing of mappings as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.core.references import MessageRef
from chalicelib.vault.vault import CannotOpen, EncryptionContext, seal, unseal


def message_content(ref: MessageRef) -> EncryptionContext:
    """Encryption context of a message's content: text, details, provider id."""
    return EncryptionContext("desk", "message", str(ref), "content")


def provider_ids(ref: MessageRef) -> EncryptionContext:
    """Encryption context of the provider's ids of an outgoing message, one per piece of its text."""
    return EncryptionContext("desk", "message", str(ref), "provider_ids")


def draft_content(tail: str) -> EncryptionContext:
    """Encryption context of a draft; `tail` is its sort key without prefix."""
    return EncryptionContext("desk", "draft", tail, "content")


def raw_part(ref: MessageRef) -> EncryptionContext:
    """Encryption context of the provider's JSON of an unsupported message."""
    return EncryptionContext("desk", "raw", str(ref), "raw")


def unparsed_part(item_id: str) -> EncryptionContext:
    """Encryption context of an unparsed part, which belongs to no contact. The frozen item class is `unclear`."""
    return EncryptionContext("desk", "unclear", item_id, "raw")


def contact_attribute(contact_id: str, attribute: str) -> EncryptionContext:
    """Encryption context of a contact's `profile`, `user`, `phone` or `chat`."""
    return EncryptionContext("desk", "contact", contact_id, attribute)


def ticket_attribute(ticket_id: str, attribute: str) -> EncryptionContext:
    """Encryption context of a ticket's `who` or `last`."""
    return EncryptionContext("desk", "ticket", ticket_id, attribute)


def request_attribute(request_id: str, attribute: str) -> EncryptionContext:
    """Encryption context of a request's `secret`, `evidence` or `reason`."""
    return EncryptionContext("desk", "request", request_id, attribute)


def seal_json(public_key: bytes, context: EncryptionContext, value: Mapping[str, Any]) -> bytes:
    """Seal a mapping as compact JSON without its empty values."""
    kept = {name: one for name, one in value.items() if one not in ("", None, (), [], {}, False)}
    return seal(public_key, context, json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode())


def open_json(private_key: bytes, context: EncryptionContext, sealed: bytes) -> dict[str, Any]:
    """Open what `seal_json` sealed. Raises CannotOpen, also when the content is no mapping: anybody can seal
    anything."""
    text = unseal(private_key, context, sealed)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotOpen("This value opens and is not JSON.") from error
    if not isinstance(value, dict):
        raise CannotOpen("This value opens and is not a mapping.")
    return value
