"""The key of a contact as it is stored. Pure."""

from typing import NamedTuple


class ContactKey(NamedTuple):
    """What the table `keys` holds of one contact. `vault_id` names the vault key that opens `sealed_private`."""

    contact_id: str
    public: bytes
    sealed_private: bytes
    vault_id: str
