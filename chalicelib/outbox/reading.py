"""Reads what the sender needs: the outbox of a conversation, and the rows that decide about its oldest message."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.core.delivery_failures import failure_record
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow, IndexRow, UnsentIndex
from chalicelib.dynamo.rows import alive, get_row, translated_errors
from chalicelib.dynamo.schema import (
    CHANNEL,
    CLIENT_ID,
    CONTACT,
    EARLY_STATUS,
    HEAD,
    MESSAGE,
    OUTBOX,
    SENDING,
    SUBSCRIPTION,
)
from chalicelib.outbox.model import ESSENTIAL, Head, Job, OutboxEntry, Outgoing, Recipient
from chalicelib.outbox.provider_ids import NamedMessage
from chalicelib.tickets.model import REFERRING, WAITS
from chalicelib.tickets.records_from_rows import mapping

LOOK_BACK = 20
"""Rows among which the mail is looked for that a mail of ours answers."""
LOOK_AHEAD = 10
"""Entries that are read at once. The first message decides; pressed buttons among them are answered out of turn."""


class OutboxReading:
    """Strongly consistent reads for delivery. All methods raise Unavailable."""

    def entries(self, conversation_id: str, now: int = 0) -> list[OutboxEntry]:
        """Return the oldest LOOK_AHEAD entries of a conversation's outbox, oldest first, without those that wait for a
        supervisor at `now` (ms)."""
        decided = DeskRow.withheld.does_not_exist() | (DeskRow.withheld != WAITS) | (DeskRow.due_at <= now)
        with translated_errors():
            found = DeskRow.query(
                OUTBOX.partition(conversation_id),
                DeskRow.sk.startswith(OUTBOX.prefix),
                filter_condition=decided,
                consistent_read=True,
                limit=LOOK_AHEAD,
            )
            return [outbox_entry(conversation_id, row) for row in found]

    def stopped(self, account: str) -> bool:
        """Whether the account's channel is stopped until staff has acted."""
        row = get_row(CHANNEL.key(account))
        return row is not None and bool(row.stopped_at)

    def job(self, entry: OutboxEntry, now: int) -> Job:
        """Read all rows that decide about an entry. Expired rows count as gone."""
        head = self.head(entry.ref.conversation_id)
        recipient = self.recipient(head.contact_id) if head else None
        subscribed = entry.purpose in ESSENTIAL or bool(head and self._subscribed(head.contact_id, entry.purpose))
        return Job(entry, self.message(entry.ref, now), head, recipient, subscribed=subscribed)

    def _subscribed(self, contact_id: str, purpose: str) -> bool:
        row = get_row(SUBSCRIPTION.key(contact_id, purpose))
        return row is not None and not row.ended_at

    def message(self, ref: MessageRef, now: int) -> Outgoing | None:
        """Return a message of ours, or for a pressed button the person's own; None when it is gone, or deleted before
        it left."""
        row = get_row(MESSAGE.key(*ref))
        if row is None or row.guard or row.deleted or not alive(row, now):
            return None
        return Outgoing(
            ref=ref,
            contact_id=str(row.contact_id),
            ticket_id=row.ticket_id or "",
            rank=_int(row.rank),
            content=row.content or b"",
            states=mapping(row.piece_states) if row.piece_count else None,
            kind=str(row.kind),
        )

    def head(self, conversation_id: str) -> Head | None:
        """Return the head of a conversation; None when it is gone."""
        row = get_row(HEAD.key(conversation_id))
        if row is None:
            return None
        return Head(
            conversation_id=conversation_id,
            contact_id=str(row.contact_id),
            channel=str(row.channel),
            account=str(row.account),
            epoch=_int(row.epoch),
            public_key=row.public_key or b"",
            last_inbound_at=_int(row.last_inbound_at),
            last_at=_int(row.last_at),
            blocked=bool(row.blocked),
            blocked_by=row.blocked_by or "",
            ticket_id=row.ticket_id or "",
            window_shut_at=_int(row.window_shut_at),
            language=row.language or "",
            notices_wait=bool(row.notices_wait),
            abroad=row.abroad or "",
        )

    def named(self, ref: MessageRef, now: int) -> NamedMessage | None:
        """Return a message to which another one refers; None when it is gone, deleted, or has no id at its provider."""
        row = get_row(MESSAGE.key(*ref))
        if row is None or row.guard or row.deleted or not alive(row, now) or not row.provider_hash:
            return None
        if row.kind in REFERRING or row.direction not in ("in", "out"):
            return None
        ids = tuple(row.provider_ids or ())
        return NamedMessage(ref, str(row.contact_id), row.direction, row.content or b"", ids, row.provider_hash)

    def newest_of_person(self, conversation_id: str, before: int, now: int) -> NamedMessage | None:
        """Return what the person wrote last before then (ms), the menu included; None when nothing of it is there among
        the LOOK_BACK newest rows."""
        end = MESSAGE.key(conversation_id, before, "").sk
        with translated_errors():
            found = DeskRow.query(
                MESSAGE.partition(conversation_id),
                DeskRow.sk.between(MESSAGE.prefix, end),
                consistent_read=True,
                scan_index_forward=False,
                limit=LOOK_BACK,
            )
            for row in found:
                if row.direction != "out" and row.provider_hash and not row.deleted and alive(row, now):
                    ref = MessageRef.of_tail(conversation_id, str(row.sk).removeprefix(MESSAGE.prefix))
                    return NamedMessage(ref, str(row.contact_id), "in", row.content or b"", (), row.provider_hash)
        return None

    def recipient(self, contact_id: str) -> Recipient | None:
        """Return a contact, with its addresses still sealed; None when it is gone."""
        row = get_row(CONTACT.key(contact_id))
        if row is None:
            return None
        sealed: dict[str, bytes] = {kind: getattr(row, kind) for kind in ADDRESS_KINDS if getattr(row, kind)}
        return Recipient(
            contact_id,
            row.state or "",
            _int(row.epoch),
            sealed,
            suppressed=bool(row.suppressed_at),
            opted_out=bool(row.opted_out_at),
            opted_out_by=row.opted_out_by or "",
        )

    def early_status(self, name: str) -> tuple[str, int, dict[str, Any]] | None:
        """Return the early status kept for a provider's id (its pseudonym): status, rank, and the failure if it is
        one."""
        with translated_errors(), suppress(IndexRow.DoesNotExist):
            _, pk, sk = EARLY_STATUS.key(name)
            row = IndexRow.get(pk, sk, consistent_read=True)
            failure = failure_record(row.code or "", row.said or "", _int(row.at)) if row.status == "failed" else {}
            return str(row.status), _int(row.rank), failure
        return None

    def reply_of(self, conversation_id: str, client_hash: str, now: int) -> MessageRef | None:
        """Return the reply that was stored for a client's id, while the id is remembered."""
        row = get_row(CLIENT_ID.key(conversation_id, client_hash))
        return MessageRef.parse(row.message_ref or "") if row is not None and alive(row, now) else None


