"""Addresses, and the author of a message. Pure.

Every address and name here is personal data: it is sealed before it is stored and never logged.
"""

from typing import NamedTuple

ChannelId = str
"""Id of a channel, stored with whatever came or leaves by it; chalicelib/channels/registry.py lists them."""


class Address(NamedTuple):
    """Where a person can be reached, as the provider sent it. `kind` is one of registry.ADDRESS_KINDS."""

    kind: str
    value: str


class Author(NamedTuple):
    """The author of a message. `addresses` is never empty; the first one decides which contact it is."""

    addresses: tuple[Address, ...]
    name: str = ""
    username: str = ""
    language_code: str = ""
