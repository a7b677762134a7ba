"""The private link as an address. Pure."""

import hashlib

from chalicelib.core.addresses import Address

CHANNEL = "form"
ACCOUNT = "site"
"""The page is one for all languages, and its account with it."""
KIND = "form_link"


def address_of(link: str) -> Address:
    """Return the address of who has this private link: its hash, so that nothing that is stored opens the link."""
    return Address(KIND, hashlib.sha256(link.encode()).hexdigest())
