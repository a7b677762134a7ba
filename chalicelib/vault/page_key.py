"""The key of pages that anybody may fill in: it signs when a page was made, makes private links, and hides from where
a page was sent. It is derived from the key of pseudonyms, so no secret is added."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from chalicelib.core.clock import SECOND
from chalicelib.vault.pseudonyms import derive

_ID, _TIME, _SIGNATURE = 16, 4, 16
"""Bytes of a token's parts: a random id, the time in seconds, an HMAC of both."""


class PageToken(NamedTuple):
    """What a page says of itself when it is sent: its random id (hexadecimal), and when it was made (ms)."""

    id: str
    made_at: int


class PageKey:
    """Makes and reads what stands in pages."""

    def __init__(self, address_key: bytes) -> None:
        self._key = derive(address_key, "page")

    def token(self, random: bytes, now: int) -> str:
        """Return the token of a page that is made now (ms) of 16 random bytes."""
        said = random + (now // SECOND).to_bytes(_TIME, "big")
        return _text(said + self._mac("token", said)[:_SIGNATURE])

    def read(self, token: str) -> PageToken | None:
        """Return what a token says; None for one that is not ours."""
        try:
            raw = urlsafe_b64decode(token.encode("ascii") + b"==")
        except ValueError:
            return None
        said, signature = raw[: _ID + _TIME], raw[_ID + _TIME :]
        if not hmac.compare_digest(signature, self._mac("token", said)[:_SIGNATURE]):
            return None
        return PageToken(said[:_ID].hex(), int.from_bytes(said[_ID:], "big") * SECOND)

    def link(self, page_id: str) -> str:
        """Return the private link of who sends a page: 43 characters, the same for a page that is sent twice. Nobody
        can make it of the page alone."""
        return _text(self._mac("link", page_id.encode()))

    def confirmation(self, said: str) -> str:
        """Return what the link that confirms a sign-up ends with: 43 characters, the same for all that says the
        same."""
        return _text(self._mac("confirmation", said.encode()))

    def ending(self, contact_id: str, purpose: str) -> str:
        """Return what the link ends with by which a person ends their subscription to mailings of a purpose. It holds
        for ever, and tells nobody who that is."""
        return f"{contact_id}.{purpose}.{self._of_ending(contact_id, purpose)}"

    def read_ending(self, token: str) -> tuple[str, str] | None:
        """Return contact and purpose of such a link; None for one that is not ours."""
        contact_id, _, rest = token.partition(".")
        purpose, _, signature = rest.partition(".")
        ours = hmac.compare_digest(signature.encode(), self._of_ending(contact_id, purpose).encode())
        return (contact_id, purpose) if ours else None

    def _of_ending(self, contact_id: str, purpose: str) -> str:
        return _text(self._mac("ending", f"{contact_id}|{purpose}".encode())[:_SIGNATURE])

    def addressed(self, address: str, window: int) -> str:
        """Return a name for a mail address, which holds for one stretch of time alone."""
        return self._mac("addressed", f"{window}|{address}".encode()).hex()[:32]

    def source(self, address: str, window: int) -> str:
        """Return a name for an address of the network, which holds for one stretch of time alone."""
        return self._mac("source", f"{window}|{_network(address)}".encode()).hex()[:32]

    def _mac(self, purpose: str, said: bytes) -> bytes:
        return hmac.digest(self._key, f"{purpose}|".encode() + said, "sha256")


def _network(address: str) -> str:
    """Return an address as its owner cannot easily change it: of IPv6 the first half, the rest is theirs to choose."""
    from ipaddress import IPv6Address, ip_address  # only who fills in a page needs it

    try:
        known = ip_address(address)
    except ValueError:
        return ""
    return str(known) if not isinstance(known, IPv6Address) else known.exploded[:19]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
