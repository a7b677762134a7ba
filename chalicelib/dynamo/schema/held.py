"""Item classes of somebody who has not consented yet: the open question, and what they wrote before they answered it.

Both lie in the conversation, where the destruction finds them; no page, list or search reads them."""

from chalicelib.dynamo.schema.item_class import Expiry, ItemClass, fields

HELD_UNTIL = "with its contact, on the day until which an answer is waited for, or at once after a no"
HOLDING = "held#0"
"""Partition of the index `unsent` in which the open questions stand, so that they can be counted."""

QUESTION = ItemClass(
    "question",
    "desk",
    pk="conversation#{conversation_id}",
    sk="question",
    owner="contact",
    categories=("message_metadata",),
    purpose="support",
    retention="contact",
    expiry=Expiry("with", HELD_UNTIL, of="head"),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(
        sealed="farewell",
        text="contact_id asked language subject policy_version policy_hash vault_id farewell_id due",
        number="parts held_bytes",
        ms="at due_at full_at refused_at",
        flag="asks_abroad",
    ),
)
"""The question whether somebody consents, as it was `asked`: our own words, which hold nothing of a person. `parts`
counts what was held since then and `held_bytes` how large it is, so that nothing is held, released or destroyed beside
what a transaction has read. `full_at`: the person was told that no more is held. `refused_at`: they said no, and
`farewell` is what they are told once all of it is destroyed, sealed to the vault as the row `visitor` of
`farewell_id`. `subject` is that of the consent. `asks_abroad`: it asks for a transfer abroad as an item of its own."""
HELD = ItemClass(
    "held",
    "desk",
    pk="conversation#{conversation_id}",
    sk="held#{pseudonym}",
    owner="contact",
    categories=("message_text", "shared_items", "message_metadata"),
    purpose="support",
    retention="contact",
    expiry=Expiry("with", HELD_UNTIL, of="head"),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(
        sealed="content raw job who last",
        text="direction kind contact_id provider_hash raw_type quote_hash target_hash file_state fetch_object channel"
        " account",
        number="order album",
        flag="says answer_wanted",
        texts="links kinds",
        ms="sent_at arrived_at",
        seconds="linked_until",
    ),
)
"""A message of somebody who has not consented yet, with all that its rows hold once they have: `content` as the message
holds it, `raw` as its raw part, `job` as its fetch (`fetch_object` is the file's name in the bucket), `who` and `last`
as its ticket, `album` the number of its album, `kinds` the kinds of request that it may be about. `says`: it says
something by itself; `answer_wanted`: staff has to answer."""
