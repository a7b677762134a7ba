"""Channels, kinds of address and the author of a message. Pure.

Every address and name here is personal data: it is sealed before it is stored and never logged.
"""

from typing import Literal, NamedTuple

Channel = Literal["whatsapp", "telegram", "email", "form"]
CHANNELS: tuple[Channel, ...] = ("whatsapp", "telegram", "email", "form")
"""Every channel that a policy may name, in the order in which lists show them."""
MESSENGERS: tuple[Channel, ...] = ("whatsapp", "telegram")
"""The channels that are served today."""
AddressKind = Literal["user", "phone", "chat"]
"""`user` a WhatsApp business-scoped user id, `phone` a WhatsApp number, `chat` a Telegram private chat."""
ADDRESS_KINDS: tuple[AddressKind, ...] = ("user", "phone", "chat")


class Address(NamedTuple):
    """Where a person can be reached, as the provider sent it."""

    kind: AddressKind
    value: str


class Author(NamedTuple):
    """The author of a message. `addresses` is never empty; the first one decides which contact it is."""

    addresses: tuple[Address, ...]
    name: str = ""
    username: str = ""
    language_code: str = ""
