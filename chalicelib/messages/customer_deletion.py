"""Removes every copy of the text of a message that was deleted, by its customer or by staff: in the message, its raw
part, its edits, quotes and previews.

It needs no key, because texts are removed and never opened. Customers delete their own messages, staff ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import count
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import get_row, translated_errors
from chalicelib.dynamo.schema import MESSAGE, RAW, STAMPING, TICKET, Key
from chalicelib.dynamo.tables import Tables
from chalicelib.tickets.model import CHANGES, LEFT, TEXT_CHANGES

DropFile = Callable[[MessageRef, str, str], None]
"""Deletes the file of a message: takes the message, its contact's id, and the file's name in the bucket, "" while it
waits to be fetched. Raises Unavailable."""
WAITS = 60 * SECOND
"""Time (ms) until a deletion whose message has not arrived is looked at for the second time."""
_LOOKED_AT = ("pk", "sk", "direction", "kind", "ticket_id", "sent_at", "provider_hash", "target_hash", "quote_hash",
              "status", "deleted", "quote_gone", "expires_at", "contact_id", "file_state", "file_object")  # fmt: skip


@dataclass(frozen=True)
class EditOrDeletion:
    """A deletion (`revokes`) or an edit, and the pseudonym of its message. `waits` says that the message has not
    arrived. `at` is the provider's time and `arrived_at` ours (ms). `direction` says whose it is: "in" or "out"."""

    target_hash: str
    at: int
    arrived_at: int
    revokes: bool
    waits: bool
    direction: str = "in"


class StoredFile(NamedTuple):
    """The file of a message: whose it is and its name in the bucket, "" while it waits to be fetched."""

    contact_id: str
    name: str


@dataclass(frozen=True)
class Texts:
    """Sort keys of the rows that hold a text of one message. `at` is its time (ms) and `kind` its kind; `tickets` are
    those of the message and its edits, `edited` those of the edits; `revoked` says that its customer deleted it,
    `fresh` that its text still exists; `file` is its file."""

    revoked: bool
    messages: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    quoting: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    edited: frozenset[str] = frozenset()
    at: int = 0
    kind: str = ""
    fresh: bool = False
    file: "StoredFile | None" = None
    direction: str = "in"


