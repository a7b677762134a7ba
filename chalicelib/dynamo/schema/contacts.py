"""Item classes of a contact: who they are, their key, the names under which they are found."""

from chalicelib.channels import registry
from chalicelib.dynamo.schema.item_class import Expiry, ItemClass, fields

_WITH_CONTACT = "with its contact, on the expiry date of the conversation's head"
MAILBOX = "; in a reply mailbox it has no date and is deleted with the mailbox, at the end of the request"
_IDENTITY = (*dict.fromkeys(category for one in registry.CHANNELS for category in one.categories), "language")

CONTACT = ItemClass(
    "contact",
    "desk",
    pk="contact#{contact_id}",
    sk="contact",
    owner="contact",
    categories=_IDENTITY,
    purpose="support",
    retention="contact",
    expiry=Expiry("with", _WITH_CONTACT + MAILBOX, of="head"),
    section="desk.contact",
    found_by="contact_id",
    fields=fields(
        sealed=f"profile {' '.join(registry.ADDRESS_KINDS)}",
        text="contact_id channel account language state conversation_id opted_out_by",
        bytes="public_key",
        number="epoch",
        ms="created_at suppressed_at opted_out_at correct_at",
        flag="pending",
    ),
)
"""A person. `opted_out_at` is since when they receive no news, offers and surveys, `opted_out_by` the request by which
they opted out, `suppressed_at` since when outreach is paused, `epoch` the fencing token of an erasure, `correct_at`
since when they ask for a correction, `pending` that they have not consented yet: no search finds them."""
CONSENT = ItemClass(
    "consent",
    "desk",
    pk="contact#{contact_id}",
    sk="consent#{at:013d}#{id}",
    owner="contact",
    categories=("consent_record",),
    purpose="proof",
    retention="consent",
    expiry=Expiry("date", "on a date that is stamped when its contact expires", found="own"),
    section="desk.contact",
    found_by="contact_id",
    fields=fields(
        text="contact_id purpose subject policy_version policy_hash language channel message_ref asked answered_by"
        " abroad booked_by answer",
        ms="at received_at",
        seconds="expires_at gone_at",
    ),
)
"""A consent. What it was given to (term, recipients, countries, list of data) is the policy of that version and hash.
`subject` says how the person was known then: by the "profile_name" of a messenger, which is no full name
(art. 8(4)(2) of Law 94-V), by the "typed_name" of a form, or by "no_name". A consent that was asked for keeps the
question as it was `asked`, and `answered_by` what: a "press" of the button, the "word", the "tick" of a form, or
"paper" that arrived at `received_at` and that a privacy officer has entered, `booked_by`. `abroad`: the answer about a
transfer abroad (core/transfer.py), an item of the question or, under its own `purpose`, given or taken back later;
without it none was asked. `answer`: whether the person wants mailings, of the `purpose` of the record."""
KEY = ItemClass(
    "key",
    "keys",
    pk="{contact_id}",
    sk="",
    owner="contact",
    purpose="support",
    retention="contact",
    expiry=Expiry("with", _WITH_CONTACT + MAILBOX, of="head"),
    section="keys",
    found_by="contact_id",
    fields=fields(sealed="sealed_private", bytes="public_key", text="vault_id", ms="created_at"),
)
"""One contact's key: the public half, and the private half sealed to the vault."""
BARRIER = ItemClass(
    "barrier",
    "desk",
    pk="barrier#contacts",
    sk="barrier",
    expiry=Expiry("never", "none: one row; who is erased leaves it with the second erase pass"),
    fields=fields(text_set="contacts", ms="since seen_at"),
)
"""Names the contacts behind the write barrier, by their random ids, so that one strongly consistent read tells a list
of tickets of whom nothing may be shown. `since` is when it began to name those of older releases, too, and
`seen_at` when a sweeper has last made sure of it."""
ALIAS = ItemClass(
    "alias",
    "index",
    pk="alias#{hash}",
    sk="alias",
    owner="contact",
    categories=_IDENTITY,
    purpose="support",
    retention="contact",
    expiry=Expiry("with", _WITH_CONTACT, of="head"),
    section="index.aliases",
    found_by="address",
    fields=fields(
        text="contact_id conversation_id ticket_id language profile_hash user_hash phone_hash policy told_policy",
        bytes="public_key",
        number="epoch",
        texts="aliases",
        ms="known_at born_at former_at told_at",
        flag="fenced pending",
        seconds="expires_at held_until",
    ),
)
"""An address's pseudonym leads to its contact. `fenced`: the address is on the suppression list while its contact is
being erased. `former_at`: since when somebody else may have the address. `told_policy`: the version of the policy that
was announced at `told_at`, to be accepted. `pending`: the person has not consented yet; what they write is held until
`held_until`, and they were asked; without it they have not written anything that is held."""
TEXT = ItemClass(
    "text",
    "index",
    pk="text#{hash}",
    sk="{contact_id}",
    owner="contact",
    categories=_IDENTITY,
    purpose="support",
    retention="contact",
    expiry=Expiry("with", _WITH_CONTACT, of="head"),
    section="index.words",
    found_by="word",
    fields=fields(text="contact_id", bytes="digests"),
)
"""A word, or two words together, lead to a contact. `digests` tell which other words the contact has (text_index.py);
what a release before rule 3 has written has none."""
WORDS = ItemClass(
    "words",
    "index",
    pk="words#{contact_id}",
    sk="words",
    owner="contact",
    categories=_IDENTITY,
    purpose="support",
    retention="contact",
    expiry=Expiry("with", _WITH_CONTACT, of="head"),
    section="index.words",
    found_by="contact_id",
    fields=fields(text="contact_id version", texts="words", number="rule", ms="ended_at"),
)
"""The pseudonyms of the words by which a contact is found. `rule` is the version of the rule that made them (see
search_words.RULE), `ended_at` when the contact's retention ended: the next sweep deletes them."""
