"""Finds the provider's ids of a stored message: of the customer's the one in its content, of ours one of each piece."""

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.core.ids import MessageRef
from chalicelib.vault import encryption

if TYPE_CHECKING:
    from chalicelib.vault.decryptor import BatchDecryptor


class NamedMessage(NamedTuple):
    """A message as far as its provider's ids lie on it, sealed. `named` is the pseudonym of the first."""

    ref: MessageRef
    contact_id: str
    direction: str
    content: bytes
    provider_ids: tuple[bytes, ...]
    named: str


def provider_ids(decryptor: "BatchDecryptor", message: NamedMessage) -> list[str]:
    """Return the ids; [] when the message has none, or when the contact's key is destroyed. Raises CannotOpen."""
    if message.direction == "in":
        content = decryptor.json(message.contact_id, encryption.message_content(message.ref), message.content)
        found = [str((content or {}).get("id", ""))]
    else:
        place = encryption.provider_ids(message.ref)
        found = [decryptor.text(message.contact_id, place, one) or "" for one in message.provider_ids]
    return [one for one in found if one]
