"""Counts what becomes of the copies of a mailing, each in the transaction that makes it so."""

from collections.abc import Mapping
from zlib import crc32

from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import MAILING_COUNT

SHARDS = 8
"""Rows of a mailing in which is counted; the conversation says in which."""
QUEUED, SENT, CAME_BACK, NOT_SENT = "queued", "sent", "came_back", "not_sent"
_WHY: Mapping[str, str] = {
    "unsubscribed": "ended",
    "opted_out": "declined",
    "suppressed": "paused",
    "abroad": "at_home",
}
COUNTED = (QUEUED, SENT, CAME_BACK, *_WHY.values(), NOT_SENT)
"""What is counted: attributes of the item class `mailing_count`."""


def counted(tables: Builder, mailing: str, conversation_id: str, what: str) -> list[Write]:
    """Return the write that counts one copy of a mailing; [] for a message that is none ("")."""
    if not mailing:
        return []
    key = MAILING_COUNT.key(mailing, crc32(conversation_id.encode()) % SHARDS)
    return [tables.update("count", key, f"ADD #{what} :one", "", {"one": 1})]


def why_not(reason: str) -> str:
    """Return as what a copy is counted that was not sent for this reason."""
    return _WHY.get(reason, NOT_SENT)
