"""Reads tickets, messages and contacts for the dashboard and the API, and opens them. Expired rows are left out.

One `TicketQueries` serves one request, so that opened keys live no longer.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.core.ids import MessageRef
from chalicelib.core.normal import display_name
from chalicelib.core.observability import count, log
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import alive, get_row, get_rows, translated_errors
from chalicelib.dynamo.schema import CONSENT, CONTACT, HEAD, MESSAGE, NUMBER, OPEN_REQUEST, TICKET, Key
from chalicelib.tickets.model import LATE_SPAN
from chalicelib.tickets.records import Contact, Conversation, Message, Thread, Ticket, Undelivered
from chalicelib.tickets.records_from_rows import consent, conversation, number, question_at, undelivered
from chalicelib.tickets.threads import Threads
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor
from chalicelib.vault.encryption import CannotOpen, EncryptionContext

ERASING = "erasing"
"""State of a contact once the write barrier of its erasure is up."""
_LOOKED_AT = ("contact_id", "state", "suppressed_at")
"""Attributes of contacts that a list of tickets needs."""
EARLIER_PER_TICKET = 20
"""Earlier tickets of a conversation that are read at most."""


class TicketQueries:
    """Reads tickets, messages and contacts as of `now` (ms). All methods raise Unavailable."""

    def __init__(self, decryptor: BatchDecryptor, now: int) -> None:
        self.decryptor = decryptor
        self._now = now
        self._heads: dict[str, DeskRow] = {}
        self._threads = Threads(self._json, now)
        self._erasing: dict[str, bool] = {}
        """Whether contacts are being erased, by id, for those that this request has read."""
        self._suppressed: set[str] = set()
        """Those of them whose consent is withdrawn, so that only answers to what they ask may be sent."""

    # -- tickets

    def ticket(self, ticket_id: str) -> Ticket | None:
        """Return a ticket, strongly consistent; None when there is none or its retention has ended."""
        row = self._get(TICKET.key(ticket_id))
        if row is None:
            return None
        self._erasing.pop(str(row.contact_id), None)  # a caller who reads the ticket again needs the current state
        return self.opened([row])[0]

    def ticket_id_of(self, number: str) -> str:
        """Return the id of the ticket with this number (digits only), or ""."""
        return str(row.ticket_id) if (row := self._get(NUMBER.key(number))) else ""

    def tickets(self, ticket_ids: Iterable[str]) -> list[Ticket]:
        """Return several tickets, newest activity first; those that do not exist are left out."""
        found = self.opened(self._batch(map(TICKET.key, ticket_ids)))
        return sorted(found, key=lambda one: (-one.activity, one.id))

    def earlier_tickets(self, ticket: Ticket, most: int = EARLIER_PER_TICKET) -> list[Ticket]:
        """Return the earlier tickets of the same conversation, newest first, `most` at most."""
        found: list[DeskRow] = []
        before = ticket.previous_id
        while before and len(found) < most:
            row = self._get(TICKET.key(before))
            if row is None:
                break
            found.append(row)
            before = row.previous_ticket_id or ""
        return self.opened(found)

    def opened(self, found: Sequence[DeskRow]) -> list[Ticket]:
        """Open rows of tickets and their undelivered messages.

        It takes one BatchGetItem on `keys`, one on contacts and one on messages per hundred rows. Nothing is opened of
        a contact that is being erased, although its key may still exist.
        """
        contact_ids = list(dict.fromkeys(str(row.contact_id) for row in found))
        with translated_errors():
            self.decryptor.load(contact_ids)
            self._look(contact_ids)
        shown = [row for row in found if not self._erasing.get(str(row.contact_id))]
        failed = undelivered(shown, self._batch, self._json)
        return [self._ticket(row, failed.get(row.pk)) for row in found]

    def _look(self, contact_ids: Sequence[str]) -> None:
        """Read which of these contacts are being erased.

        One contact is read strongly consistently, because opening and changing a ticket depend on it. Several are not:
        a list may be a moment late, as its index is.
        """
        unknown = [one for one in contact_ids if one not in self._erasing]
        if len(unknown) == 1:
            self.erasing(unknown[0])
            return
        self._erasing |= dict.fromkeys(unknown, False)
        wanted = [(key.pk, key.sk) for key in map(CONTACT.key, unknown)]
        for row in DeskRow.batch_get(wanted, attributes_to_get=list(_LOOKED_AT)) if wanted else ():
            self._met(row)

    def _met(self, row: DeskRow) -> None:
        """Remember whether a contact may be shown and written to."""
        contact_id = str(row.contact_id)
        self._erasing[contact_id] = row.state == ERASING
        (self._suppressed.add if row.suppressed_at else self._suppressed.discard)(contact_id)

    def _ticket(self, row: DeskRow, failed: Undelivered | None) -> Ticket:
        ticket_id = str(row.ticket_id)
        gone = self._erasing.get(str(row.contact_id), False)
        who, no_who = self._json(
            row.contact_id, encryption.ticket_attribute(ticket_id, "who"), None if gone else row.who
        )
        last, no_last = self._json(
            row.contact_id, encryption.ticket_attribute(ticket_id, "last"), None if gone else row.last
        )
        erased = who is None and not no_who
        return Ticket(
            id=ticket_id,
            number=str(row.number),
            state=str(row.state),
            channel=str(row.channel),
            account=str(row.account),
            conversation_id=str(row.conversation_id),
            contact_id=str(row.contact_id),
            assignee=row.assignee or "",
            priority=row.priority or "normal",
            tags=tuple(row.tags or ()),
            created_at=number(row.created_at),
            last_message_at=number(row.last_message_at),
            oldest_at=int(min(row.late_in)) * LATE_SPAN if row.late_in else 0,
            activity=number(row.activity),
            unread=number(row.unread),
            language=row.language or "",
            previous_id=row.previous_ticket_id or "",
            solved_at=number(row.solved_at),
            closed_at=number(row.closed_at),
            expires_at=number(row.expires_at) * 1000,
            name=display_name(str((who or {}).get("name", ""))),
            username=display_name(str((who or {}).get("username", ""))),
            address=str((who or {}).get("address", "")),
            last_text="" if erased else str((last or {}).get("text", "")),
            last_kind="" if erased else row.last_kind or "",
            last_direction="" if erased else row.last_direction or "",
            undelivered=None if erased else failed,
            erased=erased,
            unreadable=no_who,
            last_unreadable=no_last,
            question_at=question_at(row),
            suppressed=str(row.contact_id) in self._suppressed,
        )

    # -- conversations

    def conversation(self, conversation_id: str) -> Conversation:
        """Return the head of a conversation, strongly consistent, reusing once the one that `contact` has just read."""
        row = self._heads.pop(conversation_id, None) or self._get(HEAD.key(conversation_id))
        return conversation(row) if row else Conversation(conversation_id, "")

    def conversations(self, conversation_ids: Iterable[str]) -> list[Conversation]:
        """Return several heads in one BatchGetItem per hundred."""
        return [conversation(row) for row in self._batch(map(HEAD.key, conversation_ids))]

    def messages(self, ticket: Ticket) -> Thread:
        """Return the ticket's messages, comments and activity lines, oldest first: see Threads.of."""
        return self._threads.of(ticket, lambda: self.conversation(ticket.conversation_id).ticket_id)

    def message(self, ticket: Ticket, ref: MessageRef) -> Message | None:
        """Return one message of the ticket, strongly consistent, without edits and reactions applied.

        Returns None when the ticket has no such message.
        """
        row = self._get(MESSAGE.key(*ref))
        return self._threads.message(ticket, row) if row and row.ticket_id == ticket.id else None

    def ticket_id_of_message(self, ref: MessageRef) -> str:
        """Return the id of the ticket on which a message lies, or ""."""
        row = self._get(MESSAGE.key(*ref))
        return (row.ticket_id or "") if row else ""

    # -- contacts

    def contact(self, contact_id: str) -> Contact | None:
        """Return a contact with its consents, or None when there is none or its retention has ended.

        The contact of a reply mailbox has no profile and is never returned.
        """
        found: dict[str, DeskRow] = {}
        with translated_errors():
            for row in DeskRow.query(CONTACT.partition(contact_id), consistent_read=True, limit=100):
                if alive(row, self._now):
                    found[row.sk] = row
        if CONTACT.sk not in found or found[CONTACT.sk].profile is None:
            return None
        row = found.pop(CONTACT.sk)
        head = self._get(HEAD.key(row.conversation_id))
        if head is None:
            return None  # the contact expires with its head
        self._heads[str(row.conversation_id)] = head
        consents = [one for name, one in found.items() if name.startswith(CONSENT.prefix)]
        profile, unreadable = self._json(contact_id, encryption.contact_attribute(contact_id, "profile"), row.profile)
        addresses = {kind: self._address(contact_id, kind, getattr(row, kind)) for kind in ADDRESS_KINDS}
        return Contact(
            id=contact_id,
            channel=str(row.channel),
            account=str(row.account),
            language=row.language or "",
            conversation_id=str(row.conversation_id),
            created_at=number(row.created_at),
            name=display_name(str((profile or {}).get("name", ""))),
            username=display_name(str((profile or {}).get("username", ""))),
            addresses={kind: value for kind, value in addresses.items() if value},
            erased=profile is None and not unreadable,
            unreadable=unreadable or None in addresses.values(),
            consents=tuple(consent(one) for one in consents),
            request_id=(found[OPEN_REQUEST.sk].request_id or "") if OPEN_REQUEST.sk in found else "",
            suppressed_at=number(row.suppressed_at),
            opted_out_at=number(row.opted_out_at),
            erasing=row.state == ERASING,
        )

    def erasing(self, contact_id: str) -> bool:
        """Whether the contact's data is being destroyed, by one strongly consistent read per request."""
        if contact_id not in self._erasing:
            row = self._get(CONTACT.key(contact_id))
            self._erasing[contact_id] = False
            if row:
                self._met(row)
        return self._erasing[contact_id]

    def open_request(self, contact_id: str) -> str:
        """Return the id of the contact's open request about data, or ""."""
        return str(row.request_id) if (row := self._get(OPEN_REQUEST.key(contact_id))) else ""

    def conversations_of(self, contact_ids: Iterable[str]) -> list[str]:
        """Return the ids of the conversations of several contacts."""
        found = self._batch(map(CONTACT.key, contact_ids))
        for row in found:
            self._met(row)
        return [str(row.conversation_id) for row in found]

    def request_text(self, contact_id: str, request_id: str, attribute: str, sealed: bytes) -> str:
        """Open what the staff wrote about a request (`evidence` or `reason`); "" when it is empty or cannot be
        opened."""
        place = encryption.request_attribute(request_id, attribute)
        try:
            return self.decryptor.text(contact_id, place, sealed) or ""
        except CannotOpen:
            _say_unopened(contact_id)
            return ""

    def _address(self, contact_id: str, kind: str, sealed: bytes | None) -> str | None:
        try:
            return self.decryptor.text(contact_id, encryption.contact_attribute(contact_id, kind), sealed) or ""
        except CannotOpen:
            _say_unopened(contact_id)
            return None

    def _json(
        self, contact_id: str, place: EncryptionContext, sealed: bytes | None
    ) -> tuple[dict[str, Any] | None, bool]:
        """Open a sealed mapping; return it, and whether it exists and cannot be opened.

        An erased value is (None, False). A value that cannot be opened is (None, True) and does not spoil the page.
        """
        try:
            return self.decryptor.json(contact_id, place, sealed), False
        except CannotOpen:
            _say_unopened(contact_id)
            return None, True

    def confirm_key(self, ticket: Ticket, head: Conversation) -> bool:
        """Whether the customer's key exists. Raises Conflict with the code key_mismatch when the head names another
        key."""
        return self.decryptor.seal_key(ticket.contact_id, head.public_key) is not None

    # -- rows

    def _get(self, key: Key) -> DeskRow | None:
        row = get_row(key)
        return row if row is not None and alive(row, self._now) and not row.guard else None

    def _batch(self, wanted: Iterable[Key]) -> list[DeskRow]:
        return [row for row in get_rows(wanted) if alive(row, self._now)]


def _say_unopened(contact_id: str) -> None:
    log("cannot_open", level=logging.ERROR, contact_id=contact_id)
    count("CannotOpen")
