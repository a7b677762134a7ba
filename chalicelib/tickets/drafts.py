"""Drafts: what a member of staff has typed on a ticket and not sent, one reply and one comment each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from chalicelib.core.clock import DAY, SECOND, gone_at
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import comment_id_hash, reply_id_hash
from chalicelib.dynamo import keys
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import alive, get_row, translated_errors
from chalicelib.dynamo.schema import Key
from chalicelib.dynamo.transactions import TRIES, Transactions
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.tickets.records import Ticket
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor
from chalicelib.vault.encryption import CannotOpen

DraftKind = Literal["reply", "comment"]
KINDS: tuple[DraftKind, ...] = ("reply", "comment")
DRAFT_DAYS = 30
"""Days for which a draft is kept after its last change."""
EMPTIED_LASTS = 60 * 60 * SECOND
"""How long an emptied draft is remembered (ms), so that an older save that arrives late does not bring it back."""


@dataclass(frozen=True)
class DraftKey:
    """Identifies a draft: by its ticket, its author and its kind."""

    conversation_id: str
    ticket_id: str
    staff_id: str
    kind: DraftKind

    @property
    def tail(self) -> str:
        """The sort key of the row without its prefix."""
        return f"{self.ticket_id}#{self.staff_id}#{self.kind}"


@dataclass(frozen=True)
class Draft:
    """A draft. `client_id` is the id under which it will be sent: once that was used, the draft cannot be saved again.

    `order` grows with each save under one id. `at` is when it was saved (ms).
    """

    text: str = field(repr=False)
    client_id: str
    order: int
    at: int = 0


class Saved(Enum):
    """The result of saving a draft: SAVED; LATE: a newer save exists; USED: its client id was used; MOVED: the
    conversation's epoch changed since it was read."""

    SAVED = "saved"
    LATE = "late"
    USED = "used"
    MOVED = "moved"


def client_id_hash(kind: DraftKind, client_id: str) -> str:
    """Return the hash under which a guard row exists once the draft's client id was used."""
    return reply_id_hash(client_id) if kind == "reply" else comment_id_hash(client_id)


def draft_until(now: int, kept_days: int, ticket_expires_at: int) -> int:
    """Return the expiry date (seconds) of a draft that is saved now, never later than that of its ticket.

    `ticket_expires_at` (ms) is 0 for an open ticket, which is kept `kept_days` after it closes.
    """
    until = now + min(DRAFT_DAYS, kept_days) * DAY
    return min(until, ticket_expires_at or until) // SECOND


_NEWER = "attribute_not_exists(pk) OR #client_hash <> :client_hash OR #order < :order"
"""Condition of a save: the stored draft belongs to another client id, or is older."""