class TakeBackStore:
    """Finds and removes texts. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def change(self, conversation_id: str, sk: str) -> EditOrDeletion | None:
        """Return the deletion or edit by a strongly consistent read; None when it is gone or is neither."""
        row = get_row(_key(conversation_id, sk))
        if row is None or row.guard or row.kind not in TEXT_CHANGES or not row.target_hash:
            return None
        if not _counts(row):
            return None
        at, arrived_at = int(row.sent_at or 0), int(row.arrived_at or 0)
        return EditOrDeletion(row.target_hash, at, arrived_at, row.kind == "revoke", bool(row.due), str(row.direction))

    def revoked_since(self, conversation_id: str, change: EditOrDeletion) -> bool:
        """Whether the message was deleted after this edit of it. It reads few rows, because an edit is among the newest
        of its conversation when it arrives."""
        with translated_errors():
            found = DeskRow.query(
                MESSAGE.partition(conversation_id),
                DeskRow.sk.between(f"{MESSAGE.prefix}{change.at:013d}", f"{MESSAGE.prefix}~"),
                filter_condition=(DeskRow.kind == "revoke") & (DeskRow.target_hash == change.target_hash),
                consistent_read=True,
                attributes_to_get=["pk", "sk", "direction", "kind", "status"],
            )
            return any(_counts(row) for row in found)

    def texts_of(self, conversation_id: str, target_hash: str, direction: str) -> Texts:
        """Find the rows that belong to a message of this direction. It reads the whole conversation, because no index
        leads from a message to its edits and quotes."""
        found: dict[str, list[DeskRow]] = {"message": [], "edit": [], "revoke": [], "quoting": []}
        with translated_errors():
            for row in DeskRow.query(
                MESSAGE.partition(conversation_id),
                DeskRow.sk.startswith(MESSAGE.prefix),
                filter_condition=(DeskRow.provider_hash == target_hash)
                | (DeskRow.target_hash == target_hash)
                | (DeskRow.quote_hash == target_hash),
                consistent_read=True,
                attributes_to_get=list(_LOOKED_AT),
            ):
                if row.quote_hash == target_hash and not row.quote_gone:
                    found["quoting"].append(row)
                if row.direction != direction or not _counts(row):
                    continue
                if row.target_hash == target_hash and row.kind in TEXT_CHANGES:
                    found[row.kind].append(row)
                elif row.provider_hash == target_hash and row.kind not in CHANGES:
                    found["message"].append(row)
        if not found["revoke"]:
            return Texts(revoked=False)
        messages, edits = found["message"], found["edit"]
        return Texts(
            revoked=True,
            messages=tuple(str(row.sk) for row in messages),
            fresh=any(not row.deleted for row in messages),
            edits=tuple(str(row.sk) for row in edits if not row.deleted),
            quoting=tuple(str(row.sk) for row in found["quoting"]),
            tickets=tuple(dict.fromkeys(row.ticket_id for row in (*messages, *edits) if row.ticket_id)),
            edited=frozenset(row.ticket_id for row in edits if row.ticket_id),
            at=int(messages[0].sent_at or 0) if messages else 0,
            kind=str(messages[0].kind) if messages else "",
            file=_file(messages[0]) if messages else None,
            direction=direction,
        )

    def files_left(self, conversation_id: str, sk: str) -> list[StoredFile]:
        """Return the files of a message of ours that was deleted, by a strongly consistent read."""
        row = get_row(_key(conversation_id, sk))
        if row is None or row.guard or row.direction != "out" or not row.deleted:
            return []
        return [StoredFile(str(row.contact_id), name) for name in row.file_objects or ()]

    def files_gone(self, conversation_id: str, sk: str) -> None:
        """Note that the files of a deleted message of ours are gone."""
        self._update(conversation_id, sk, "REMOVE #file_objects", "#deleted = :yes", {"yes": True})

    def clear_preview(self, ticket_id: str, texts: Texts) -> None:
        """Remove the preview from the ticket's row if it shows this message or an edit of it."""
        values: dict[str, Any] = {"direction": texts.direction, "revoke": "revoke"}
        mine = "#last_direction = :direction AND "
        shown = []
        if texts.messages:
            shown.append(mine + "#last_message_at = :at AND #last_kind = :kind")
            values |= {"at": texts.at, "kind": texts.kind}
        if ticket_id in texts.edited:
            shown.append(mine + "#last_kind = :edit")
            values["edit"] = "edit"
        if not shown:
            return
        expression = "SET #last_kind = :revoke REMOVE #last"
        change = self._tables.update("ticket", TICKET.key(ticket_id), expression, " OR ".join(shown), values)
        self._tables.write(change)

    def mark_quote(self, conversation_id: str, sk: str) -> None:
        """Mark a message whose quoted message was deleted."""
        self._update(conversation_id, sk, "SET #quote_gone = :yes", "attribute_exists(#direction)", {"yes": True})

    def empty(
        self, conversation_id: str, sk: str, direction: str, kind: str = "", file: StoredFile | None = None
    ) -> bool:
        """Remove the content of a message or edit, and before it the raw part of one that was not understood. Return
        False when it has another file than `file` by now."""
        if kind == "unsupported":
            raw = RAW.prefix + sk.removeprefix(MESSAGE.prefix)
            self._update(conversation_id, raw, "REMOVE #raw", "attribute_exists(#raw)", {})
        expression, condition = "SET #deleted = :yes REMOVE #content, #provider_ids", "#direction = :direction"
        values: dict[str, Any] = {"yes": True, "direction": direction}
        if file is None:
            return self._update(conversation_id, sk, expression, condition, values)
        expression += ", #file, #file_state, #file_object"
        condition += " AND " + ("#file_object = :file_object" if file.name else "attribute_not_exists(#file_object)")
        values |= {"file_object": file.name} if file.name else {}
        return self._update(conversation_id, sk, expression, condition, values)

    def wait_for_message(self, conversation_id: str, sk: str, now: int) -> None:
        """Make the deletion due again, because its message has not arrived; afterwards the sweeper puts it off."""
        values = {"due": STAMPING, "at": now + WAITS}
        expression = "SET #due = :due, #due_at = :at"
        condition = "attribute_exists(#target_hash) AND attribute_not_exists(#due)"
        self._update(conversation_id, sk, expression, condition, values)

    def stop_waiting(self, conversation_id: str, sk: str) -> None:
        """Let the deletion wait no longer."""
        self._update(conversation_id, sk, "REMOVE #due, #due_at", "attribute_exists(#due)", {})

    def _update(
        self, conversation_id: str, sk: str, expression: str, condition: str, values: Mapping[str, Any]
    ) -> bool:
        return self._tables.write(
            self._tables.update("message", _key(conversation_id, sk), expression, condition, values)
        )


