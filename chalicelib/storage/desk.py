"""The read model: what the dashboard and the API show. Every row passes `alive` and is opened here.

One `Desk` serves one request: it keeps the opened keys of that request and nothing longer.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from chalicelib.domain.desk import Contact, Conversation, Message, Thread, Ticket
from chalicelib.domain.fold import fold
from chalicelib.domain.references import MessageRef
from chalicelib.domain.tickets import DAY, GUARD_DAYS
from chalicelib.observability import count, log
from chalicelib.storage import rows, sealing
from chalicelib.storage.calls import reaching
from chalicelib.storage.desk_rows import consent, conversation, mapping, number
from chalicelib.storage.models import DeskRow, alive
from chalicelib.storage.opening import Opener
from chalicelib.storage.vault import CannotOpen, Place

MOST_MESSAGES = 1000
"""Messages of one ticket that are shown: the newest ones."""
MOST_OPENED = 1_500_000
"""Bytes of their texts, as a page would write them: a function's answer holds 6 MB, markup and all."""
EXAMINED = 4000
"""Rows of the conversation that are looked at for one ticket."""
ADDRESS_KINDS = ("phone", "user", "chat")
ERASING = "erasing"
"""State of a contact behind whom the fence has closed: HardSuppress."""
CHAIN = 20
"""Tickets of one conversation that are followed backwards."""


