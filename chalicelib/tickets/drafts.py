"""Drafts: what a member of staff has typed on a ticket and not sent, one reply and one comment each."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND, gone_at
from chalicelib.core.ids import MessageRef, comment_id_hash, reply_id_hash
from chalicelib.core.kept_for import KeptFor
from chalicelib.dynamo.builder import NEW, Builder, Write
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import alive, get_row
from chalicelib.dynamo.schema import CLIENT_ID, DRAFT, HEAD, Key, lists
from chalicelib.dynamo.tables import Tables
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
    def row(self) -> Key:
        """The key of its row."""
        return DRAFT.key(self.conversation_id, self.ticket_id, self.staff_id, self.kind)

    @property
    def tail(self) -> str:
        """The sort key of the row without its prefix."""
        return self.row.sk.removeprefix(DRAFT.prefix)


@dataclass(frozen=True)
class Draft:
    """A draft. `client_id` is the id under which it will be sent: once that was used, the draft cannot be saved again.

    `order` grows with each save under one id. `at` is when it was saved (ms). `quote` is the id of the message that a
    reply quotes, `choices` are the titles that it lets the customer choose from, as they are typed.
    """

    text: str = field(repr=False)
    client_id: str
    order: int
    at: int = 0
    quote: str = ""
    choices: tuple[str, ...] = field(default=(), repr=False)

    @property
    def empty(self) -> bool:
        """Whether nothing is typed. A quote alone is no word."""
        return not self.text.strip() and not any(one.strip() for one in self.choices)


class Saved(Enum):
    """The result of saving a draft: SAVED; LATE: a newer save exists; USED: its client id was used; MOVED: the
    conversation's epoch changed since it was read."""

    SAVED = "saved"
    LATE = "late"
    USED = "used"
    MOVED = "moved"


def draft_keys(conversation_id: str, ticket_id: str, staff_id: str) -> list[Key]:
    """Return the keys of a person's drafts on a ticket."""
    return [DraftKey(conversation_id, ticket_id, staff_id, kind).row for kind in KINDS]


def open_drafts(rows: Iterable[DeskRow], decryptor: BatchDecryptor, now: int) -> dict[DraftKind, Draft]:
    """Return drafts by kind, from their rows. One that cannot be opened is left out. Raises Unavailable."""
    found: dict[DraftKind, Draft] = {}
    for row in rows:
        tail = row.sk.removeprefix(DRAFT.prefix)
        kind = next(one for one in KINDS if tail.endswith(f"#{one}"))
        content = None
        if row.content and alive(row, now):
            with suppress(CannotOpen):
                content = decryptor.json(str(row.contact_id), encryption.draft_content(tail), row.content)
        if content:
            found[kind] = Draft(
                text=str(content.get("text", "")),
                client_id=str(content.get("client_id", "")),
                order=int(row.order or 0),
                at=int(row.at or 0),
                quote=str(content.get("quote", "")),
                choices=tuple(map(str, content.get("choices", ()))),
            )
    return found


def client_id_hash(kind: DraftKind, client_id: str) -> str:
    """Return the hash under which a guard row exists once the draft's client id was used."""
    return reply_id_hash(client_id) if kind == "reply" else comment_id_hash(client_id)


def client_guard(builder: Builder, name: str, ref: MessageRef, now: int) -> Write:
    """Return the write of the row that remembers what was stored under the hash `name` of a client's id. One that is
    past its date counts as gone: DynamoDB deletes it days later. `now` is in ms."""
    until = (now + GUARD_DAYS * DAY) // SECOND
    row = {"message_ref": str(ref), "expires_at": until, "gone_at": gone_at(until)}
    key, free = CLIENT_ID.key(ref.conversation_id, name), f"{NEW} OR expires_at <= :now"
    return builder.put("client", key, row, free, {"now": now // SECOND})


def draft_until(now: int, kept: KeptFor, ticket_expires_at: int) -> int:
    """Return the expiry date (seconds) of a draft that is saved now, never later than that of its ticket.

    `ticket_expires_at` (ms) is 0 for an open ticket, which is kept so long after it closes.
    """
    until = min(now + DRAFT_DAYS * DAY, kept.after(now))
    return min(until, ticket_expires_at or until) // SECOND


_NEWER = "attribute_not_exists(pk) OR #client_hash <> :client_hash OR #order < :order"
"""Condition of a save: the stored draft belongs to another client id, or is older."""


class DraftStore:
    """Writes drafts. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

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
                {name: getattr(draft, name) for name in ("text", "client_id", "quote", "choices")},
            ),
            "contact_id": head["contact_id"],
            "client_hash": name,
            "order": draft.order,
            "at": draft.at,
        }
        values |= lists.dates(place.row.pk, expires_at)
        # A place that it has stays: the sweeper, when it comes to it, finds the later date. A save a second costs less.
        kept = ("list", "place")
        changes = [f"#{one} = :{one}" for one in values if one not in kept]
        expression = "SET " + ", ".join(changes + [f"#{one} = if_not_exists(#{one}, :{one})" for one in kept])
        writes = [
            self._unmoved(place, head["epoch"]),
            self._tables.check("client", CLIENT_ID.key(place.conversation_id, name), NEW),
            self._tables.update("draft", place.row, expression, _NEWER, values),
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
        expression = (
            "SET #client_hash = :client_hash, #order = :order, #expires_at = :until, #gone_at = :gone REMOVE #content"
        )
        writes = [self._unmoved(place, epoch), self._tables.update("draft", place.row, expression, _NEWER, values)]
        return self._write(writes) is Saved.SAVED

    def _unmoved(self, place: DraftKey, epoch: int) -> Write:
        return self._tables.check("head", HEAD.key(place.conversation_id), "epoch = :epoch", {"epoch": epoch})

    def _write(self, writes: list[Write]) -> Saved:
        roles: frozenset[str] = frozenset()

        def build(refused: frozenset[str]) -> list[Write] | None:
            nonlocal roles
            roles = refused
            return None if refused else writes

        if self._tables.transact_until_written(build):
            return Saved.SAVED
        if "head" in roles:
            return Saved.MOVED
        return Saved.USED if "client" in roles else Saved.LATE


def delete_sent_draft(builder: Builder, place: DraftKey, name: str, now: int) -> Write:
    """Return the write that deletes a draft in the transaction that stores its reply or comment under the guard `name`.

    A draft with another client id stays. When the draft changes before the transaction, the transaction is refused and
    must be built anew. Raises Unavailable.
    """
    row = get_row(place.row)
    if row is None or not row.content or row.client_hash != name:
        condition = "attribute_not_exists(#content) OR #client_hash <> :name"
        return builder.check("draft", place.row, condition, {"name": name})
    until = now // SECOND
    expression = "SET #expires_at = :until, #gone_at = :gone REMOVE #content"
    values = {"name": name, "until": until, "gone": gone_at(until)}
    return builder.update("draft", place.row, expression, "#client_hash = :name", values)
