"""Item classes of a conversation: its head, what was said, what waits to be sent, what providers told."""

from chalicelib.dynamo.schema.contacts import MAILBOX
from chalicelib.dynamo.schema.item_class import Expiry, ItemClass, fields
from chalicelib.dynamo.schema.tickets import STAMPED

SENDING, ASKING, STAMPING, FETCHING = "due#0", "ask#0", "revoke#0", "fetch#0"
"""Partitions of the index `unsent`: outbox entries, asks, what the expiry stamper has not finished (tickets whose date
is not on all rows yet, conversations to be dated by the end of an agreement, and deletions by customers whose message
has not arrived yet), and files to be fetched. The suffix is the shard; there is one."""

HEAD = ItemClass(
    "head",
    "desk",
    pk="conversation#{conversation_id}",
    sk="head",
    owner="contact",
    categories=("message_metadata",),
    purpose="support",
    retention="contact",
    expiry=Expiry(
        "date",
        "on a date that is stamped when its newest ticket closes; before the first ticket, when it arrives" + MAILBOX,
        found="own",
    ),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(
        text="conversation_id contact_id channel account ticket_id language due abroad blocked_by",
        bytes="public_key",
        number="epoch",
        texts="aliases former",
        flag="blocked notices_wait pending",
        ms="last_inbound_at last_at reach_at welcomed_at window_shut_at agreement_ended_at agreement_said_at due_at",
        seconds="expires_at",
        text_set="counted",
    ),
)
"""`window_shut_at` is the time of the newest message of ours that the provider refused because the reply window was
closed (heads for which that has not happened lack it); `notices_wait`: notices wait until the customer writes;
`pending`: the person has not consented yet; `agreement_ended_at` is the end of the last day of the person's agreement,
`agreement_said_at` when staff said so: the dates of the tickets follow, and until they do the head is `due`; `counted`
are the months in whose statistics the person is (retention/statistics.py); `abroad`: their own answer about a transfer
abroad (core/transfer.py); `blocked_by` says why nothing more may be written where the provider told us, not the person
(channels/parts.Blocking), and counts as long as they are `blocked`."""
MESSAGE = ItemClass(
    "message",
    "desk",
    pk="conversation#{conversation_id}",
    sk="message#{at:013d}#{pseudonym}",
    owner="contact",
    categories=("message_text", "shared_items", "message_metadata"),
    purpose="support",
    retention="ticket",
    expiry=Expiry("date", STAMPED + MAILBOX, found="own"),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(
        sealed="content file",
        sealed_list="provider_ids",
        text="direction kind ticket_id contact_id provider_hash status author purpose raw_type quote_hash target_hash"
        " resent_as request_id due file_state file_object deleted_by decision decided_by mailing counted_as",
        number="order rank piece_count attempts",
        texts="links file_objects",
        map="failure piece_states params",
        flag="uncertain edited policy flagged deleted quote_gone unwanted",
        ms="sent_at arrived_at due_at answers",
        seconds="linked_until expires_at gone_at",
    ),
)
"""What was said or happened. `links` are pseudonyms of the provider's ids, one per piece, each the key of a link that
expires at `linked_until`; `piece_states` are the states of the pieces of a long text (tickets/pieces.py); `resent_as`
is the sort key without prefix of the message by which this failed one was sent again; `answers` is when the question
arrived that a reply answers. `deleted`: it was deleted, its content is gone; `deleted_by` is the colleague who deleted
a reply before it left, `decided_by` the one whose `decision` approved or returned a withheld reply; `quote_gone`:
what it quotes was deleted; `flagged`: the ticket shows that it was not delivered. `file_state` is what became of its
file, `file_object` its name in the bucket, behind the contact's prefix, `file` its name, type, size and hash
(attachments/model.py); `file_objects` are the names in the bucket of the files that a message of ours brings;
`mailing` is the mailing of which it is a copy, `unwanted`: its reader has marked it so, `counted_as`: as what
of all that was told the mailing counts it (outbox/mailing_counts.py)."""
FETCH = ItemClass(
    "fetch",
    "desk",
    pk="fetch#{conversation_id}",
    sk="fetch#{at:013d}#{pseudonym}",
    owner="contact",
    categories=("shared_items", "message_metadata"),
    purpose="support",
    retention="ticket",
    expiry=Expiry("event", "deleted when its file is fetched or given up, a week after its message at the latest"),
    section="files",
    found_by="conversation_id",
    fields=fields(
        sealed="job",
        bytes="public_key",
        text="conversation_id contact_id channel account file_object due",
        number="epoch attempts",
        flag="held stored",
        ms="arrived_at due_at",
    ),
)
"""A file to be fetched. `held`: its message says that it waits for the breaker (attachments/breaker.py); `stored`:
the file lies in the bucket and waits for the verdict of a scan. `job` is
sealed to the file fetcher's own key: the provider's id, name, type, size and hash, and the ticket and language of a
notice. It has a partition of its own, because the fetcher may read nothing else of a conversation. `file_object` is the
name that the file will have in the bucket, `public_key` and `epoch` are the contact's."""
FETCHES = ItemClass(
    "fetches",
    "index",
    pk="fetches#{account}",
    sk="{hour}",
    expiry=Expiry("date", "after the hour that follows", found="ttl"),
    fields=fields(number="attempts", seconds="expires_at"),
)
"""How many fetches of an account of ours began in an hour (since the epoch) and run or have failed."""
GUARD = ItemClass(
    "guard",
    "desk",
    pk="conversation#{conversation_id}",
    sk="message#{at:013d}#{pseudonym}",
    expiry=Expiry("date", "8 days after arrival", found="ttl"),
    section="expiry",
    fields=fields(flag="guard", texts="links", seconds="linked_until expires_at gone_at"),
)
"""Stands in for a deleted message, so that a provider's late repetition is recognised."""
RAW = ItemClass(
    "raw",
    "desk",
    pk="conversation#{conversation_id}",
    sk="raw#{at:013d}#{pseudonym}",
    owner="contact",
    categories=("unreadable",),
    purpose="support",
    retention="unreadable",
    expiry=Expiry("date", "30 days after arrival", found="own"),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(sealed="raw", text="raw_type contact_id", seconds="expires_at gone_at"),
)
OUTBOX = ItemClass(
    "outbox",
    "desk",
    pk="conversation#{conversation_id}",
    sk="outbox#{at:013d}#{pseudonym}",
    owner="contact",
    categories=("message_metadata",),
    purpose="support",
    retention="ticket",
    expiry=Expiry("event", "deleted when its message is sent or has failed, and with its contact"),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(
        text="conversation_id action purpose due attempt_id channel account template withheld mailing",
        number="attempts pieces",
        flag="doubtful files kept",
        ms="due_at queued_at claim_until answers",
    ),
)
"""A message that waits to be sent. `doubtful`: a request to the provider had no answer, so the message may have been
accepted (unconfirmed). `template` names the template that it sends, as name#language; `files`: it has some, so the
uploader sends it; `kept`: a notice that waits until the customer writes, and is not due. `withheld`: a
reply of which a supervisor decides, and how far that is (outbox/withheld/decide.py)."""
SAME_TEXT = ItemClass(
    "same_text",
    "index",
    pk="same_text#{hash}",
    sk="same_text",
    expiry=Expiry("date", "an hour after the text was last sent, or a supervisor approved it", found="ttl"),
    fields=fields(map="people", ms="approved_at", seconds="expires_at"),
)
"""To how many people a text of staff went within an hour. Its key is a pseudonym of the text, `people` maps pseudonyms
of contacts, which hold for this text alone, to when it went to them (ms); `approved_at` is when a supervisor
approved it."""
CLIENT_ID = ItemClass(
    "client",
    "desk",
    pk="conversation#{conversation_id}",
    sk="client#{hash}",
    owner="contact",
    categories=("message_metadata",),
    purpose="support",
    retention="ticket",
    expiry=Expiry("date", "8 days after the reply or comment" + MAILBOX, found="ttl"),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(text="message_ref", seconds="expires_at gone_at"),
)
DRAFT = ItemClass(
    "draft",
    "desk",
    pk="conversation#{conversation_id}",
    sk="draft#{ticket_id}#{staff_id}#{kind}",
    owner="contact",
    categories=("message_text",),
    purpose="support",
    retention="ticket",
    expiry=Expiry(
        "date", "30 days after its last change, never later than its ticket; at once when it is sent", found="own"
    ),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(
        sealed="content", text="contact_id client_hash", number="order", ms="at", seconds="expires_at gone_at"
    ),
)
"""What staff typed and did not send. `client_hash` is the hash of the client id under which it will be sent."""
UPLOAD = ItemClass(
    "upload",
    "desk",
    pk="conversation#{conversation_id}",
    sk="upload#{ticket_id}#{staff_id}#{id}",
    owner="contact",
    categories=("message_text",),
    purpose="support",
    retention="ticket",
    expiry=Expiry(
        "date",
        "a day after it was begun, never later than its ticket; an hour after it was removed; at once when it is sent",
        found="own",
    ),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(
        sealed="content", text="contact_id file_object file_state", flag="removed", seconds="expires_at gone_at"
    ),
)
"""A file that staff brings for a reply and has not sent. `content` is its name, type, size and kind, `file_object` its
name in the bucket. `removed`: its author does not want it any more, and the form for its bytes may still be valid."""
TAGGED = ItemClass(
    "tagged",
    "desk",
    pk="conversation#{conversation_id}",
    sk="tag#{ticket_id}#{tag}",
    owner="contact",
    categories=("ticket_data",),
    purpose="support",
    retention="ticket",
    expiry=Expiry("date", "8 days after its ticket is closed or loses the tag", found="ttl"),
    section="desk.conversation",
    found_by="conversation_id",
    fields=fields(text="list", ms="place", seconds="expires_at gone_at"),
)
"""Puts a ticket that is not closed into the list of one of its tags, the partition `tag#{tag}` of the index `lists`. It
lies in the conversation, where the erasure finds it; a row that has left the list waits there for its date."""
LINK = ItemClass(
    "link",
    "index",
    pk="link#{hash}",
    sk="link",
    owner="contact",
    categories=("message_metadata",),
    purpose="support",
    retention="ticket",
    expiry=Expiry("date", "8 days after sending", found="ttl"),
    section="index.links",
    found_by="message",
    fields=fields(text="message_ref", number="piece", seconds="expires_at"),
)
"""A provider id's pseudonym leads to our message."""
EARLY_STATUS = ItemClass(
    "parked",
    "index",
    pk="parked#{hash}",
    sk="parked",
    owner="contact",
    categories=("message_metadata",),
    purpose="support",
    retention="ticket",
    expiry=Expiry("date", "8 days after arrival", found="ttl"),
    section="index.links",
    found_by="message",
    fields=fields(text="status code said", number="rank", ms="at", seconds="expires_at"),
)
"""A status that came before its message's link was known. `said` is the provider's error text, scrubbed."""
UNPARSED = ItemClass(
    "unclear",
    "desk",
    pk="unclear#{day}",
    sk="{hash}",
    owner="contact",
    categories=("unreadable",),
    purpose="support",
    retention="unreadable",
    expiry=Expiry("date", "30 days after arrival", found="own"),
    section="expiry",
    fields=fields(sealed="raw", text="channel account raw_type vault_id", seconds="expires_at gone_at"),
)
"""A part of a webhook that names no person, sealed to the vault."""
VISITOR = ItemClass(
    "visitor",
    "desk",
    pk="visitor#{hash}",
    sk="visitor",
    owner="contact",
    categories=("message_metadata",),
    purpose="status",
    retention="ticket",
    expiry=Expiry(
        "date",
        "what it holds of a person when it is sent, or an hour later at most; the rest, a pseudonym and times, a day"
        " after arrival",
        found="own",
    ),
    section="expiry",
    fields=fields(
        sealed="content",
        text="channel account vault_id due attempt_id",
        number="attempts",
        ms="due_at queued_at claim_until",
        seconds="expires_at gone_at",
    ),
)
"""An answer to somebody of whom nothing is stored: who opened the chat, or pressed a button of the menu. `content` is
what is sent and where to, sealed to the vault, and goes with the delivery; the row then stands in for what arrived."""
PAGES_SENT = ItemClass(
    "pages",
    "index",
    pk="pages#{hash}",
    sk="pages",
    expiry=Expiry("date", "as long again after the ten minutes, or the day, in which they came", found="ttl"),
    fields=fields(number="attempts", seconds="expires_at"),
)
"""How many pages were sent from one place of the network within ten minutes of the clock, or how many mails one address
got by them, or by mails that nothing proves, within a day. Its key is an HMAC of the address and of that time."""
