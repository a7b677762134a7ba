"""Counts what becomes of the copies of a mailing, each in the transaction that makes it so."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import MAILING_COUNT
from chalicelib.dynamo.schema.item_class import Key

SHARDS = 8
"""Rows of a mailing in which is counted; the conversation says in which."""
QUEUED, SENT, NOT_SENT = "queued", "sent", "not_sent"
DELIVERED, CAME_BACK, COMPLAINED = "delivered", "came_back", "complained"
_WHY: Mapping[str, str] = {
    "unsubscribed": "ended",
    "opted_out": "declined",
    "suppressed": "paused",
    "abroad": "at_home",
}
COUNTED = (QUEUED, SENT, DELIVERED, CAME_BACK, COMPLAINED, *_WHY.values(), NOT_SENT)
"""What is counted: attributes of the item class `mailing_count`."""
_AS: Mapping[str, tuple[str, ...]] = {
    DELIVERED: (DELIVERED,),
    CAME_BACK: (CAME_BACK,),
    COMPLAINED: (DELIVERED, COMPLAINED),
}
"""As what a copy is counted of which the mail service has told this. What somebody complains about has arrived."""


def counted(tables: Builder, mailing: str, conversation_id: str, what: str) -> list[Write]:
    """Return the write that counts one copy of a mailing; [] for a message that is none ("")."""
    if not mailing:
        return []
    return [tables.update("count", _key(mailing, conversation_id), f"ADD #{what} :one", "", {"one": 1})]


def _key(mailing: str, conversation_id: str) -> Key:
    return MAILING_COUNT.key(mailing, crc32(conversation_id.encode()) % SHARDS)


def told(row: Mapping[str, Any]) -> str:
    """Return what the mail service has told of a copy of a mailing that was sent, "" for nothing yet."""
    if not (row.get("mailing") and row.get("provider_hash")):
        return ""
    if row.get("unwanted"):
        return COMPLAINED
    return {"delivered": DELIVERED, "failed": CAME_BACK}.get(str(row.get("status")), "")


def recounted(tables: Builder, mailing: str, conversation_id: str, before: str, now: str) -> list[Write]:
    """Return the write that counts a copy as what was told of it `now`, and no more as what was told `before`."""
    change = dict.fromkeys(_AS[now], 1)
    for what in _AS.get(before, ()):
        change[what] = change.get(what, 0) - 1
    added = {what: number for what, number in change.items() if number}
    expression = "ADD " + ", ".join(f"#{what} :{what}" for what in added)
    return [tables.update("count", _key(mailing, conversation_id), expression, "", added)] if added else []


def why_not(reason: str) -> str:
    """Return as what a copy is counted that was not sent for this reason."""
    return _WHY.get(reason, NOT_SENT)
