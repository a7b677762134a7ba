"""Seals and opens personal data. Writing needs public keys only; reading needs the vault's private key.

A contact's content is sealed with HPKE (RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM) to the contact's own
public key. The contact's private key is sealed to the vault's public key. The encryption context is HPKE's `info`: a
ciphertext that is moved to another item or attribute does not open.

Format of a sealed value: one version byte, then the HPKE message (32 bytes of encapsulated key, ciphertext, tag).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from chalicelib.core.errors import DeskError
from chalicelib.core.ids import MessageRef
from chalicelib.vault.model import ContactKey

FORMAT = 1
OVERHEAD = 1 + 32 + 16
"""Bytes that sealing adds."""
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class CannotOpen(DeskError):
    """The value was sealed for another key or context, is damaged, or has a format that this release does not know."""

    code = "cannot_open"


class EncryptionContext(NamedTuple):
    """The item and attribute to which a sealed value is bound. `table` is the logical name; `item_id` never changes.

    The values are frozen: they are part of every ciphertext.
    """

    table: str
    item_class: str
    item_id: str
    attribute: str

    def info(self) -> bytes:
        """Return HPKE's `info`: the format version and the fields, each after its length, so that no two contexts
        collide."""
        parts = [part.encode() for part in (self.table, self.item_class, self.item_id, self.attribute)]
        return bytes([FORMAT]) + b"".join(len(part).to_bytes(2, "big") + part for part in parts)


class KeyPair(NamedTuple):
    """Raw X25519 keys, 32 bytes each."""

    private: bytes
    public: bytes


def new_pair() -> KeyPair:
    """Make a fresh key pair."""
    private = X25519PrivateKey.generate()
    return KeyPair(private.private_bytes_raw(), private.public_key().public_bytes_raw())


def public_of(private: bytes) -> bytes:
    """Return the public half of a private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(public: bytes, context: EncryptionContext, text: bytes) -> bytes:
    """Seal `text` for the holder of the private key of `public`, bound to the encryption context."""
    key = X25519PublicKey.from_public_bytes(public)
    return bytes([FORMAT]) + _SUITE.encrypt(text, key, context.info())


def unseal(private: bytes, context: EncryptionContext, sealed: bytes) -> bytes:
    """Open what `seal` made for this key and encryption context. Raises CannotOpen."""
    if not sealed or sealed[0] != FORMAT:
        raise CannotOpen("This value has a sealing format that this release does not know.")
    try:
        return _SUITE.decrypt(sealed[1:], X25519PrivateKey.from_private_bytes(private), context.info())
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("This value does not open with this key at this place.") from error


def fingerprint(public: bytes) -> str:
    """Return the id of a public key: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def contact_key_context(contact_id: str) -> EncryptionContext:
    """Encryption context of a contact's sealed private key."""
    return EncryptionContext("keys", "key", contact_id, "sealed_private")


def new_contact_key(vault_public: bytes, contact_id: str) -> ContactKey:
    """Make a contact's key pair, the private half sealed to the vault and nowhere kept in the clear."""
    pair = new_pair()
    sealed = seal(vault_public, contact_key_context(contact_id), pair.private)
    return ContactKey(contact_id, pair.public, sealed, fingerprint(vault_public))


class Vault:
    """The deployment's private keys by id: the current one and, during a rotation, the previous one."""

    def __init__(self, private_keys: dict[str, bytes]) -> None:
        self._private_keys = private_keys

    def open_contact_key(self, key: ContactKey) -> bytes:
        """Return a contact's raw private key, not to be kept beyond the request. Raises CannotOpen."""
        private = self._private_keys.get(key.vault_id)
        if private is None:
            raise CannotOpen(
                "The vault does not hold the key that sealed this contact's key; see the rotation runbook."
            )
        return unseal(private, contact_key_context(key.contact_id), key.sealed_private)

    def open_vaulted(self, vault_id: str, context: EncryptionContext, sealed: bytes) -> bytes:
        """Open what was sealed to the vault itself, such as an unparsed part. Raises CannotOpen."""
        private = self._private_keys.get(vault_id)
        if private is None:
            raise CannotOpen("The vault does not hold the key that sealed this value.")
        return unseal(private, context, sealed)

    def reseal(self, key: ContactKey, new_public: bytes) -> ContactKey:
        """Return a contact's key, its private half sealed to another vault key. Raises CannotOpen."""
        private = self.open_contact_key(key)
        sealed = seal(new_public, contact_key_context(key.contact_id), private)
        return ContactKey(key.contact_id, key.public, sealed, fingerprint(new_public))


