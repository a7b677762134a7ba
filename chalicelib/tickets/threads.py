"""Reads the messages of a ticket, and what other tickets of the conversation have to do with them.

Customers react to, edit, delete and quote messages of any ticket. For most tickets one query reads all that is needed.
Only two cases take further queries: later messages of a closed ticket's conversation may change its messages, and a
ticket may quote or change messages of an earlier one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.channels.reading import as_dict, as_list
from chalicelib.core.asks import choice_of, pressed_request
from chalicelib.core.clock import DAY, GUARD_DAYS
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import alive, translated_errors
from chalicelib.dynamo.schema import MESSAGE
from chalicelib.provider_templates.model import as_shown
from chalicelib.tickets.apply_edits import apply_edits
from chalicelib.tickets.model import CHANGES
from chalicelib.tickets.pieces import outstanding
from chalicelib.tickets.presses import words_of
from chalicelib.tickets.records import Message, MessageFile, Thread, Ticket
from chalicelib.tickets.records_from_rows import mapping, number, outcome, outgoing, resent_as, sent_files, size_of
from chalicelib.vault import encryption
from chalicelib.vault.encryption import EncryptionContext

MOST_MESSAGES = 1000
"""Messages of one ticket that are shown at most: the newest ones."""
MOST_OPENED = 1_500_000
"""Bytes of their texts on a page at most: the response of a function is limited to 6 MB, markup included."""
EXAMINED = 4000
"""Rows of the conversation that are examined for one ticket at most."""
LOOKED_BACK = 500
"""Rows before the ticket that are examined for what it quotes; an older quoted message counts as not stored."""
_LAST = f"{MESSAGE.prefix}9999999999999~"
Open = Callable[[str, EncryptionContext, bytes | None], tuple[dict[str, Any] | None, bool]]
"""Opens a sealed mapping of a contact; also returns whether it exists and cannot be opened."""


@dataclass
class _Found:
    """What was read: the ticket's messages, rows of other tickets, and whether older messages were left out."""

    own: list[Message] = field(default_factory=list)
    others: list[DeskRow] = field(default_factory=list)
    earlier: bool = False

    def named(self) -> set[str]:
        """Return the pseudonyms of the ticket's own messages."""
        said = (one for one in self.own if one.kind not in CHANGES)
        return {name for one in said for name in (one.provider_hash, *one.links) if name}

    def asked(self) -> set[str]:
        """Return the pseudonyms of the messages that the ticket's messages quote or change."""
        about = (one for one in self.own if not pressed_request(one.details))  # our question about data is on no ticket
        return {name for one in about for name in (one.quote_hash, one.target_hash) if name}


