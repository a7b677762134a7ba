"""Reads the rows behind a private link."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import alive, get_row, translated_errors
from chalicelib.dynamo.schema import ALIAS, CONTACT, HEAD, MESSAGE, OPEN_REQUEST, TICKET
from chalicelib.dynamo.tables import Tables
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.suppression.lookup import SuppressionList
from chalicelib.suppression.model import SuppressionEntry
from chalicelib.tickets.model import LEFT, PERSON_ASKED
from chalicelib.tickets.queries import ERASING
from chalicelib.tickets.records_from_rows import outcome

MOST = 200
"""Messages of one conversation that are shown at most: the newest ones."""
_SAID = ("menu", PERSON_ASKED)
"""Kinds of activity lines that stand for words of the person."""


@dataclass
class Behind:
    """What is known of a link before anything is opened: its conversations, each with its contact, the language, the
    newest ticket, when the link ends (ms, 0 while that is not known). `writable`: the person may write on. `destroyed`:
    their data is being destroyed, or was."""

    conversations: list[tuple[str, str]] = field(default_factory=list)
    language: str = ""
    ticket_id: str = ""
    until: int = 0
    writable: bool = False
    destroyed: bool = False


class FollowedRows:
    """All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._requests = RequestStore(tables)
        self._suppressed = SuppressionList(tables)

    def behind(self, pseudonym: str, now: int) -> Behind:
        """Return what the address with this pseudonym leads to: the person's conversation, and the reply mailbox of
        their request about data, which outlives it."""
        found = Behind()
        alias = self._tables.get(ALIAS.key(pseudonym))
        if alias and not alias.get("fenced"):
            self._known(alias, found, now)
        for entry in self._suppressed.of([pseudonym]):
            found.destroyed, found.language = True, found.language or entry.language
            if not found.writable:
                self._answers(entry, found)
        return found

    def _answers(self, entry: SuppressionEntry, found: Behind) -> None:
        """Note the reply mailbox of the request that destroyed the data: the entry names it during the destruction, and
        the request itself until the last answer has arrived."""
        mailbox = entry.mailbox
        if mailbox is None and entry.request_id:
            request = self._requests.get(entry.request_id)
            mailbox = request.box if request else None
        if mailbox:
            found.conversations.append((mailbox.contact_id, mailbox.conversation_id))

    def _known(self, alias: dict[str, Any], found: Behind, now: int) -> None:
        """Note the person's own conversation, unless its retention has ended or its destruction has begun."""
        contact_id, conversation_id = alias["contact_id"], alias["conversation_id"]
        head, contact = self._tables.get(HEAD.key(conversation_id)), self._tables.get(CONTACT.key(contact_id))
        until = int(head.get("expires_at", 0)) * SECOND
        if not head or not contact or contact.get("state") == ERASING or 0 < until <= now:
            return
        found.conversations.append((contact_id, conversation_id))
        found.writable, found.until = True, until
        found.language, found.ticket_id = alias.get("language", ""), alias.get("ticket_id", "")
        pointer = self._tables.get(OPEN_REQUEST.key(contact_id))
        request = self._requests.get(pointer["request_id"]) if pointer else None
        if request and request.box:
            found.conversations.append((request.box.contact_id, request.box.conversation_id))

    def ticket(self, ticket_id: str) -> tuple[str, str]:
        """Return number and state of a ticket, both "" when it is gone."""
        row = self._tables.get(TICKET.key(ticket_id)) if ticket_id else {}
        return str(row.get("number", "")), str(row.get("state", ""))

    def messages(self, conversation_id: str, now: int) -> Iterator[DeskRow]:
        """Yield the rows of what the person wrote and of what was sent to them, the newest MOST, newest first."""
        with translated_errors():
            for row in DeskRow.query(
                MESSAGE.partition(conversation_id),
                DeskRow.sk.startswith(MESSAGE.prefix),
                scan_index_forward=False,
                consistent_read=True,
                limit=MOST,
            ):
                if not row.guard and not row.deleted and alive(row, now) and _is_shown(row):
                    yield row

    def sent(self, ref: MessageRef, now: int) -> DeskRow | None:
        """Return the row of a message that was sent to the person; None when it is gone, or never left."""
        row = get_row(MESSAGE.key(*ref))
        if row is None or row.direction != "out" or row.deleted or not alive(row, now) or not _is_shown(row):
            return None
        return row


def _is_shown(row: DeskRow) -> bool:
    if row.direction == "out":
        return outcome(row)[0] in LEFT
    return row.direction == "in" or (row.direction == "event" and row.kind in _SAID)