def decode_key(text: str) -> bytes:
    """Decode a base64url key from a setting or secret; padding may be missing."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode_key(key: bytes) -> str:
    """Encode a key for a setting or secret."""
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def message_content(ref: MessageRef) -> EncryptionContext:
    """Encryption context of a message's content: text, details, provider id."""
    return EncryptionContext("desk", "message", str(ref), "content")


def provider_ids(ref: MessageRef) -> EncryptionContext:
    """Encryption context of the provider's ids of an outgoing message, one per piece of its text."""
    return EncryptionContext("desk", "message", str(ref), "provider_ids")


def message_file(ref: MessageRef) -> EncryptionContext:
    """Encryption context of what is known of a message's file: name, type, size, hash."""
    return EncryptionContext("desk", "message", str(ref), "file")


def fetch_job(ref: MessageRef) -> EncryptionContext:
    """Encryption context of a file to be fetched, which is sealed to the file fetcher's key."""
    return EncryptionContext("desk", "fetch", str(ref), "job")


def draft_content(tail: str) -> EncryptionContext:
    """Encryption context of a draft; `tail` is its sort key without prefix."""
    return EncryptionContext("desk", "draft", tail, "content")


def upload_content(tail: str) -> EncryptionContext:
    """Encryption context of what is known of an upload; `tail` is its sort key without prefix."""
    return EncryptionContext("desk", "upload", tail, "content")


def raw_part(ref: MessageRef) -> EncryptionContext:
    """Encryption context of the provider's JSON of an unsupported message."""
    return EncryptionContext("desk", "raw", str(ref), "raw")


def unparsed_part(item_id: str) -> EncryptionContext:
    """Encryption context of an unparsed part, which belongs to no contact. The frozen item class is `unclear`."""
    return EncryptionContext("desk", "unclear", item_id, "raw")


def visitor_content(item_id: str) -> EncryptionContext:
    """Encryption context of an answer to somebody of whom nothing is stored, sealed to the vault."""
    return EncryptionContext("desk", "visitor", item_id, "content")


def sign_up_content(item_id: str) -> EncryptionContext:
    """Encryption context of what somebody has asked for on the page of mailings, sealed to the vault."""
    return EncryptionContext("desk", "sign_up", item_id, "content")


def contact_attribute(contact_id: str, attribute: str) -> EncryptionContext:
    """Encryption context of a contact's `profile`, `user`, `phone` or `chat`."""
    return EncryptionContext("desk", "contact", contact_id, attribute)


def ticket_attribute(ticket_id: str, attribute: str) -> EncryptionContext:
    """Encryption context of a ticket's `who` or `last`."""
    return EncryptionContext("desk", "ticket", ticket_id, attribute)


def kept_content(request_id: str, row: str) -> EncryptionContext:
    """Encryption context of a row that is kept after a destruction; `row` is its sort key."""
    return EncryptionContext("desk", "kept", f"{request_id}#{row}", "content")


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
    return mapping_of(unseal(private_key, context, sealed))


def mapping_of(text: bytes) -> dict[str, Any]:
    """Return the mapping that `seal_json` has sealed, of its opened text. Raises CannotOpen for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotOpen("This value opens and is not JSON.") from error
    if not isinstance(value, dict):
        raise CannotOpen("This value opens and is not a mapping.")
    return value