class DraftStore:
    """Reads and writes drafts. `wait` sleeps after a conflict and is given the number of the attempt.

    All methods raise Unavailable.
    """

    def __init__(self, client: Any, tables: Mapping[str, str], wait: Callable[[int], None]) -> None:
        self._run = Transactions(client, wait)
        self._writes = Writes(tables)
        self._wait = wait

    def of(self, ticket: Ticket, staff_id: str, decryptor: BatchDecryptor, now: int) -> dict[DraftKind, Draft]:
        """Return a person's drafts on a ticket by kind. A draft that cannot be opened is left out."""
        places = {
            f"draft#{place.tail}": place
            for place in (DraftKey(ticket.conversation_id, ticket.id, staff_id, kind) for kind in KINDS)
        }
        pk, found = keys.conversation_pk(ticket.conversation_id), dict[DraftKind, Draft]()
        with translated_errors():
            for row in DeskRow.batch_get([(pk, sk) for sk in places], consistent_read=True):
                draft = self._opened(row, places[row.sk], decryptor) if row.content and alive(row, now) else None
                if draft is not None:
                    found[places[row.sk].kind] = draft
        return found

    def _opened(self, row: DeskRow, place: DraftKey, decryptor: BatchDecryptor) -> Draft | None:
        try:
            content = decryptor.json(str(row.contact_id), encryption.draft_content(place.tail), row.content)
        except CannotOpen:
            return None
        if not content:
            return None
        return Draft(
            str(content.get("text", "")), str(content.get("client_id", "")), int(row.order or 0), int(row.at or 0)
        )

    def save(self, place: DraftKey, draft: Draft, head: Mapping[str, Any], expires_at: int) -> Saved:
        """Save a draft, unless its client id was used, a newer save exists, or the conversation's epoch changed.

        `head` has the conversation's contact_id, epoch and public_key. The epoch is a fencing token: it changes when
        the write barrier of an erasure goes up. `expires_at` is in epoch seconds.
        """
        name = client_id_hash(place.kind, draft.client_id)
        values = {
            "content": encryption.seal_json(
                head["public_key"],
                encryption.draft_content(place.tail),
                {"text": draft.text, "client_id": draft.client_id},
            ),
            "contact_id": head["contact_id"],
            "client_hash": name,
            "order": draft.order,
            "at": draft.at,
            "expires_at": expires_at,
            "gone_at": gone_at(expires_at),
        }
        pk = keys.conversation_pk(place.conversation_id)
        expression = "SET " + ", ".join(f"#{one} = :{one}" for one in values)
        writes = [
            self._writes.update("head", "desk", pk, "head", "", "epoch = :epoch", {"epoch": head["epoch"]}),
            self._writes.update("client", "desk", pk, f"client#{name}", "", "attribute_not_exists(pk)", {}),
            self._writes.update("draft", "desk", pk, f"draft#{place.tail}", expression, _NEWER, values),
        ]
        return self._write(writes)

    def empty(self, place: DraftKey, client_id: str, order: int, epoch: int, now: int) -> bool:
        """Remove a draft's text because its author emptied it; False when a newer save exists or the epoch changed.

        The row is written even when there is no draft, so that a save that arrives late does not bring the text back.
        """
        until = (now + EMPTIED_LASTS) // SECOND
        values = {
            "client_hash": client_id_hash(place.kind, client_id),
            "order": order,
            "until": until,
            "gone": gone_at(until),
        }
        pk = keys.conversation_pk(place.conversation_id)
        expression = (
            "SET #client_hash = :client_hash, #order = :order, #expires_at = :until, #gone_at = :gone REMOVE #content"
        )
        writes = [
            self._writes.update("head", "desk", pk, "head", "", "epoch = :epoch", {"epoch": epoch}),
            self._writes.update("draft", "desk", pk, f"draft#{place.tail}", expression, _NEWER, values),
        ]
        return self._write(writes) is Saved.SAVED

    def _write(self, writes: list[Write]) -> Saved:
        for attempt in range(TRIES):
            refusal = self._run.once(writes)
            if refusal is None:
                return Saved.SAVED
            if "head" in refusal.roles:
                return Saved.MOVED
            if refusal.roles:
                return Saved.USED if "client" in refusal.roles else Saved.LATE
            self._wait(attempt)
        raise Unavailable("This draft changes too fast to be kept now; try again.")


def delete_sent_draft(writes: Writes, place: DraftKey, name: str, now: int) -> Write:
    """Return the write that deletes a draft in the transaction that stores its reply or comment under the guard `name`.

    A draft with another client id stays. When the draft changes before the transaction, the transaction is refused and
    must be built anew. Raises Unavailable.
    """
    pk, sk = keys.conversation_pk(place.conversation_id), f"draft#{place.tail}"
    row = get_row(Key("desk", pk, sk))
    if row is None or not row.content or row.client_hash != name:
        condition = "attribute_not_exists(#content) OR #client_hash <> :name"
        return writes.update("draft", "desk", pk, sk, "", condition, {"name": name})
    until = now // SECOND
    expression = "SET #expires_at = :until, #gone_at = :gone REMOVE #content"
    values = {"name": name, "until": until, "gone": gone_at(until)}
    return writes.update("draft", "desk", pk, sk, expression, "#client_hash = :name", values)
