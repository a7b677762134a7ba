"""Every class of item: its keys, and what privacy needs to know of it.

`owner` says whose data it is, `category` and `purpose` refer to the operator's profile, `expiry` says when the
item's date is set and `eraser` which task of the erasure destroys it. A test runs the desk and checks that no
table holds an item or attribute that is not declared here.
"""

from dataclasses import dataclass
from typing import Literal

Owner = Literal["contact", "staff", "desk"]


@dataclass(frozen=True)
class ItemClass:
    """Declares one class of item. `sealed` attributes are ciphertext; `plain` ones hold nothing of a person."""

    name: str
    table: Literal["desk", "keys", "index", "ledger"]
    pk: str
    sk: str
    owner: Owner
    category: str
    purpose: str
    expiry: str
    eraser: str
    sealed: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()


_DATED = "with its ticket: retention class `conversation` after closing"
_UNTIL_ERASED = "none while the contact exists; reviewed by the profile's review date"

CONTACT = ItemClass(
    "contact", "desk", "contact#{contact_id}", "contact", "contact", "identity", "support", _UNTIL_ERASED, "desk",
    sealed=("profile", "user", "phone", "chat"),
    plain=("contact_id", "channel", "account", "language", "state", "public_key", "epoch", "conversation_id",
           "created_at"),
)  # fmt: skip
CONSENT = ItemClass(
    "consent", "desk", "contact#{contact_id}", "consent#{at}#{id}", "contact", "consent", "evidence",
    _UNTIL_ERASED, "desk",
    plain=("contact_id", "purpose", "policy_version", "policy_hash", "language", "channel", "message_ref", "at"),
)  # fmt: skip
HEAD = ItemClass(
    "head", "desk", "conversation#{conversation_id}", "head", "contact", "metadata", "support", _UNTIL_ERASED, "desk",
    plain=("conversation_id", "contact_id", "channel", "account", "epoch", "ticket_id", "public_key",
           "last_inbound_at", "last_at", "language", "aliases", "blocked", "reach_at"),
)  # fmt: skip
MESSAGE = ItemClass(
    "message", "desk", "conversation#{conversation_id}", "message#{at}#{blind}", "contact", "message", "support",
    _DATED, "desk",
    sealed=("content", "provider_ids"),
    plain=("direction", "kind", "ticket_id", "contact_id", "sent_at", "provider_hash", "order", "arrived_at", "status",
           "rank", "failure", "author", "purpose", "raw_type", "quote_hash", "target_hash", "uncertain", "attempts",
           "edited", "params", "expires_at", "policy", "flagged"),
)  # fmt: skip
RAW = ItemClass(
    "raw", "desk", "conversation#{conversation_id}", "raw#{at}#{blind}", "contact", "message", "support",
    "30 days after arrival", "desk",
    sealed=("raw",), plain=("raw_type", "contact_id", "expires_at"),
)  # fmt: skip
OUTBOX = ItemClass(
    "outbox", "desk", "conversation#{conversation_id}", "outbox#{at}#{blind}", "contact", "metadata", "support",
    "deleted when its message is sent or has failed", "desk",
    plain=("conversation_id", "action", "purpose", "due", "due_at", "queued_at", "attempts", "claim_until",
           "attempt_id", "channel", "account", "pieces", "doubtful"),
)  # fmt: skip
CLIENT = ItemClass(
    "client", "desk", "conversation#{conversation_id}", "client#{hash}", "contact", "metadata", "support",
    "8 days after the reply", "desk", plain=("message_ref", "expires_at"),
)  # fmt: skip
TICKET = ItemClass(
    "ticket", "desk", "ticket#{ticket_id}", "ticket", "contact", "ticket", "support", _DATED, "desk",
    sealed=("who", "last"),
    plain=("ticket_id", "number", "state", "channel", "account", "conversation_id", "contact_id", "assignee",
           "priority", "tags", "created_at", "last_message_at", "activity", "queue", "unread", "last_kind",
           "last_direction", "language", "previous_ticket_id", "solved_at", "closed_at", "expires_at", "dated",
           "undelivered"),
)  # fmt: skip
NUMBER = ItemClass(
    "number", "desk", "number#{number}", "number", "contact", "ticket", "support", _DATED, "desk",
    plain=("ticket_id", "expires_at"),
)  # fmt: skip
STAFF = ItemClass(
    "staff", "desk", "staff", "{sub}", "staff", "staff", "access", "when the account is removed", "staff",
    plain=("sub", "email", "name", "roles", "undertaking_at", "disabled", "generation", "language"),
)  # fmt: skip
CHANNEL = ItemClass(
    "channel", "desk", "channel#{account}", "channel", "desk", "none", "operation", "none", "none",
    plain=("account", "channel", "stopped_at", "code", "probed_at"),
)  # fmt: skip
SWEEP = ItemClass(
    "sweep", "desk", "sweep#{table}", "cursor", "desk", "none", "retention", "none", "none", plain=("cursor",),
)  # fmt: skip
UNCLEAR = ItemClass(
    "unclear", "desk", "unclear#{day}", "{hash}", "contact", "message", "support", "30 days after arrival", "expiry",
    sealed=("raw",), plain=("channel", "account", "raw_type", "vault_id", "expires_at"),
)  # fmt: skip
GUARD = ItemClass(
    "guard", "desk", "conversation#{conversation_id}", "message#{at}#{blind}", "desk", "none", "integrity",
    "8 days after arrival", "expiry", plain=("guard", "expires_at"),
)  # fmt: skip
KEY = ItemClass(
    "key", "keys", "{contact_id}", "", "contact", "key", "sealing", "none: destroyed by the erasure", "keys",
    sealed=("sealed_private",), plain=("public_key", "vault_id", "created_at"),
)  # fmt: skip
ALIAS = ItemClass(
    "alias", "index", "alias#{hash}", "alias", "contact", "identity", "support", _UNTIL_ERASED, "index",
    plain=("contact_id", "conversation_id", "public_key", "epoch", "ticket_id", "language", "aliases", "profile_hash",
           "user_hash", "phone_hash"),
)  # fmt: skip
LINK = ItemClass(
    "link", "index", "link#{hash}", "link", "contact", "metadata", "support", "8 days after sending", "index",
    plain=("message_ref", "expires_at"),
)  # fmt: skip
PARKED = ItemClass(
    "parked", "index", "parked#{hash}", "parked", "contact", "metadata", "support", "8 days after arrival", "index",
    plain=("status", "rank", "at", "code", "expires_at"),
)  # fmt: skip
SESSION = ItemClass(
    "session", "index", "session#{hash}", "session", "staff", "staff", "access", "at its end", "staff",
    plain=("sub", "generation", "created_at", "expires_at", "csrf", "kind"),
)  # fmt: skip
TEXT = ItemClass(
    "text", "index", "text#{hash}", "{contact_id}", "contact", "identity", "search", _UNTIL_ERASED, "index",
    plain=("contact_id", "expires_at"),
)  # fmt: skip
WORDS = ItemClass(
    "words", "index", "words#{contact_id}", "words", "contact", "identity", "search", _UNTIL_ERASED, "index",
    plain=("contact_id", "words"),
)  # fmt: skip

CLASSES = (
    CONTACT, CONSENT, HEAD, MESSAGE, RAW, OUTBOX, CLIENT, TICKET, NUMBER, STAFF, CHANNEL, SWEEP, UNCLEAR, GUARD, KEY, ALIAS,
    LINK, PARKED, SESSION, TEXT, WORDS,
)  # fmt: skip


def contact_pk(contact_id: str) -> str:
    """Partition of a contact: the contact itself and its consents."""
    return f"contact#{contact_id}"


def conversation_pk(conversation_id: str) -> str:
    """Partition of a conversation: head, messages, outbox, guards."""
    return f"conversation#{conversation_id}"


def ticket_pk(ticket_id: str) -> str:
    """Partition of a ticket."""
    return f"ticket#{ticket_id}"


def number_pk(number: str) -> str:
    """Partition of a ticket's number (digits only)."""
    return f"number#{number}"


def channel_pk(account: str) -> str:
    """Partition of one number or bot of ours."""
    return f"channel#{account}"
