"""Item classes of news and offers by mail: who gets them, who has asked for them and not confirmed it, what is sent."""

from chalicelib.dynamo.schema.item_class import Expiry, ItemClass, fields

SUBSCRIPTION = ItemClass(
    "subscription",
    "desk",
    pk="contact#{contact_id}",
    sk="subscription#{purpose}",
    owner="contact",
    categories=("consent_record",),
    purpose="proof",
    retention="consent",
    expiry=Expiry("with", "with its contact, on the expiry date of the conversation's head", of="head"),
    section="desk.contact",
    found_by="contact_id",
    fields=fields(text="contact_id conversation_id purpose ended_by list", ms="since ended_at place"),
)
"""That a person gets mailings of a purpose `since` then, or did until `ended_at` (`ended_by` as a record of consent
says it). One that lasts stands in the partition `subscribed#{purpose}` of the index `lists`. What was asked and
answered stands in the records of consent."""
LASTS = "attribute_exists(pk) AND attribute_not_exists(#ended_at)"
"""Condition on a subscription: it has not ended."""
SIGN_UP = ItemClass(
    "sign_up",
    "desk",
    pk="sign_up#{hash}",
    sk="sign_up",
    owner="contact",
    categories=("message_metadata",),
    purpose="status",
    retention="ticket",
    expiry=Expiry("date", "when its address confirms it, or two days after it was asked for", found="own"),
    section="expiry",
    fields=fields(sealed="content", text="channel account vault_id", ms="at", seconds="expires_at gone_at"),
)
"""Somebody has asked on a public page for mailings to an address that nobody has confirmed yet. `content` is sealed to
the vault: address, purposes, language, and the texts that were ticked. Its key is the hash of the link that was sent to
the address. Once confirmed it holds no content."""
MAILING = ItemClass(
    "mailing",
    "desk",
    pk="mailing#{id}",
    sk="mailing",
    expiry=Expiry("never", "none: it holds nothing of a customer"),
    fields=fields(
        text="state purpose account author released_by stopped_by cursor due list",
        map="texts",
        number="version attempts",
        ms="created_at changed_at released_at ended_at due_at place",
    ),
)
"""News or an offer: `texts` maps a language to subject and text, `author` is the colleague who changed them last,
`version` counts the changes, `released_by` another one who let it go. While it is sent, `cursor` says how far its list
of recipients was read, in so many `attempts`, and it is `due`. It stands in the partition `mailings` of the index
`lists`."""
MAILING_COUNT = ItemClass(
    "mailing_count",
    "desk",
    pk="mailing#{id}",
    sk="count#{shard}",
    expiry=Expiry("never", "none: numbers"),
    fields=fields(number="queued sent delivered came_back complained ended declined paused at_home not_sent"),
)
"""What became of the mails of a mailing, in a few rows, so that many senders can count at once: how many were `queued`,
and of these `sent`; what the mail service has told of them: `delivered`, of which some readers `complained`, or
`came_back`; not sent, because the subscription had `ended`, the person had
`declined` news, outreach was `paused`, they do not agree to the transfer abroad (`at_home`), or for another reason
(`not_sent`)."""
