"""Pseudonyms: HMACs that stand in keys of items instead of addresses, provider ids and words.

A row can be found by a known address, but its key does not reveal the address. Intake holds the address key;
docs/security.md says what its theft would reveal.
"""

import hashlib
import hmac

from chalicelib.core.addresses import Address, ChannelId


def _hash(key: bytes, *parts: str) -> str:
    framed = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(key, framed, hashlib.sha256).hexdigest()[:32]


class AddressKey:
    """Makes pseudonyms of addresses and provider ids: 32 hexadecimal digits (128 bits)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def address(self, channel: ChannelId, account: str, address: Address) -> str:
        """Return the pseudonym of an address within one channel account."""
        return _hash(self._key, "address", channel, account, address.kind, address.value)

    def message(self, channel: ChannelId, account: str, provider_id: str) -> str:
        """Return the pseudonym of a provider's message id."""
        return _hash(self._key, "message", channel, account, provider_id)

    def profile(self, name: str, username: str) -> str:
        """Return the hash of a profile, by which a changed name or username is noticed."""
        return _hash(self._key, "profile", name, username)

    def raw(self, raw: bytes) -> str:
        """Return the hash of a raw part, so that a repeated delivery is stored once."""
        return _hash(self._key, "raw", hashlib.sha256(raw).hexdigest())


class TextKey:
    """Makes pseudonyms of words for the search index. Only the indexer and the dashboard hold its key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def word(self, word: str) -> str:
        """Return the pseudonym of a normalised word or address that people search for."""
        return _hash(self._key, "word", word)


class SameTextKey:
    """Makes pseudonyms of texts that staff sends, and of the people to whom one goes. Only the dashboard holds its
    key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def text(self, words: str) -> str:
        """Return the pseudonym of the words of a text."""
        return _hash(self._key, "text", words)

    def person(self, text: str, contact_id: str) -> str:
        """Return the pseudonym of a contact, another one for each text: 16 hexadecimal digits."""
        return _hash(self._key, "person", text, contact_id)[:16]


def derive(secret: bytes, purpose: str) -> bytes:
    """Return a key (32 bytes) for one purpose: session, challenge, brake (the login throttle),
    staff (row MACs), search, same_text or page."""
    return hmac.new(secret, f"derived|{purpose}".encode(), hashlib.sha256).digest()
