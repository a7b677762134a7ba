"""Declares every item class: its keys, its attributes and what privacy demands of it.

`owner` says whose data it is. `categories`, `purpose` and `retention` are ids of the operator profile, empty for what
is not personal data. `expiry` says in words when the item is deleted, `eraser` which part of the erasure deletes it. A
test runs the desk and checks that the tables hold no undeclared item or attribute.

Stored names are frozen. Some differ from today's words: `fence` is a suppression entry, `parked` an early status,
`unclear` an unparsed part, `hold` the erasure pause, `box` a reply mailbox, `{blind}` a pseudonym, `dated` the stamped
expiry, `rung_at` the last repeated wake-up message, `doubtful` unconfirmed.
"""

from typing import Literal, NamedTuple

from chalicelib.channels import registry

Owner = Literal["contact", "staff", "desk"]


class ItemClass(NamedTuple):
    """Declares one item class. `sealed` attributes are ciphertext; `plain` ones hold no personal data in the clear."""

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


_DATED = "on a date that is stamped when its ticket closes; without a ticket, when it arrives"
_WITH_CONTACT = "with its contact, on the expiry date of the conversation's head"
_MAILBOX = "; in a reply mailbox it has no date and is deleted with the mailbox, at the end of the request"
_IDENTITY = (*dict.fromkeys(category for one in registry.CHANNELS for category in one.categories), "language")
_MESSAGE = ("message_text", "shared_items", "message_metadata")