def overdue(before: int, since: int = 0) -> Iterator[tuple[str, str, int]]:
    """Yield the entries of all outboxes due from `since` to before `before` (ms), oldest first, as (conversation,
    account, due time). An answer to a visitor has its partition key in place of a conversation."""
    due = UnsentIndex.due_at.between(since, before - 1)
    with translated_errors():
        for row in DeskRow.unsent_index.query(SENDING, due, page_size=200):
            yield str(row.conversation_id or row.pk), str(row.account), _int(row.due_at)


def outbox_entry(conversation_id: str, row: DeskRow) -> OutboxEntry:
    """Return the outbox entry of a row."""
    return OutboxEntry(
        ref=MessageRef.of_tail(conversation_id, str(row.sk).removeprefix(OUTBOX.prefix)),
        action=str(row.action),
        purpose=row.purpose or "",
        channel=str(row.channel),
        account=str(row.account),
        queued_at=_int(row.queued_at),
        due_at=_int(row.due_at),
        attempts=_int(row.attempts),
        pieces=_int(row.pieces),
        attempt_id=row.attempt_id or "",
        claim_until=_int(row.claim_until),
        unconfirmed=bool(row.doubtful),
        answers=_int(row.answers),
        template=row.template or "",
        files=bool(row.files),
        kept=bool(row.kept),
        withheld=row.withheld or "",
        mailing=row.mailing or "",
    )


def _int(value: Any) -> int:
    return int(value) if value is not None else 0