class Desk:
    """Reads tickets, messages and contacts as of `now` (ms). All methods raise Unavailable."""

    def __init__(self, opener: Opener, now: int) -> None:
        self.opener = self._opener = opener
        self._now = now

    # -- tickets

    def ticket(self, ticket_id: str) -> Ticket | None:
        """A ticket by its id, strongly consistent; None when there is none or its retention has ended."""
        row = self._get(rows.ticket_pk(ticket_id), "ticket")
        return self.opened([row])[0] if row else None

    def ticket_id_of(self, number: str) -> str:
        """The id of the ticket with this number (digits only), or ""."""
        row = self._get(rows.number_pk(number), "number")
        return str(row.ticket_id) if row else ""

    def tickets(self, ticket_ids: Iterable[str]) -> list[Ticket]:
        """Several tickets, newest activity first; those that are not there are left out."""
        keys = [(rows.ticket_pk(one), "ticket") for one in dict.fromkeys(ticket_ids)]
        return sorted(self.opened(self._batch(keys)), key=lambda one: (-one.activity, one.id))

    def chain(self, ticket: Ticket, most: int = CHAIN) -> list[Ticket]:
        """The earlier tickets of the same conversation, newest first, `most` of them."""
        found: list[DeskRow] = []
        before = ticket.previous_id
        while before and len(found) < most:
            row = self._get(rows.ticket_pk(before), "ticket")
            if row is None:
                break
            found.append(row)
            before = row.previous_ticket_id or ""
        return self.opened(found)

    def opened(self, found: Sequence[DeskRow]) -> list[Ticket]:
        """Open rows of tickets: one BatchGetItem on `keys` per hundred contacts."""
        with reaching():
            self._opener.load(row.contact_id for row in found)
        return [self._ticket(row) for row in found]

    def _ticket(self, row: DeskRow) -> Ticket:
        ticket_id = str(row.ticket_id)
        who, no_who = self._json(row.contact_id, sealing.ticket_attribute(ticket_id, "who"), row.who)
        last, no_last = self._json(row.contact_id, sealing.ticket_attribute(ticket_id, "last"), row.last)
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
            activity=number(row.activity),
            unread=number(row.unread),
            language=row.language or "",
            previous_id=row.previous_ticket_id or "",
            solved_at=number(row.solved_at),
            closed_at=number(row.closed_at),
            expires_at=number(row.expires_at) * 1000,
            name=str((who or {}).get("name", "")),
            username=str((who or {}).get("username", "")),
            address=str((who or {}).get("address", "")),
            last_text=str((last or {}).get("text", "")),
            last_kind=row.last_kind or "",
            last_direction=row.last_direction or "",
            undelivered=bool(row.undelivered),
            erased=who is None and not no_who,
            unreadable=no_who,
            last_unreadable=no_last,
        )

    # -- conversations

    def conversation(self, conversation_id: str) -> Conversation:
        """The head of a conversation, strongly consistent."""
        row = self._get(rows.conversation_pk(conversation_id), "head")
        return conversation(row) if row else Conversation(conversation_id, "")

    def conversations(self, conversation_ids: Iterable[str]) -> list[Conversation]:
        """Several heads in one BatchGetItem per hundred."""
        keys = [(rows.conversation_pk(one), "head") for one in dict.fromkeys(conversation_ids)]
        return [conversation(row) for row in self._batch(keys)]

    def messages(self, ticket: Ticket) -> Thread:
        """The ticket's messages, comments and activity lines, oldest first, edits and reactions folded in.

        Messages may be older than their ticket, because a provider delivers late: up to GUARD_DAYS. Of very many or
        very long ones the newest are returned: MOST_MESSAGES, MOST_OPENED, EXAMINED.
        """
        first = max(0, ticket.created_at - GUARD_DAYS * DAY)
        last = ticket.closed_at + GUARD_DAYS * DAY if ticket.closed_at else 9_999_999_999_999
        found: list[Message] = []
        size, earlier = 0, False
        with reaching():
            all_rows = DeskRow.query(
                rows.conversation_pk(ticket.conversation_id),
                DeskRow.sk.between(f"message#{first:013d}", f"message#{last:013d}~"),
                scan_index_forward=False,
                consistent_read=True,
            )
            for place, row in enumerate(all_rows):
                if place >= EXAMINED:
                    earlier = True
                    break
                if row.guard or row.ticket_id != ticket.id or not alive(row, self._now):
                    continue
                if len(found) >= MOST_MESSAGES or size >= MOST_OPENED:
                    earlier = True
                    break
                found.append(self._message(ticket, row))
                size += _size(found[-1])
        return Thread(tuple(fold(found)), earlier)

    def message(self, ticket: Ticket, ref: MessageRef) -> Message | None:
        """One message of the ticket, strongly consistent, without what was folded into it; None when it is
        elsewhere."""
        row = self._get(rows.conversation_pk(ref.conversation_id), f"message#{ref.tail}")
        return self._message(ticket, row) if row and row.ticket_id == ticket.id else None

    def _message(self, ticket: Ticket, row: DeskRow) -> Message:
        ref = MessageRef.of_tail(ticket.conversation_id, str(row.sk).removeprefix("message#"))
        content, unreadable = self._json(ticket.contact_id, sealing.message_content(ref), row.content)
        opened = content or {}
        details = opened.get("details")
        return Message(
            id=str(ref),
            direction=str(row.direction),
            kind=str(row.kind),
            sent_at=number(row.sent_at) or ref.at,
            text=str(opened.get("text", "")),
            order=number(row.order),
            arrived_at=number(row.arrived_at),
            status=row.status or "",
            failure=mapping(row.failure),
            author=row.author or "",
            purpose=row.purpose or "",
            provider_hash=row.provider_hash or "",
            quote_hash=row.quote_hash or "",
            target_hash=row.target_hash or "",
            details=details if isinstance(details, dict) else {},
            params=mapping(row.params),
            forwarded=bool(opened.get("forwarded")),
            uncertain=bool(row.uncertain),
            raw_type=row.raw_type or "",
            erased=content is None and not unreadable and row.content is not None,
            unreadable=unreadable,
        )

    # -- contacts

    def contact(self, contact_id: str) -> Contact | None:
        """A contact with the consents given, or None when there is none or its retention has ended.

        The box of a request is a contact without a profile, and nobody's to look at.
        """
        found: dict[str, DeskRow] = {}
        with reaching():
            for row in DeskRow.query(rows.contact_pk(contact_id), consistent_read=True, limit=100):
                if alive(row, self._now):
                    found[row.sk] = row
        if "contact" not in found or found["contact"].profile is None:
            return None
        row = found.pop("contact")
        if self._get(rows.conversation_pk(str(row.conversation_id)), "head") is None:
            return None  # the head carries the contact's date
        consents = [one for name, one in found.items() if name.startswith("consent#")]
        profile, unreadable = self._json(contact_id, sealing.contact_attribute(contact_id, "profile"), row.profile)
        addresses = {kind: self._address(contact_id, kind, getattr(row, kind)) for kind in ADDRESS_KINDS}
        return Contact(
            id=contact_id,
            channel=str(row.channel),
            account=str(row.account),
            language=row.language or "",
            conversation_id=str(row.conversation_id),
            created_at=number(row.created_at),
            name=str((profile or {}).get("name", "")),
            username=str((profile or {}).get("username", "")),
            **{kind: value or "" for kind, value in addresses.items()},
            erased=profile is None and not unreadable,
            unreadable=unreadable or None in addresses.values(),
            consents=tuple(consent(one) for one in consents),
            request_id=(found["request"].request_id or "") if "request" in found else "",
            suppressed=bool(row.suppressed_at),
            erasing=row.state == ERASING,
        )

    def erasing(self, contact_id: str) -> bool:
        """Whether the contact's data is being destroyed, strongly consistent."""
        row = self._get(rows.contact_pk(contact_id), "contact")
        return bool(row and row.state == ERASING)

    def open_request(self, contact_id: str) -> str:
        """Id of the contact's open request about data, or ""."""
        row = self._get(rows.contact_pk(contact_id), "request")
        return str(row.request_id) if row else ""

    def conversations_of(self, contact_ids: Iterable[str]) -> list[str]:
        """The conversations of several contacts."""
        keys = [(rows.contact_pk(one), "contact") for one in dict.fromkeys(contact_ids)]
        return [str(row.conversation_id) for row in self._batch(keys)]

    def written(self, contact_id: str, request_id: str, attribute: str, sealed: bytes) -> str:
        """What a colleague wrote about a request (`evidence` or `reason`); "" when nothing, or when it cannot be
        opened."""
        place = sealing.request_attribute(request_id, attribute)
        try:
            return self._opener.text(contact_id, place, sealed) or ""
        except CannotOpen:
            _say_unopened(contact_id)
            return ""

    def _address(self, contact_id: str, kind: str, sealed: bytes | None) -> str | None:
        try:
            return self._opener.text(contact_id, sealing.contact_attribute(contact_id, kind), sealed) or ""
        except CannotOpen:
            _say_unopened(contact_id)
            return None

    def _json(self, contact_id: str, place: Place, sealed: bytes | None) -> tuple[dict[str, Any] | None, bool]:
        """Open a value; whether it is there and cannot be opened. That is not the same as erased, and one such value
        takes nothing else of the page away."""
        try:
            return self._opener.json(contact_id, place, sealed), False
        except CannotOpen:
            _say_unopened(contact_id)
            return None, True

    def confirm_key(self, ticket: Ticket, head: Conversation) -> bool:
        """Whether there is a key to seal to, and the head names the customer's own. Raises Conflict: key_mismatch."""
        return self._opener.seal_key(ticket.contact_id, head.public_key) is not None

    # -- rows

    def _get(self, pk: str, sk: str) -> DeskRow | None:
        with reaching():
            try:
                row = DeskRow.get(pk, sk, consistent_read=True)
            except DeskRow.DoesNotExist:
                return None
        return row if alive(row, self._now) and not row.guard else None

    def _batch(self, keys: Sequence[tuple[str, str]]) -> list[DeskRow]:
        if not keys:
            return []
        with reaching():
            return [row for row in DeskRow.batch_get(list(keys), consistent_read=True) if alive(row, self._now)]


def _say_unopened(contact_id: str) -> None:
    log("cannot_open", level=logging.ERROR, contact_id=contact_id)
    count("CannotOpen")


def _size(message: Message) -> int:
    """Bytes of a message's text and details on a page or in JSON, whichever writes them longer."""
    return len(escape(json.dumps([message.text, message.details], ensure_ascii=False)).encode(errors="replace"))
