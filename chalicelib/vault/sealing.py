"""What is sealed where: the places of every sealed attribute and the form of what lies inside."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.core.references import MessageRef
from chalicelib.vault.vault import CannotOpen, EncryptionContext, seal, unseal


def message_content(ref: MessageRef) -> EncryptionContext:
    """Content of a message: text, details, provider id."""
    return EncryptionContext("desk", "message", str(ref), "content")


def provider_ids(ref: MessageRef) -> EncryptionContext:
    """Each of the provider's ids of a message of ours: one per piece of its text."""
    return EncryptionContext("desk", "message", str(ref), "provider_ids")


def draft_content(tail: str) -> EncryptionContext:
    """What a colleague has typed and not sent; `tail` is the draft's context."""
    return EncryptionContext("desk", "draft", tail, "content")


def raw_part(ref: MessageRef) -> EncryptionContext:
    """The provider's own JSON behind an unsupported message."""
    return EncryptionContext("desk", "raw", str(ref), "raw")


def unparsed_part(item_id: str) -> EncryptionContext:
    """The raw part that names no person."""
    return EncryptionContext("desk", "unclear", item_id, "raw")


def contact_attribute(contact_id: str, attribute: str) -> EncryptionContext:
    """A contact's `profile`, `user`, `phone` or `chat`."""
    return EncryptionContext("desk", "contact", contact_id, attribute)


def ticket_attribute(ticket_id: str, attribute: str) -> EncryptionContext:
    """A ticket's `who` or `last`."""
    return EncryptionContext("desk", "ticket", ticket_id, attribute)


def request_attribute(request_id: str, attribute: str) -> EncryptionContext:
    """A request's `secret`, `evidence` or `reason`."""
    return EncryptionContext("desk", "request", request_id, attribute)


def seal_json(public_key: bytes, context: EncryptionContext, value: Mapping[str, Any]) -> bytes:
    """Seal a mapping as compact JSON; empty values are left out."""
    kept = {name: one for name, one in value.items() if one not in ("", None, (), [], {}, False)}
    return seal(public_key, context, json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode())


def open_json(private_key: bytes, context: EncryptionContext, sealed: bytes) -> dict[str, Any]:
    """Open what `seal_json` sealed. Raises CannotOpen, also for what opens and is no mapping: anyone may seal."""
    text = unseal(private_key, context, sealed)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotOpen("This value opens and is not JSON.") from error
    if not isinstance(value, dict):
        raise CannotOpen("This value opens and is not a mapping.")
    return value
