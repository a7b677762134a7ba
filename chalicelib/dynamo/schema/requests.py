"""Item classes of requests about personal data: what was asked, the request, its proof."""

from chalicelib.dynamo.schema.item_class import Expiry, ItemClass, fields

_REQUEST = ("privacy_request",)

REQUEST = ItemClass(
    "request",
    "desk",
    pk="request#{request_id}",
    sk="request",
    owner="contact",
    categories=_REQUEST,
    purpose="rights",
    retention="request",
    expiry=Expiry(
        "date", "1095 days after it was answered, and never before the consents that it holds expire", found="own"
    ),
    section="request",
    fields=fields(
        sealed="secret evidence reason",
        text="request_id kind state source contact_id conversation_id channel account language due waits token"
        " identity certificate_id secret_hash policy_version policy_hash key_fingerprint inventory_hash failure"
        " failed_step created_by decided_by after queue received_on check ground told_by posted_on answered"
        " approved_by checked_by resumed_by",
        number="run passes consents_total",
        texts="fences announcements letter_by cancelled_by",
        list="consents retained",
        map="steps counts box proposal recipients_told part_opened",
        ms="received_at deadline_at alarm_at target_at due_at escalated_at over_at activity opened_at default_at"
        " suppressed_at bound_at",
        seconds="expires_at gone_at",
    ),
)
"""See privacy/requests/model.Request, whose fields these are."""
INVENTORY = ItemClass(
    "inventory",
    "desk",
    pk="request#{request_id}",
    sk="inventory#{store}#{part:03d}",
    owner="contact",
    categories=_REQUEST,
    purpose="rights",
    retention="request",
    expiry=Expiry("event", "no date: deleted with the reply mailbox, at most 24 hours after absence was verified"),
    section="request",
    fields=fields(sealed="identities", text="request_id store", number="found", texts="names marks", text_set="late"),
)
KEPT = ItemClass(
    "kept",
    "desk",
    pk="kept#{request_id}",
    sk="{row}",
    owner="contact",
    categories=_REQUEST,
    purpose="rights",
    retention="request",
    expiry=Expiry(
        "event", "no date: the request's workflow destroys it when the day that two officers decided is over"
    ),
    section="request",
    fields=fields(sealed="content", text="request_id store", texts="categories"),
)
"""A row of somebody whose data is destroyed, of which the desk keeps some categories on a ground of the profile, sealed
to a key of the request. Nothing but the request leads to it."""
OPEN_REQUEST = ItemClass(
    "open_request",
    "desk",
    pk="contact#{contact_id}",
    sk="request",
    owner="contact",
    categories=_REQUEST,
    purpose="rights",
    retention="request",
    expiry=Expiry("with", "with the reply mailbox of the request, or with the contact", of="contact"),
    section="desk.contact",
    found_by="contact_id",
    fields=fields(text="contact_id request_id", ms="at"),
)
ASK = ItemClass(
    "ask",
    "desk",
    pk="contact#{contact_id}",
    sk="ask#{at:013d}#{pseudonym}",
    owner="contact",
    categories=_REQUEST,
    purpose="rights",
    retention="request",
    expiry=Expiry("event", "no date: deleted in the transaction that handles it, so that no ask is lost"),
    section="desk.contact",
    found_by="contact_id",
    fields=fields(
        text="contact_id action item request_id message_ref language due", texts="kinds", ms="meant_at at due_at"
    ),
)
ASKED = ItemClass(
    "asked",
    "desk",
    pk="contact#{contact_id}",
    sk="asked",
    owner="contact",
    categories=_REQUEST,
    purpose="rights",
    retention="request",
    expiry=Expiry(
        "date",
        "a day after the last request that the person opened in the chat or the last question what they meant, or"
        " with the contact",
        found="ttl",
    ),
    section="desk.contact",
    found_by="contact_id",
    fields=fields(text="contact_id", list="times", ms="told_at questioned_at", seconds="expires_at gone_at"),
)
SUPPRESSION = ItemClass(
    "fence",
    "index",
    pk="fence#{hash}",
    sk="fence",
    owner="contact",
    categories=("fence",),
    purpose="proof",
    retention="fence",
    expiry=Expiry(
        "date", "none while it is closed; once absence is verified, 8 days after the destruction", found="ttl"
    ),
    section="expiry",
    fields=fields(text="request_id language", map="box", flag="closed", ms="at", seconds="expires_at"),
)
"""An address of somebody whose data is being destroyed, or was a few days ago. `box` is the reply mailbox."""
ERASURE_PAUSE = ItemClass(
    "hold",
    "desk",
    pk="hold#erasure",
    sk="hold",
    expiry=Expiry("never", "none: one row"),
    fields=fields(text="held_by", ms="held_at"),
)
REVIEW = ItemClass(
    "review",
    "desk",
    pk="review#{name}",
    sk="{at:013d}",
    expiry=Expiry("never", "none: it says which class of retention a colleague has looked at, and when"),
    fields=fields(text="by", ms="at"),
)
"""A privacy officer has said that data of a class that has no term is still needed."""
CERTIFICATE = ItemClass(
    "certificate",
    "ledger",
    pk="certificate#{certificate_id}",
    sk="{stage}",
    purpose="proof",
    expiry=Expiry("never", "none: it holds nothing of a person"),
    fields=fields(text="certificate_id body hash key_arn", number="number", bytes="signature"),
)
CHAIN = ItemClass(
    "chain",
    "ledger",
    pk="chain",
    sk="{number}",
    purpose="proof",
    expiry=Expiry("never", "none: it holds nothing of a person"),
    fields=fields(text="hash certificate_id entry", number="number"),
)
"""The ledger's entries in their order, at sort keys of twelve digits, and its newest one at `head`."""
TOMBSTONE = ItemClass(
    "tombstone",
    "ledger",
    pk="tombstone#{contact_id}",
    sk="tombstone",
    purpose="proof",
    expiry=Expiry("never", "none: a random id and a time, for restored backups"),
    fields=fields(text="contact_id request_id conversation_id inventory_hash", ms="at"),
)
