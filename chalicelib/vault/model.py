"""The key of a contact as it is stored. Pure."""

from typing import NamedTuple


class ContactKey(NamedTuple):
    """A contact's key pair in the table `keys`. `vault_id` is the id of the vault key that opens `sealed_private`."""

    contact_id: str
    public: bytes
    sealed_private: bytes
    vault_id: str
