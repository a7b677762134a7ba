"""Converts rows to records and plain values as far as nothing has to be opened, and reads undelivered messages."""

import json
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from chalicelib.channels.reading import as_dict, as_list
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import MESSAGE, Key
from chalicelib.tickets.model import PREVIEW, REFERRING
from chalicelib.tickets.pieces import of_piece, shown
from chalicelib.tickets.records import Consent, Conversation, Message, MessageFile, Undelivered
from chalicelib.vault import encryption
from chalicelib.vault.encryption import EncryptionContext


def number(value: Any) -> int:
    """Return a number of a row; 0 when it is missing."""
    return int(value) if value is not None else 0


def mapping(value: Any) -> dict[str, Any]:
    """Return a map of a row as a dict; empty when it is missing."""
    if value is None:
        return {}
    return dict(value.as_dict() if hasattr(value, "as_dict") else value)


def outgoing(row: DeskRow) -> dict[str, Any]:
    """Return the attributes of an outgoing message that tickets/pieces.py reads."""
    return {
        "status": row.status or "",
        "failure": mapping(row.failure),
        "piece_count": number(row.piece_count),
        "piece_states": mapping(row.piece_states),
        "resent_as": row.resent_as or "",
    }


def outcome(row: DeskRow) -> tuple[str, dict[str, Any]]:
    """Return the status to show for an outgoing message, and its failure when it failed."""
    status, failure = shown(outgoing(row))
    return status, dict(failure)


def sent_files(content: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[MessageFile, ...]:
    """Return the files of a message of ours from its opened content, each with how far it has come by its `row`."""
    files = [as_dict(one) for one in as_list(content.get("files"))]
    found = []
    for place, one in enumerate(files):
        status, failure = of_piece(row, len(files) - place)
        known = (str(one.get(key, "")) for key in ("object", "name", "type", "kind", "etag"))
        stored, name, file_type, kind, etag = known
        found.append(MessageFile(stored, name, file_type, number(one.get("size")), kind, status, failure, etag))
    return tuple(found)


def resent_as(ref: MessageRef, row: DeskRow) -> str:
    """Return the reference of the message by which a failed one was sent again, or ""."""
    return str(MessageRef.of_tail(ref.conversation_id, row.resent_as)) if row.resent_as else ""


def question_at(ticket: DeskRow) -> int:
    """Return the arrival of the newest question, while it is unanswered (ms), else 0.

    Tickets of older releases lack the attribute: there the last message counts, if a customer wrote it.
    """
    kept: float | None = ticket.question_at
    if kept is not None:
        return int(kept)
    asked = ticket.last_direction == "in" and ticket.last_kind not in REFERRING
    return number(ticket.last_message_at) if asked else 0


def conversation(row: DeskRow) -> Conversation:
    """Return the record of a conversation's head."""
    return Conversation(
        id=str(row.conversation_id),
        ticket_id=row.ticket_id or "",
        public_key=row.public_key or b"",
        epoch=number(row.epoch),
        last_inbound_at=number(row.last_inbound_at),
        blocked=bool(row.blocked),
        window_shut_at=number(row.window_shut_at),
        abroad=row.abroad or "",
        blocked_by=row.blocked_by or "",
        contact_id=row.contact_id or "",
    )


def consent(row: DeskRow) -> Consent:
    """Return the record of a consent."""
    return Consent(
        at=number(row.at),
        purpose=row.purpose or "",
        policy_version=row.policy_version or "",
        policy_hash=row.policy_hash or "",
        channel=row.channel or "",
        answered_by=row.answered_by or "",
        abroad=row.abroad or "",
        answer=row.answer or "",
    )


def size_of(message: Message) -> int:
    """Return the bytes that a message's text and details take on a page or in JSON, whichever is more."""
    return len(escape(json.dumps([message.text, message.details], ensure_ascii=False)).encode(errors="replace"))


def undelivered(
    tickets: Iterable[DeskRow],
    read: Callable[[Iterable[Key]], list[DeskRow]],
    content_of: Callable[[str, EncryptionContext, bytes | None], tuple[dict[str, Any] | None, bool]],
) -> dict[str, Undelivered]:
    """Return the undelivered message of each ticket that names one, by the ticket's partition key.

    `read` returns rows by their keys; `content_of` opens a sealed mapping of a contact. Raises Unavailable.
    """
    wanted = {row.pk: _key(row) for row in tickets if row.undelivered}
    named = {(row.pk, row.sk): row for row in read(wanted.values())}
    found = {}
    for pk, key in wanted.items():
        row = named.get(key[1:])
        found[pk] = Undelivered()
        if row is not None:
            ref = MessageRef.of_tail(key.pk.partition("#")[2], key.sk.removeprefix(MESSAGE.prefix))
            content, _ = content_of(str(row.contact_id), encryption.message_content(ref), row.content)
            found[pk] = Undelivered(str(ref), str((content or {}).get("text", ""))[:PREVIEW], outcome(row)[1])
    return found


def _key(ticket: DeskRow) -> Key:
    """Return the key of the undelivered message that a ticket names."""
    return Key("desk", MESSAGE.partition(ticket.conversation_id), f"{MESSAGE.prefix}{ticket.undelivered}")
