"""Every item class of the tables, declared once: see item_class.py.

Stored names are frozen. Some differ from today's words: `fence` is a suppression entry, `parked` an early status,
`unclear` an unparsed part, `hold` the erasure pause, `box` a reply mailbox, `dated` the stamped expiry, `rung_at` the
last repeated wake-up message, `doubtful` unconfirmed.
"""

from chalicelib.dynamo.schema.contacts import ALIAS, BARRIER, CONSENT, CONTACT, KEY, TEXT, WORDS
from chalicelib.dynamo.schema.conversations import (
    ASKING,
    CLIENT_ID,
    DRAFT,
    EARLY_STATUS,
    FETCH,
    FETCHES,
    FETCHING,
    GUARD,
    HEAD,
    LINK,
    MESSAGE,
    OUTBOX,
    PAGES_SENT,
    RAW,
    SAME_TEXT,
    SENDING,
    STAMPING,
    TAGGED,
    UNPARSED,
    UPLOAD,
    VISITOR,
)
from chalicelib.dynamo.schema.held import HELD, HOLDING, QUESTION
from chalicelib.dynamo.schema.item_class import Expiry, ItemClass, Key, Kind
from chalicelib.dynamo.schema.mailings import MAILING, MAILING_COUNT, SIGN_UP, SUBSCRIPTION
from chalicelib.dynamo.schema.requests import (
    ASK,
    ASKED,
    CERTIFICATE,
    CHAIN,
    ERASURE_PAUSE,
    INVENTORY,
    KEPT,
    OPEN_REQUEST,
    REQUEST,
    REVIEW,
    SUPPRESSION,
    TOMBSTONE,
)
from chalicelib.dynamo.schema.staff import (
    CHANNEL,
    ENDED,
    LOGIN,
    MARKER,
    SESSION,
    STAFF,
    STATISTIC,
    STATISTICS,
    SWEEP,
    TEMPLATE,
)
from chalicelib.dynamo.schema.tickets import NUMBER, TICKET

CLASSES = (
    CONTACT, CONSENT, HEAD, MESSAGE, FETCH, RAW, OUTBOX, CLIENT_ID, DRAFT, UPLOAD, TAGGED, TICKET, NUMBER, STAFF,
    CHANNEL, FETCHES, SWEEP, ENDED, ERASURE_PAUSE, BARRIER, UNPARSED, GUARD, KEY, ALIAS, LINK, EARLY_STATUS, SESSION,
    LOGIN, MARKER, TEMPLATE, TEXT, WORDS, REQUEST, INVENTORY, OPEN_REQUEST, ASK, ASKED, SUPPRESSION, CERTIFICATE, CHAIN,
    TOMBSTONE, VISITOR, SAME_TEXT, REVIEW, QUESTION, HELD, STATISTIC, STATISTICS, PAGES_SENT, KEPT,
    SUBSCRIPTION, SIGN_UP, MAILING, MAILING_COUNT,
)  # fmt: skip
SECTIONS = (
    "desk.contact",
    "desk.conversation",
    "desk.tickets",
    "index.aliases",
    "index.links",
    "index.words",
    "keys",
    "files",
)
"""Where data of a person can lie, in the order in which inventory, eraser and certificate name it. Each is counted."""

__all__ = [
    "ALIAS", "ASK", "ASKED", "ASKING", "BARRIER", "CERTIFICATE", "CHAIN", "CHANNEL", "CLASSES", "CLIENT_ID",
    "CONSENT", "CONTACT", "DRAFT", "EARLY_STATUS", "ENDED", "ERASURE_PAUSE", "FETCH", "FETCHES", "FETCHING", "GUARD",
    "HEAD", "HELD", "HOLDING", "INVENTORY", "KEPT", "KEY", "LINK", "LOGIN", "MAILING", "MAILING_COUNT", "MARKER",
    "MESSAGE", "NUMBER", "OPEN_REQUEST", "OUTBOX", "PAGES_SENT", "QUESTION", "RAW", "REQUEST", "REVIEW", "SAME_TEXT",
    "SECTIONS", "SENDING", "SESSION", "SIGN_UP", "STAFF", "STAMPING", "STATISTIC", "STATISTICS", "SUBSCRIPTION",
    "SUPPRESSION", "SWEEP", "TAGGED", "TEMPLATE", "TEXT", "TICKET", "TOMBSTONE", "UNPARSED", "UPLOAD", "VISITOR",
    "WORDS", "Expiry", "ItemClass", "Key", "Kind",
]  # fmt: skip
