"""Every class of item: its keys, and what privacy needs to know of it.

`owner` says whose data it is; `categories`, `purpose` and `retention` are ids of the operator's profile (none for
what is nobody's data), `expiry` says in words when the item goes, and `eraser` which task of the erasure destroys it.
A test runs the desk and checks that no table holds an item or attribute that is not declared here.
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
    categories: tuple[str, ...]
    purpose: str
    retention: str
    expiry: str
    eraser: str
    sealed: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()


_DATED = "dated when its ticket closes; without a ticket, when it arrives"
_UNTIL_ERASED = "while the contact exists"
_IDENTITY = ("phone", "whatsapp_name", "whatsapp_id", "telegram_id", "telegram_name", "language")
_MESSAGE = ("message_text", "shared_items", "message_metadata")

CONTACT = ItemClass(
    "contact", "desk", pk="contact#{contact_id}", sk="contact",
    owner="contact", categories=_IDENTITY, purpose="support", retention="contact",
    expiry=_UNTIL_ERASED, eraser="desk",
    sealed=("profile", "user", "phone", "chat"),
    plain=("contact_id", "channel", "account", "language", "state", "public_key", "epoch", "conversation_id",
           "created_at"),
)  # fmt: skip
CONSENT = ItemClass(
    "consent", "desk", pk="contact#{contact_id}", sk="consent#{at}#{id}",
    owner="contact", categories=("consent_record",), purpose="proof", retention="consent",
    expiry=_UNTIL_ERASED, eraser="desk",
    plain=("contact_id", "purpose", "policy_version", "policy_hash", "language", "channel", "message_ref", "at"),
)  # fmt: skip
HEAD = ItemClass(
    "head", "desk", pk="conversation#{conversation_id}", sk="head",
    owner="contact", categories=("message_metadata",), purpose="support", retention="contact",
    expiry=_UNTIL_ERASED, eraser="desk",
    plain=("conversation_id", "contact_id", "channel", "account", "epoch", "ticket_id", "public_key",
           "last_inbound_at", "last_at", "language", "aliases", "blocked", "reach_at"),
)  # fmt: skip
MESSAGE = ItemClass(
    "message", "desk", pk="conversation#{conversation_id}", sk="message#{at}#{blind}",
    owner="contact", categories=_MESSAGE, purpose="support", retention="ticket",
    expiry=_DATED, eraser="desk",
    sealed=("content", "provider_ids"),
    plain=("direction", "kind", "ticket_id", "contact_id", "sent_at", "provider_hash", "order", "arrived_at",
           "status", "rank", "failure", "author", "purpose", "raw_type", "quote_hash", "target_hash",
           "uncertain", "attempts", "edited", "params", "expires_at", "gone_at", "policy", "flagged"),
)  # fmt: skip
RAW = ItemClass(
    "raw", "desk", pk="conversation#{conversation_id}", sk="raw#{at}#{blind}",
    owner="contact", categories=("unreadable",), purpose="support", retention="unreadable",
    expiry="30 days after arrival", eraser="desk",
    sealed=("raw",),
    plain=("raw_type", "contact_id", "expires_at"),
)  # fmt: skip
OUTBOX = ItemClass(
    "outbox", "desk", pk="conversation#{conversation_id}", sk="outbox#{at}#{blind}",
    owner="contact", categories=("message_metadata",), purpose="support", retention="ticket",
    expiry="deleted when its message is sent or has failed", eraser="desk",
    plain=("conversation_id", "action", "purpose", "due", "due_at", "queued_at", "attempts", "claim_until",
           "attempt_id", "channel", "account", "pieces", "doubtful"),
)  # fmt: skip
CLIENT = ItemClass(
    "client", "desk", pk="conversation#{conversation_id}", sk="client#{hash}",
    owner="contact", categories=("message_metadata",), purpose="support", retention="ticket",
    expiry="8 days after the reply", eraser="desk",
    plain=("message_ref", "expires_at"),
)  # fmt: skip
TICKET = ItemClass(
    "ticket", "desk", pk="ticket#{ticket_id}", sk="ticket",
    owner="contact", categories=("ticket_data",), purpose="support", retention="ticket",
    expiry=_DATED, eraser="desk",
    sealed=("who", "last"),
    plain=("ticket_id", "number", "state", "channel", "account", "conversation_id", "contact_id", "assignee",
           "priority", "tags", "created_at", "last_message_at", "activity", "queue", "unread", "last_kind",
           "last_direction", "language", "previous_ticket_id", "solved_at", "closed_at", "expires_at", "dated",
           "gone_at", "rung_at", "undelivered"),
)  # fmt: skip
NUMBER = ItemClass(
    "number", "desk", pk="number#{number}", sk="number",
    owner="contact", categories=("ticket_data",), purpose="support", retention="ticket",
    expiry=_DATED, eraser="desk",
    plain=("ticket_id", "expires_at", "gone_at"),
)  # fmt: skip
STAFF = ItemClass(
    "staff", "desk", pk="staff", sk="{sub}",
    owner="staff", categories=("staff_account",), purpose="access", retention="staff",
    expiry="when the account is removed", eraser="staff",
    plain=("sub", "email", "name", "roles", "undertaking_at", "disabled", "generation", "language", "mac"),
)  # fmt: skip
CHANNEL = ItemClass(
    "channel", "desk", pk="channel#{account}", sk="channel",
    owner="desk", categories=(), purpose="", retention="",
    expiry="none", eraser="none",
    plain=("account", "channel", "stopped_at", "code", "probed_at"),
)  # fmt: skip
SWEEP = ItemClass(
    "sweep", "desk", pk="sweep#{table}", sk="cursor",
    owner="desk", categories=(), purpose="", retention="",
    expiry="none", eraser="none",
    plain=("cursor",),
)  # fmt: skip
UNCLEAR = ItemClass(
    "unclear", "desk", pk="unclear#{day}", sk="{hash}",
    owner="contact", categories=("unreadable",), purpose="support", retention="unreadable",
    expiry="30 days after arrival", eraser="expiry",
    sealed=("raw",),
    plain=("channel", "account", "raw_type", "vault_id", "expires_at"),
)  # fmt: skip
GUARD = ItemClass(
    "guard", "desk", pk="conversation#{conversation_id}", sk="message#{at}#{blind}",
    owner="desk", categories=(), purpose="", retention="",
    expiry="8 days after arrival", eraser="expiry",
    plain=("guard", "expires_at"),
)  # fmt: skip
KEY = ItemClass(
    "key", "keys", pk="{contact_id}", sk="",
    owner="contact", categories=(), purpose="support", retention="contact",
    expiry="none: destroyed by the erasure", eraser="keys",
    sealed=("sealed_private",),
    plain=("public_key", "vault_id", "created_at"),
)  # fmt: skip
ALIAS = ItemClass(
    "alias", "index", pk="alias#{hash}", sk="alias",
    owner="contact", categories=_IDENTITY, purpose="support", retention="contact",
    expiry=_UNTIL_ERASED, eraser="index",
    plain=("contact_id", "conversation_id", "public_key", "epoch", "ticket_id", "language", "aliases",
           "profile_hash", "user_hash", "phone_hash", "known_at", "former_at",
           "expires_at"),
)  # fmt: skip
LINK = ItemClass(
    "link", "index", pk="link#{hash}", sk="link",
    owner="contact", categories=("message_metadata",), purpose="support", retention="ticket",
    expiry="8 days after sending", eraser="index",
    plain=("message_ref", "expires_at"),
)  # fmt: skip
PARKED = ItemClass(
    "parked", "index", pk="parked#{hash}", sk="parked",
    owner="contact", categories=("message_metadata",), purpose="support", retention="ticket",
    expiry="8 days after arrival", eraser="index",
    plain=("status", "rank", "at", "code", "expires_at"),
)  # fmt: skip
SESSION = ItemClass(
    "session", "index", pk="session#{hash}", sk="session",
    owner="staff", categories=("staff_account",), purpose="access", retention="staff",
    expiry="at its end", eraser="staff",
    plain=("sub", "generation", "created_at", "expires_at", "csrf", "kind"),
)  # fmt: skip
LOGIN = ItemClass(
    "login", "index", pk="login#{hash}", sk="login",
    owner="desk", categories=(), purpose="", retention="",
    expiry="15 minutes after the last attempt", eraser="none",
    plain=("attempts", "expires_at"),
)  # fmt: skip
TEXT = ItemClass(
    "text", "index", pk="text#{hash}", sk="{contact_id}",
    owner="contact", categories=_IDENTITY, purpose="support", retention="contact",
    expiry=_UNTIL_ERASED, eraser="index",
    plain=("contact_id", "expires_at"),
)  # fmt: skip
WORDS = ItemClass(
    "words", "index", pk="words#{contact_id}", sk="words",
    owner="contact", categories=_IDENTITY, purpose="support", retention="contact",
    expiry=_UNTIL_ERASED, eraser="index",
    plain=("contact_id", "words", "version"),
)  # fmt: skip

CLASSES = (
    CONTACT, CONSENT, HEAD, MESSAGE, RAW, OUTBOX, CLIENT, TICKET, NUMBER, STAFF, CHANNEL, SWEEP, UNCLEAR, GUARD, KEY,
    ALIAS, LINK, PARKED, SESSION, LOGIN, TEXT, WORDS,
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
