"""Reads tickets, messages and contacts for the dashboard and the API, and opens them. Expired rows are left out.

One `TicketQueries` serves one request, so that opened keys live no longer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.core.ids import MessageRef
from chalicelib.core.kept_for import AgreementEnd
from chalicelib.core.normal import display_name
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import alive, get_row, get_rows, translated_errors
from chalicelib.dynamo.schema import (
    BARRIER,
    CONSENT,
    CONTACT,
    HEAD,
    MESSAGE,
    NUMBER,
    OPEN_REQUEST,
    SUBSCRIPTION,
    TICKET,
    Key,
)
from chalicelib.suppression.barrier import relied_on
from chalicelib.tickets.apply_edits import without_quote
from chalicelib.tickets.model import LATE_SPAN
from chalicelib.tickets.need_to_know import ALL_SEEING, Reader
from chalicelib.tickets.opening import open_json, open_text
from chalicelib.tickets.presses import words_of
from chalicelib.tickets.queues import TicketQueues
from chalicelib.tickets.records import Contact, Conversation, Message, Subscribed, Thread, Ticket, Undelivered
from chalicelib.tickets.records_from_rows import consent, conversation, number, question_at, undelivered
from chalicelib.tickets.threads import Threads
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor

ERASING = "erasing"
"""State of a contact once the write barrier of its erasure is up."""
_LOOKED_AT = ("contact_id", "state", "suppressed_at")
"""Attributes of contacts that a list of tickets needs."""
EARLIER_PER_TICKET = 20
"""Earlier tickets of a conversation that are read at most."""


class TicketQueries:
    """Reads tickets, messages and contacts as of `now` (ms). All methods raise Unavailable."""

    def __init__(
        self,
        decryptor: BatchDecryptor,
        now: int,
        lists_ready: Callable[[], bool] = lambda: True,
        reader: Reader = ALL_SEEING,
    ) -> None:
        """`reader` is who sees lists and searches; whether they may open a single ticket is asked before."""
        self.decryptor = decryptor
        self.reader = reader
        self.queues = TicketQueues(now, lists_ready, reader)
        self._now = now
        self._heads: dict[str, DeskRow] = {}
        self._json = partial(open_json, decryptor)
        """Opens a sealed mapping of a contact: see opening.py."""
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
        """Return several tickets for a list, which may be a moment late, newest activity first; those that do not exist
        are left out."""
        found = self.opened(self._batch(map(TICKET.key, ticket_ids), strong=False))
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

    def opened(self, found: Sequence[DeskRow], *, consents: bool = False) -> list[Ticket]:
        """Open rows of tickets and their undelivered messages, by one BatchGetItem on `keys` and one on messages per
        hundred; with `consents`, which tells who has withdrawn theirs, one on contacts, too. Nothing is opened of a
        contact that is being erased, although its key may still exist."""
        contact_ids = list(dict.fromkeys(str(row.contact_id) for row in found))
        with translated_errors():
            strong = not self._look(contact_ids, consents=consents)
            self.decryptor.load(contact_ids, strong=strong)
        shown = [row for row in found if not self._erasing.get(str(row.contact_id))]
        failed = undelivered(shown, self._batch, self._json)
        return [self._ticket(row, failed.get(row.pk)) for row in found]

    def _look(self, contact_ids: Sequence[str], *, consents: bool) -> bool:
        """Read which of these contacts are being erased; return whether one consistent read has told it of several.

        Of one contact the own row is read, because opening and changing a ticket depend on it; of several the row of
        those behind the write barrier. While that may lack some, theirs are read, a moment late as a list's index."""
        unknown = [one for one in contact_ids if one not in self._erasing]
        if len(unknown) < 2:
            for one in unknown:
                self.erasing(one)
            return False
        barrier = get_row(BARRIER.key())
        told = barrier is not None and relied_on(number(barrier.since), number(barrier.seen_at), self._now)
        behind = frozenset(barrier.contacts or ()) if barrier is not None else frozenset[str]()
        self._erasing |= {one: one in behind for one in unknown}
        if consents or not told:
            wanted = [(key.pk, key.sk) for key in map(CONTACT.key, unknown)]
            for row in DeskRow.batch_get(wanted, attributes_to_get=list(_LOOKED_AT)):
                self._met(row, row.contact_id in behind)
        return told

    def _met(self, row: DeskRow, behind: bool = False) -> None:
        """Remember whether a contact may be shown and written to."""
        contact_id = str(row.contact_id)
        self._erasing[contact_id] = behind or row.state == ERASING
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
            unread=number(row.unread) + len(row.unread_albums or ()),
            unread_albums=frozenset(int(one) for one in row.unread_albums or ()),
            language=row.language or "",
            previous_id=row.previous_ticket_id or "",
            solved_at=number(row.solved_at),
            closed_at=number(row.closed_at),
            expires_at=number(row.expires_at) * 1000,
            name=display_name(str((who or {}).get("name", ""))),
            username=display_name(str((who or {}).get("username", ""))),
            address=str((who or {}).get("address", "")),
            last_text="" if erased else words_of(row.last_kind or "", str((last or {}).get("text", ""))),
            last_kind="" if erased else row.last_kind or "",
            last_direction="" if erased else row.last_direction or "",
            undelivered=None if erased else failed,
            erased=erased,
            unreadable=no_who,
            last_unreadable=no_last,
            question_at=question_at(row),
            suppressed=str(row.contact_id) in self._suppressed,
            listed=row.opens_in is not None,
            person_asked=bool(row.person_at),
            team=row.team or "",
            openings=tuple(row.openings or ()),
        )

    # -- conversations

    def conversation(self, conversation_id: str) -> Conversation:
        """Return the head of a conversation, strongly consistent, reusing once the one that `contact` has just read."""
        row = self._heads.pop(conversation_id, None) or self._get(HEAD.key(conversation_id))
        return conversation(row) if row else Conversation(conversation_id, "")

    def conversations(self, conversation_ids: Iterable[str]) -> list[Conversation]:
        """Return several heads for a list, which may be a moment late, in one BatchGetItem per hundred."""
        return [conversation(row) for row in self._batch(map(HEAD.key, conversation_ids), strong=False)]

    def messages(self, ticket: Ticket) -> Thread:
        """Return the ticket's messages, comments and activity lines, oldest first: see Threads.of. Of what they quote
        of a ticket that is not open to the reader nothing is shown."""
        thread = self._threads.of(ticket, lambda: self.conversation(ticket.conversation_id).ticket_id)
        others = {one.quote.ticket_id for one in thread.messages if one.quote and one.quote.ticket_id}
        if self.reader.sees_all or not others:
            return thread
        shown = {str(row.ticket_id) for row in self._batch(map(TICKET.key, others)) if self.reader.may_open(row)}
        return replace(thread, messages=tuple(without_quote(one, others - shown) for one in thread.messages))

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
        found = self._at_contact(contact_id)
        if CONTACT.sk not in found or found[CONTACT.sk].profile is None:
            return None
        return self._contact(contact_id, found, self._get(HEAD.key(found[CONTACT.sk].conversation_id)))

    def with_customer(
        self, ticket_id: str, also: Callable[[str], Iterable[Key]]
    ) -> tuple[Ticket, Contact | None, list[DeskRow]] | None:
        """Return a ticket, its customer (see `contact`), and rows of its conversation whose keys `also` names.

        All is strongly consistent; it takes fewer calls than to ask for one after the other. Returns None when there is
        no such ticket or its retention has ended.
        """
        row = self._get(TICKET.key(ticket_id))
        if row is None:
            return None
        contact_id, conversation_id = str(row.contact_id), str(row.conversation_id)
        found = self._at_contact(contact_id)
        beside = self._batch([HEAD.key(conversation_id), *also(conversation_id)])
        heads = [one for one in beside if one.sk == HEAD.sk]
        known = CONTACT.sk in found and found[CONTACT.sk].profile is not None
        contact = self._contact(contact_id, found, heads[0] if heads else None) if known else None
        return self.opened([row])[0], contact, [one for one in beside if one.sk != HEAD.sk]

    def _at_contact(self, contact_id: str) -> dict[str, DeskRow]:
        """Return what lies at a contact by its sort keys, its first 100 rows; when the contact itself is among them,
        remember whether it may be shown."""
        with translated_errors():
            rows = DeskRow.query(CONTACT.partition(contact_id), consistent_read=True, limit=100)
            found = {row.sk: row for row in rows if alive(row, self._now)}
        if CONTACT.sk in found:
            self._met(found[CONTACT.sk])
        return found

    def _contact(self, contact_id: str, found: dict[str, DeskRow], head: DeskRow | None) -> Contact | None:
        row = found[CONTACT.sk]
        if head is None:
            return None  # the contact expires with its head
        self._heads[str(row.conversation_id)] = head
        consents = [one for name, one in found.items() if name.startswith(CONSENT.prefix)]
        profile, unreadable = self._json(contact_id, encryption.contact_attribute(contact_id, "profile"), row.profile)
        addresses = {
            kind: open_text(
                self.decryptor, contact_id, encryption.contact_attribute(contact_id, kind), getattr(row, kind)
            )
            for kind in ADDRESS_KINDS
        }
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
            correct_at=number(row.correct_at),
            agreement_end=AgreementEnd(number(head.agreement_ended_at), number(head.agreement_said_at)),
            erasing=row.state == ERASING,
            subscriptions=tuple(
                Subscribed(str(one.purpose), number(one.since), number(one.ended_at))
                for name, one in found.items()
                if name.startswith(SUBSCRIPTION.prefix)
            ),
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
        """Return the ids of the conversations of several contacts for a list, which may be a moment late: it does not
        tell who may be shown."""
        found = self._batch(map(CONTACT.key, contact_ids), strong=False)
        return [str(row.conversation_id) for row in found]

    def request_text(self, contact_id: str, request_id: str, attribute: str, sealed: bytes) -> str:
        """Open what the staff wrote about a request (`evidence` or `reason`); "" when it is empty or cannot be
        opened."""
        place = encryption.request_attribute(request_id, attribute)
        return open_text(self.decryptor, contact_id, place, sealed) or ""

    def confirm_key(self, ticket: Ticket, head: Conversation) -> bool:
        """Whether the customer's key exists. Raises Conflict with the code key_mismatch when the head names another
        key."""
        return self.decryptor.seal_key(ticket.contact_id, head.public_key) is not None

    # -- rows

    def _get(self, key: Key) -> DeskRow | None:
        row = get_row(key)
        return row if row is not None and alive(row, self._now) and not row.guard else None

    def _batch(self, wanted: Iterable[Key], *, strong: bool = True) -> list[DeskRow]:
        return [row for row in get_rows(wanted, strong=strong) if alive(row, self._now)]
