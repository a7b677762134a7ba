"""Rows of a conversation that several rooms write: an automatic text, its outbox entry, a file to be fetched. Pure."""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.ids import MessageRef, new_id
from chalicelib.core.purposes import STATUS
from chalicelib.dynamo.schema import FETCHING, SENDING
from chalicelib.messages.ingest import Notice
from chalicelib.tickets.model import RANK
from chalicelib.vault import encryption


def notice_row(ref: MessageRef, notice: Notice, ticket_id: str, contact_id: str, public_key: bytes) -> dict[str, Any]:
    """Return the message row of an automatic text, sealed to the contact's public key."""
    return {
        "direction": "out",
        "kind": "text",
        "ticket_id": ticket_id,
        "contact_id": contact_id,
        "content": encryption.seal_json(
            public_key,
            encryption.message_content(ref),
            {"text": notice.text, "buttons": [one._asdict() for one in notice.buttons]},
        ),
        "sent_at": notice.at,
        "arrived_at": notice.at,
        "status": "queued",
        "rank": RANK["queued"],
        "author": "desk",
        "purpose": STATUS,
        "policy": notice.policy,
    }


def outbox_row(
    ref: MessageRef, action: str, channel: str, account: str, now: int, purpose: str = STATUS
) -> dict[str, Any]:
    """Return an outbox entry. `action` is "send" for a message, "change" for a change of one
    (outbox/change_message.py), or "answer_callback" for a pressed button."""
    return {
        "conversation_id": ref.conversation_id,
        "action": action,
        "purpose": purpose,
        "due": SENDING,
        "due_at": now,
        "queued_at": now,
        "attempts": 0,
        "channel": channel,
        "account": account,
    }


_FETCHED_BY = {"media_id": "id", "filename": "name", "mime": "type", "size": "size", "sha256": "sha256"}
"""Details of a file that its fetcher must know, and what they are called in the job."""


def fetch_row(
    fetcher_key: bytes,
    ref: MessageRef,
    details: Mapping[str, Any],
    contact_id: str,
    public_key: bytes,
    epoch: int,
    channel: str,
    account: str,
    *,
    now: int,
    told: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the row of a file to be fetched, whose details are sealed to the file fetcher. It is due at once (ms).
    `told` are the ticket and the customer's language, for the notice if the file turns out to be too large."""
    job = {name: details.get(detail) for detail, name in _FETCHED_BY.items()} | dict(told)
    return {
        "conversation_id": ref.conversation_id,
        "contact_id": contact_id,
        "public_key": public_key,
        "epoch": epoch,
        "channel": channel,
        "account": account,
        "file_object": new_id(),
        "job": encryption.seal_json(fetcher_key, encryption.fetch_job(ref), job),
        "attempts": 0,
        "arrived_at": now,
        "due": FETCHING,
        "due_at": now,
    }
