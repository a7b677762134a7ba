"""A member of staff looks at a file, or has one fetched again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.attachments.bucket import Bucket
from chalicelib.attachments.model import (
    BLOCKED,
    BY_TYPE,
    BYTES,
    CHECKING,
    FETCHED_AGAIN,
    HELD,
    KEPT_FOR,
    READY,
    WAITING,
    neutral_name,
)
from chalicelib.channels.parts import FILES
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import audit
from chalicelib.dynamo.builder import NEW
from chalicelib.dynamo.schema import FETCH, HEAD, MESSAGE
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.new_rows import fetch_row
from chalicelib.staff.model import Staff
from chalicelib.tickets.erasure_guard import refuse_if_erasing
from chalicelib.tickets.records import Message, Ticket

if TYPE_CHECKING:
    from chalicelib.tickets.queries import TicketQueries

_BLOCKED = "The scan for malware found something in this file, or could not look into it. Ask the customer for another."
_NO_FILE = "There is no such file, or its retention has ended."
_REPLACED = "What lies here now is not the file that was sent: somebody has replaced it. It is shown to nobody."


@dataclass(frozen=True)
class HandOut:
    """Makes links to files, for who may read the ticket."""

    tickets: "TicketQueries"
    bucket: Bucket

    def __call__(self, ref: MessageRef, by: Staff, ticket_id: str = "", *, number: int = 0, save: bool = False) -> str:
        """Return a link of 60 s to the file of a message, which lies on this ticket if one is named; `number`, from 1,
        names one of those that staff sent. What a browser could run is only downloaded, and everything is with `save`.
        Raises NotFound, Conflict for a blocked file, ErasureInProgress and Unavailable."""
        ticket, message = _message(self.tickets, ref, ticket_id)
        sent = message.files[number - 1 : number] if number else ()
        if not sent and (number or message.kind not in FILES):
            raise NotFound(_NO_FILE)
        if not sent and message.file_state != READY:
            raise Conflict(_BLOCKED) if message.file_state == BLOCKED else NotFound(_NO_FILE)
        found = sent[0] if sent else message.file
        link = link_to(self.bucket, ticket.contact_id, found, message.kind, save=save)
        audit("file_read", ticket_id=ticket.id, message_ref=str(ref), staff_id=by.id)
        return link


class HeldFile(Protocol):
    """A file in the bucket, as its message names it. `etag` is the version that was looked at when staff sent it, ""
    for one of a customer."""

    @property
    def object(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def etag(self) -> str: ...


def link_to(bucket: Bucket, contact_id: str, file: HeldFile, kind: str = "", *, save: bool = False) -> str:
    """Return a link of 60 s to a file of a contact. `kind` is that of its message, for a file that has none. Raises
    NotFound for one that was replaced, and Unavailable."""
    if file.etag and not bucket.holds(contact_id, file.object, file.etag):
        raise NotFound(_REPLACED)
    shown = BY_TYPE.get(file.type)
    name = neutral_name(file.kind or kind, file.name, file.type)
    how = "inline" if shown and not save else "attachment"
    return bucket.link(contact_id, file.object, shown.type if shown else BYTES, f'{how}; filename="{name}"')


@dataclass(frozen=True)
class FetchAgain:
    """Has a file fetched once more that was not there or did not arrive whole."""

    tickets: "TicketQueries"
    tables: Tables
    fetcher_key: bytes
    clock: Callable[[], int]

    def __call__(self, ref: MessageRef, by: Staff, ticket_id: str = "") -> None:
        """Put a new job for the file of a message. One that waits already, or has arrived meanwhile, stays as it is.

        Raises NotFound, Conflict for a file that no provider hands out any more, ErasureInProgress and Unavailable.
        """
        ticket, message = file_message(self.tickets, ref, ticket_id)
        now = self.clock()
        if message.file_state in (WAITING, HELD, CHECKING, READY):
            return
        old = now > message.arrived_at + KEPT_FOR
        if old or message.file_state not in FETCHED_AGAIN or not (self.fetcher_key and message.details.get("media_id")):
            raise Conflict("The provider does not hand out this file any more. Ask the customer to send it again.")
        head = self.tickets.conversation(ticket.conversation_id)
        if not self.tickets.confirm_key(ticket, head):
            raise NotFound(_NO_FILE)
        about = ticket.contact_id, head.public_key, head.epoch, ticket.channel, ticket.account
        told = {"ticket": ticket.id, "language": ticket.language}
        row = fetch_row(self.fetcher_key, ref, message.details, *about, now=now, told=told)
        values = {"waiting": WAITING}
        condition = "attribute_exists(pk) AND attribute_not_exists(#deleted) AND attribute_not_exists(#file_object)"
        self.tables.transact(
            [
                self.tables.check("head", HEAD.key(ref.conversation_id), "epoch = :epoch", {"epoch": head.epoch}),
                self.tables.update("message", MESSAGE.key(*ref), "SET #file_state = :waiting", condition, values),
                self.tables.put("fetch", FETCH.key(*ref), row, NEW),
            ]
        )
        audit("file_fetched_again", ticket_id=ticket.id, message_ref=str(ref), staff_id=by.id)


def file_message(tickets: "TicketQueries", ref: MessageRef, wanted: str = "") -> tuple[Ticket, Message]:
    """Return a message that has a file, and its ticket, which is the `wanted` one if an id is given. Raises NotFound,
    ErasureInProgress and Unavailable."""
    ticket, message = _message(tickets, ref, wanted)
    if message.kind not in FILES:
        raise NotFound(_NO_FILE)
    return ticket, message


def _message(tickets: "TicketQueries", ref: MessageRef, wanted: str) -> tuple[Ticket, Message]:
    ticket_id = tickets.ticket_id_of_message(ref)
    ticket = tickets.ticket(ticket_id) if ticket_id and wanted in ("", ticket_id) else None
    if ticket is None:
        raise NotFound(_NO_FILE)
    refuse_if_erasing(tickets, ticket)
    message = tickets.message(ticket, ref)
    if message is None or message.deleted or message.erased:
        raise NotFound(_NO_FILE)
    return ticket, message
