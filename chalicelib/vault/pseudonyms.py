"""Blind names: what stands in keys instead of an address or a provider's id.

An HMAC lets us find a row by what we are told and shows nothing of it to who reads the row. The address key is
intake's; docs/security.md says what its theft would reveal.
"""

import hashlib
import hmac

from chalicelib.core.addresses import Address, Channel


def _hash(key: bytes, *parts: str) -> str:
    framed = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(key, framed, hashlib.sha256).hexdigest()[:32]


class AddressKey:
    """The key of addresses and provider ids. All names are 32 hexadecimal digits (128 bits)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def address(self, channel: Channel, account: str, address: Address) -> str:
        """Name of an address within one channel account."""
        return _hash(self._key, "address", channel, account, address.kind, address.value)

    def message(self, channel: Channel, account: str, provider_id: str) -> str:
        """Name of a provider's message id."""
        return _hash(self._key, "message", channel, account, provider_id)

    def profile(self, name: str, username: str) -> str:
        """Name of a profile, to notice that a person changed theirs."""
        return _hash(self._key, "profile", name, username)

    def raw(self, raw: bytes) -> str:
        """Name of a raw part, so that its redelivery is stored once."""
        return _hash(self._key, "raw", hashlib.sha256(raw).hexdigest())


class TextKey:
    """The key of names and words; only the indexer and the dashboard hold it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def word(self, word: str) -> str:
        """Name of a normalised word or address that people search for."""
        return _hash(self._key, "word", word)