CONTACT = ItemClass(
    "contact", "desk", pk="contact#{contact_id}", sk="contact",
    owner="contact", categories=_IDENTITY, purpose="support", retention="contact",
    expiry=_WITH_CONTACT + _MAILBOX, eraser="desk",
    sealed=("profile", *registry.ADDRESS_KINDS),
    plain=("contact_id", "channel", "account", "language", "state", "public_key", "epoch", "conversation_id",
           "created_at", "suppressed_at", "opted_out_at", "opted_out_by"),
)  # fmt: skip
CONSENT = ItemClass(
    "consent", "desk", pk="contact#{contact_id}", sk="consent#{at}#{id}",
    owner="contact", categories=("consent_record",), purpose="proof", retention="consent",
    expiry="on a date that is stamped when its contact expires", eraser="desk",
    plain=("contact_id", "purpose", "policy_version", "policy_hash", "language", "channel", "message_ref", "at",
           "expires_at", "gone_at"),
)  # fmt: skip
HEAD = ItemClass(
    "head", "desk", pk="conversation#{conversation_id}", sk="head",
    owner="contact", categories=("message_metadata",), purpose="support", retention="contact",
    expiry="on a date that is stamped when its newest ticket closes; before the first ticket, when it arrives"
           + _MAILBOX,
    eraser="desk",
    plain=("conversation_id", "contact_id", "channel", "account", "epoch", "ticket_id", "public_key",
           "last_inbound_at", "last_at", "language", "aliases", "former", "blocked", "reach_at", "welcomed_at",
           "expires_at"),
)  # fmt: skip
MESSAGE = ItemClass(
    "message", "desk", pk="conversation#{conversation_id}", sk="message#{at}#{blind}",
    owner="contact", categories=_MESSAGE, purpose="support", retention="ticket",
    expiry=_DATED + _MAILBOX, eraser="desk",
    sealed=("content", "provider_ids"),
    plain=("direction", "kind", "ticket_id", "contact_id", "sent_at", "provider_hash", "order", "arrived_at",
           "status", "rank", "failure", "author", "purpose", "raw_type", "quote_hash", "target_hash", "links",
           "linked_until", "piece_count", "piece_states", "resent_as", "uncertain", "attempts", "edited", "params",
           "expires_at", "gone_at", "policy", "flagged", "deleted", "quote_gone", "due", "due_at", "request_id",
           "answers"),
)  # fmt: skip
RAW = ItemClass(
    "raw", "desk", pk="conversation#{conversation_id}", sk="raw#{at}#{blind}",
    owner="contact", categories=("unreadable",), purpose="support", retention="unreadable",
    expiry="30 days after arrival", eraser="desk",
    sealed=("raw",),
    plain=("raw_type", "contact_id", "expires_at", "gone_at"),
)  # fmt: skip
OUTBOX = ItemClass(
    "outbox", "desk", pk="conversation#{conversation_id}", sk="outbox#{at}#{blind}",
    owner="contact", categories=("message_metadata",), purpose="support", retention="ticket",
    expiry="deleted when its message is sent or has failed, and with its contact", eraser="desk",
    plain=("conversation_id", "action", "purpose", "due", "due_at", "queued_at", "attempts", "claim_until",
           "attempt_id", "channel", "account", "pieces", "doubtful", "answers"),
)  # fmt: skip
CLIENT_ID = ItemClass(
    "client", "desk", pk="conversation#{conversation_id}", sk="client#{hash}",
    owner="contact", categories=("message_metadata",), purpose="support", retention="ticket",
    expiry="8 days after the reply or comment" + _MAILBOX, eraser="desk",
    plain=("message_ref", "expires_at", "gone_at"),
)  # fmt: skip
DRAFT = ItemClass(
    "draft", "desk", pk="conversation#{conversation_id}", sk="draft#{ticket_id}#{staff_id}#{kind}",
    owner="contact", categories=("message_text",), purpose="support", retention="ticket",
    expiry="30 days after its last change, never later than its ticket; at once when it is sent", eraser="desk",
    sealed=("content",),
    plain=("contact_id", "client_hash", "order", "at", "expires_at", "gone_at"),
)  # fmt: skip
TICKET = ItemClass(
    "ticket", "desk", pk="ticket#{ticket_id}", sk="ticket",
    owner="contact", categories=("ticket_data",), purpose="support", retention="ticket",
    expiry=_DATED, eraser="desk",
    sealed=("who", "last"),
    plain=("ticket_id", "number", "state", "channel", "account", "conversation_id", "contact_id", "assignee",
           "priority", "tags", "created_at", "last_message_at", "activity", "queue", "unread", "last_kind",
           "last_direction", "language", "previous_ticket_id", "solved_at", "closed_at", "expires_at", "dated",
           "gone_at", "rung_at", "undelivered", "late_in", "question_at"),
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
ERASURE_PAUSE = ItemClass(
    "hold", "desk", pk="hold#erasure", sk="hold",
    owner="desk", categories=(), purpose="", retention="",
    expiry="none: one row", eraser="none",
    plain=("held_at", "held_by"),
)  # fmt: skip
UNPARSED = ItemClass(
    "unclear", "desk", pk="unclear#{day}", sk="{hash}",
    owner="contact", categories=("unreadable",), purpose="support", retention="unreadable",
    expiry="30 days after arrival", eraser="expiry",
    sealed=("raw",),
    plain=("channel", "account", "raw_type", "vault_id", "expires_at", "gone_at"),
)  # fmt: skip
GUARD = ItemClass(
    "guard", "desk", pk="conversation#{conversation_id}", sk="message#{at}#{blind}",
    owner="desk", categories=(), purpose="", retention="",
    expiry="8 days after arrival", eraser="expiry",
    plain=("guard", "links", "linked_until", "expires_at", "gone_at"),
)  # fmt: skip
KEY = ItemClass(
    "key", "keys", pk="{contact_id}", sk="",
    owner="contact", categories=(), purpose="support", retention="contact",
    expiry=_WITH_CONTACT + _MAILBOX, eraser="keys",
    sealed=("sealed_private",),
    plain=("public_key", "vault_id", "created_at"),
)  # fmt: skip
ALIAS = ItemClass(
    "alias", "index", pk="alias#{hash}", sk="alias",
    owner="contact", categories=_IDENTITY, purpose="support", retention="contact",
    expiry=_WITH_CONTACT, eraser="index",
    plain=("contact_id", "conversation_id", "public_key", "epoch", "ticket_id", "language", "aliases",
           "profile_hash", "user_hash", "phone_hash", "known_at", "born_at", "former_at", "fenced",
           "expires_at"),
)  # fmt: skip
LINK = ItemClass(
    "link", "index", pk="link#{hash}", sk="link",
    owner="contact", categories=("message_metadata",), purpose="support", retention="ticket",
    expiry="8 days after sending", eraser="index",
    plain=("message_ref", "piece", "expires_at"),
)  # fmt: skip
EARLY_STATUS = ItemClass(
    "parked", "index", pk="parked#{hash}", sk="parked",
    owner="contact", categories=("message_metadata",), purpose="support", retention="ticket",
    expiry="8 days after arrival", eraser="index",
    plain=("status", "rank", "at", "code", "said", "expires_at"),
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
    expiry=_WITH_CONTACT, eraser="index",
    plain=("contact_id",),
)  # fmt: skip
WORDS = ItemClass(
    "words", "index", pk="words#{contact_id}", sk="words",
    owner="contact", categories=_IDENTITY, purpose="support", retention="contact",
    expiry=_WITH_CONTACT, eraser="index",
    plain=("contact_id", "words", "version", "rule", "ended_at"),
)  # fmt: skip

REQUEST = ItemClass(
    "request", "desk", pk="request#{request_id}", sk="request",
    owner="contact", categories=("privacy_request",), purpose="rights", retention="request",
    expiry="1095 days after it was answered, and never before the consents that it holds expire",
    eraser="request",
    sealed=("secret", "evidence", "reason"),
    plain=("request_id", "kind", "state", "source", "contact_id", "conversation_id", "channel", "account", "language",
           "received_at", "deadline_at", "alarm_at", "target_at", "due", "due_at", "run", "waits", "token", "steps",
           "counts", "box", "identity", "certificate_id", "secret_hash", "policy_version", "policy_hash",
           "key_fingerprint", "inventory_hash", "passes", "failure", "failed_step", "escalated_at", "created_by",
           "decided_by", "over_at", "fences", "after", "queue", "activity", "expires_at", "gone_at", "opened_at",
           "received_on", "default_at", "check", "ground", "proposal", "announcements", "told_by", "posted_on",
           "answered", "consents", "consents_total", "suppressed_at", "approved_by", "checked_by", "letter_by",
           "cancelled_by", "resumed_by", "bound_at"),
)  # fmt: skip
INVENTORY = ItemClass(
    "inventory", "desk", pk="request#{request_id}", sk="inventory#{store}#{part}",
    owner="contact", categories=("privacy_request",), purpose="rights", retention="request",
    expiry="no date: deleted with the reply mailbox, at most 24 hours after absence was verified", eraser="request",
    sealed=("identities",),
    plain=("request_id", "store", "found", "names", "marks", "late"),
)  # fmt: skip
OPEN_REQUEST = ItemClass(
    "open_request", "desk", pk="contact#{contact_id}", sk="request",
    owner="contact", categories=("privacy_request",), purpose="rights", retention="request",
    expiry="with the reply mailbox of the request, or with the contact", eraser="desk",
    plain=("contact_id", "request_id", "at"),
)  # fmt: skip
ASK = ItemClass(
    "ask", "desk", pk="contact#{contact_id}", sk="ask#{at}#{blind}",
    owner="contact", categories=("privacy_request",), purpose="rights", retention="request",
    expiry="no date: deleted in the transaction that handles it, so that no ask is lost",
    eraser="desk",
    plain=("contact_id", "action", "kinds", "meant_at", "request_id", "message_ref", "language", "at",
           "due", "due_at"),
)  # fmt: skip
ASKED = ItemClass(
    "asked", "desk", pk="contact#{contact_id}", sk="asked",
    owner="contact", categories=("privacy_request",), purpose="rights", retention="request",
    expiry="a day after the last request that the person opened in the chat or the last question what they meant, or"
           " with the contact",
    eraser="desk",
    plain=("contact_id", "times", "told_at", "questioned_at", "expires_at", "gone_at"),
)  # fmt: skip
SUPPRESSION = ItemClass(
    "fence", "index", pk="fence#{hash}", sk="fence",
    owner="contact", categories=("fence",), purpose="proof", retention="fence",
    expiry="none while it is closed; once absence is verified, 8 days after the destruction", eraser="expiry",
    plain=("at", "closed", "request_id", "box", "language", "expires_at"),
)  # fmt: skip
CERTIFICATE = ItemClass(
    "certificate", "ledger", pk="certificate#{certificate_id}", sk="{stage}",
    owner="desk", categories=(), purpose="proof", retention="",
    expiry="none: it holds nothing of a person", eraser="none",
    plain=("certificate_id", "number", "body", "signature", "hash", "key_arn"),
)  # fmt: skip
CHAIN = ItemClass(
    "chain", "ledger", pk="chain", sk="{number}",
    owner="desk", categories=(), purpose="proof", retention="",
    expiry="none: it holds nothing of a person", eraser="none",
    plain=("number", "hash", "certificate_id", "entry"),
)  # fmt: skip
TOMBSTONE = ItemClass(
    "tombstone", "ledger", pk="tombstone#{contact_id}", sk="tombstone",
    owner="desk", categories=(), purpose="proof", retention="",
    expiry="none: a random id and a time, for restored backups", eraser="none",
    plain=("contact_id", "request_id", "conversation_id", "at", "inventory_hash"),
)  # fmt: skip

CLASSES = (
    CONTACT, CONSENT, HEAD, MESSAGE, RAW, OUTBOX, CLIENT_ID, DRAFT, TICKET, NUMBER, STAFF, CHANNEL, SWEEP,
    ERASURE_PAUSE, UNPARSED, GUARD, KEY, ALIAS, LINK, EARLY_STATUS, SESSION, LOGIN, TEXT, WORDS, REQUEST, INVENTORY,
    OPEN_REQUEST, ASK, ASKED, SUPPRESSION, CERTIFICATE, CHAIN, TOMBSTONE,
)  # fmt: skip
