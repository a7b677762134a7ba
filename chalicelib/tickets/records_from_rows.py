"""Rows as the records that pages show, where nothing has to be opened."""

import json
from html import escape
from typing import Any

from chalicelib.core.references import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.tickets.kinds import REFERRING
from chalicelib.tickets.pieces import shown
from chalicelib.tickets.records import Consent, Conversation, Message


def number(value: Any) -> int:
    """A number of a row; 0 when it is not there."""
    return int(value) if value is not None else 0


def mapping(value: Any) -> dict[str, Any]:
    """A map of a row as a plain dict; empty when it is not there."""
    if value is None:
        return {}
    return dict(value.as_dict() if hasattr(value, "as_dict") else value)


def outgoing(row: DeskRow) -> dict[str, Any]:
    """What decides about a message of ours, as tickets/pieces.py reads it."""
    return {
        "status": row.status or "",
        "failure": mapping(row.failure),
        "piece_count": number(row.piece_count),
        "piece_states": mapping(row.piece_states),
        "resent_as": row.resent_as or "",
    }


def outcome(row: DeskRow) -> tuple[str, dict[str, Any]]:
    """What a message of ours shows: its status, and its failure when it has failed."""
    status, failure = shown(outgoing(row))
    return status, dict(failure)


def resent_as(ref: MessageRef, row: DeskRow) -> str:
    """The message by which a failed one of the same conversation was sent again, or ""."""
    return str(MessageRef.of_tail(ref.conversation_id, row.resent_as)) if row.resent_as else ""


def question_at(ticket: DeskRow) -> int:
    """When the customer's question came that has no answer yet (ms); 0 when all are answered. Tickets of the release
    before are asked who wrote last."""
    kept: float | None = ticket.question_at
    if kept is not None:
        return int(kept)
    asked = ticket.last_direction == "in" and ticket.last_kind not in REFERRING
    return number(ticket.last_message_at) if asked else 0


def conversation(row: DeskRow) -> Conversation:
    """The head of a conversation."""
    return Conversation(
        id=str(row.conversation_id),
        ticket_id=row.ticket_id or "",
        public_key=row.public_key or b"",
        epoch=number(row.epoch),
        last_inbound_at=number(row.last_inbound_at),
        blocked=bool(row.blocked),
    )


def consent(row: DeskRow) -> Consent:
    """One consent."""
    return Consent(
        at=number(row.at),
        purpose=row.purpose or "",
        policy_version=row.policy_version or "",
        policy_hash=row.policy_hash or "",
        channel=row.channel or "",
    )


def size_of(message: Message) -> int:
    """Bytes of a message's text and details on a page or in JSON, whichever writes them longer."""
    return len(escape(json.dumps([message.text, message.details], ensure_ascii=False)).encode(errors="replace"))