def _counts(row: DeskRow) -> bool:
    """Whether a row is a message, or a change that counts: the customer's, or one of ours that has left."""
    return row.direction == "in" or row.kind not in CHANGES or row.status in LEFT


def _file(row: DeskRow) -> StoredFile | None:
    return StoredFile(str(row.contact_id), row.file_object or "") if row.file_state else None


def _key(conversation_id: str, sk: str) -> Key:
    return Key("desk", MESSAGE.partition(conversation_id), sk)


@dataclass(frozen=True)
class TakeBack:
    """Carries out deletions. It may run again at any time and in any order. `drop_file` deletes the file
    of a message."""

    store: TakeBackStore
    drop_file: DropFile
    clock: Callable[[], int]

    def __call__(self, conversation_id: str, sk: str) -> bool:
        """Remove the text of the message that the deletion or edit with the sort key `sk` is about, if the message was
        deleted; return whether a text was removed. Of a message of ours that was deleted, remove the files.

        A customer's deletion whose message has not arrived waits for it as long as its provider may still send it; the
        sweeper repeats it meanwhile. The ticket's preview is cleared first and the message is emptied last, so that a
        run that dies in between is repeated whole. Raises Unavailable.
        """
        change = self.store.change(conversation_id, sk)
        if change is None:
            self._drop_ours(conversation_id, sk)
            return False
        if not (change.revokes or self.store.revoked_since(conversation_id, change)):
            return False
        found = self.store.texts_of(conversation_id, change.target_hash, change.direction)
        if not found.revoked:
            return False
        for ticket_id in found.tickets:
            self.store.clear_preview(ticket_id, found)
        for quoting in found.quoting:
            self.store.mark_quote(conversation_id, quoting)
        for edit in found.edits:
            self.store.empty(conversation_id, edit, change.direction)
        for message in found.messages:
            if found.fresh:
                self._empty(conversation_id, message, found)
        late = self.clock() > change.arrived_at + GUARD_DAYS * DAY
        if change.waits and (found.messages or late):
            self.store.stop_waiting(conversation_id, sk)
        elif change.direction == "in" and change.revokes and not (found.messages or late or change.waits):
            self.store.wait_for_message(conversation_id, sk, self.clock())
        if found.fresh:
            count("MessagesTakenBack")
        return found.fresh or bool(found.edits)

    def _drop_ours(self, conversation_id: str, sk: str) -> None:
        """Delete the files of a message of ours that was deleted, whether it had left or not."""
        files = self.store.files_left(conversation_id, sk)
        for file in files:
            self.drop_file(MessageRef.of_tail(conversation_id, sk.removeprefix(MESSAGE.prefix)), *file)
        if files:
            self.store.files_gone(conversation_id, sk)

    def _empty(self, conversation_id: str, message: str, found: Texts) -> None:
        if found.file:
            ref = MessageRef.of_tail(conversation_id, message.removeprefix(MESSAGE.prefix))
            self.drop_file(ref, *found.file)
        if not self.store.empty(conversation_id, message, found.direction, found.kind, found.file) and found.file:
            raise Unavailable("The file of this message arrived meanwhile; try again.")