@dataclass(frozen=True)
class Threads:
    """Reads threads as of `now` (ms). All methods raise Unavailable."""

    open: Open
    now: int

    def of(self, ticket: Ticket, newest: Callable[[], str]) -> Thread:
        """Return the ticket's messages, comments and activity lines, oldest first, with edits and reactions applied.

        Messages may be older than their ticket, because providers may deliver late. Of very many or very long messages
        the newest are returned: MOST_MESSAGES, MOST_OPENED, EXAMINED. `newest` returns the id of the conversation's
        newest ticket.
        """
        first = max(0, min(ticket.created_at - GUARD_DAYS * DAY, ticket.oldest_at or ticket.created_at))
        last = f"{_since(ticket.closed_at + GUARD_DAYS * DAY)}~" if ticket.closed_at else _LAST
        with translated_errors():
            found = self._own(ticket, _since(first), last)
            if ticket.closed_at and newest() != ticket.id:
                found.others += self._changes_behind(ticket, last)
            named, asked = found.named(), found.asked()
            beside = [row for row in found.others if _about(row, named | asked) or _names(row) & asked]
            missing = asked - named - {name for row in beside for name in _names(row)}
            if missing and ticket.previous_id:
                beside += self._before(ticket, _since(first), asked - named, missing)
        return Thread(tuple(apply_edits(found.own, (self.message(ticket, row) for row in beside))), found.earlier)

    def _own(self, ticket: Ticket, first: str, last: str) -> _Found:
        found, size = _Found(), 0
        read = DeskRow.query(
            MESSAGE.partition(ticket.conversation_id),
            DeskRow.sk.between(first, last),
            scan_index_forward=False,
            consistent_read=True,
        )
        for place, row in enumerate(read):
            if place >= EXAMINED:
                found.earlier = True
                break
            if row.guard or not alive(row, self.now):
                continue
            if row.ticket_id != ticket.id:
                found.others.append(row)
                continue
            if len(found.own) >= MOST_MESSAGES or size >= MOST_OPENED:
                found.earlier = True
                break
            found.own.append(self.message(ticket, row))
            size += size_of(found.own[-1])
        return found

    def _changes_behind(self, ticket: Ticket, last: str) -> Iterator[DeskRow]:
        """Yield changes that arrived after the ticket was closed, out of the next EXAMINED rows."""
        read = DeskRow.query(
            MESSAGE.partition(ticket.conversation_id),
            DeskRow.sk.between(last, _LAST),
            filter_condition=DeskRow.kind.is_in(*sorted(CHANGES)),
            page_size=EXAMINED // 4,
        )
        for row in read:
            if not row.guard and alive(row, self.now):
                yield row
            if read.page_iter.total_scanned_count > EXAMINED:
                return

    def _before(self, ticket: Ticket, first: str, asked: set[str], missing: set[str]) -> Iterator[DeskRow]:
        """Yield the messages before the ticket that its own refer to, and changes of them, newest first."""
        wanted = set(missing)
        read = DeskRow.query(
            MESSAGE.partition(ticket.conversation_id),
            DeskRow.sk.between(MESSAGE.prefix, first),
            scan_index_forward=False,
            page_size=LOOKED_BACK // 5,
        )
        for place, row in enumerate(read):
            if place >= LOOKED_BACK or not wanted:
                return
            if row.guard or not alive(row, self.now):
                continue
            if names := _names(row) & asked:
                wanted -= names
                yield row
            elif _about(row, asked):
                yield row

    def message(self, ticket: Ticket, row: DeskRow) -> Message:
        """Open the row of a message."""
        ref = MessageRef.of_tail(ticket.conversation_id, str(row.sk).removeprefix(MESSAGE.prefix))
        content, unreadable = self.open(ticket.contact_id, encryption.message_content(ref), row.content)
        opened, (status, failure) = content or {}, outcome(row)
        details = opened.get("details")
        return Message(
            id=str(ref),
            direction=str(row.direction),
            kind=str(row.kind),
            sent_at=number(row.sent_at) or ref.at,
            text=words_of(str(row.kind), str(opened.get("text", ""))),
            order=number(row.order),
            arrived_at=number(row.arrived_at),
            status=status,
            failure=failure,
            author=row.author or "",
            purpose=row.purpose or "",
            provider_hash=row.provider_hash or "",
            quote_hash=row.quote_hash or "",
            target_hash=row.target_hash or "",
            details=details if isinstance(details, dict) else {},
            params=mapping(row.params),
            forwarded=bool(opened.get("forwarded")),
            uncertain=bool(row.uncertain),
            resent_as="" if outstanding(outgoing(row)) else resent_as(ref, row),
            raw_type=row.raw_type or "",
            erased=content is None and not unreadable and row.content is not None,
            unreadable=unreadable,
            deleted=bool(row.deleted),
            ticket_id=row.ticket_id or "",
            links=tuple(row.links or ()),
            quote_gone=bool(row.quote_gone),
            choices=_of_buttons(opened, "title"),
            pick=choice_of(next(iter(_of_buttons(opened, "id")), ""))[0] if row.direction == "out" else "",
            deleted_by=row.deleted_by or "",
            decision=row.decision or "",
            decided_by=row.decided_by or "",
            file_state=row.file_state or "",
            file=self._file(ticket, ref, row) if row.file_object else MessageFile(),
            files=sent_files(opened, outgoing(row)) if row.file_objects else (),
            template=as_shown(shown) if (shown := as_dict(opened.get("template")).get("shown")) else None,
        )

    def _file(self, ticket: Ticket, ref: MessageRef, row: DeskRow) -> MessageFile:
        facts, _ = self.open(ticket.contact_id, encryption.message_file(ref), row.file)
        facts = facts or {}
        size = facts.get("size")
        return MessageFile(
            object=str(row.file_object),
            name=str(facts.get("name", "")),
            type=str(facts.get("type", "")),
            size=size if isinstance(size, int) else 0,
        )


def _of_buttons(content: dict[str, Any], name: str) -> tuple[str, ...]:
    return tuple(str(as_dict(one).get(name, "")) for one in as_list(content.get("buttons")) if isinstance(one, dict))


def _names(row: DeskRow) -> set[str]:
    """Return the pseudonyms by which others refer to a message; none for a change."""
    return set() if row.kind in CHANGES else {row.provider_hash or "", *(row.links or ())} - {""}


def _about(row: DeskRow, names: set[str]) -> bool:
    """Whether a row changes one of these messages."""
    return row.kind in CHANGES and row.target_hash in names


def _since(at: int) -> str:
    """Return the sort key from which the messages since a time (ms) lie."""
    return f"{MESSAGE.prefix}{at:013d}"
