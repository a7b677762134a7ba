"""Changes what is kept of a contact: the language in which they are written to, and that they ask for a correction.

A language that was chosen, by the person or by staff, holds: messages in another language change nothing. Every
automatic text follows it, those about an open request, too. So it stands on the contact, its alias rows (where intake
looks), the conversation's head, the newest ticket, and the open request, and changes on all of them at once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import ALIAS, CONTACT, HEAD, OPEN_REQUEST, REQUEST, TICKET
from chalicelib.dynamo.tables import Tables
from chalicelib.tickets.lines import line

_ERASING = "erasing"


class ContactChanges:
    """Builds the writes of such changes. All reads raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def language(self, contact_id: str, language: str, now: int, by: str = "") -> list[Write]:
        """Return the writes after which the contact is written to in this language, with a line on the newest ticket;
        [] when they are already, or nobody may be written to any more. `by` is the colleague who chose it, "" when the
        person did."""
        contact = self.active(contact_id)
        if not contact or contact.get("language") == language:
            return []
        head = self._tables.get(HEAD.key(contact["conversation_id"]))
        ticket_id = self.ticket_id(head, now)
        kind = "language_set" if by else "language_chosen"
        told = self.line(contact, ticket_id, kind, now, by, language=language)
        return [*self._spoken(contact, head, language, ticket_id), *told]

    def _spoken(self, contact: dict[str, Any], head: dict[str, Any], language: str, ticket_id: str) -> Iterator[Write]:
        update, values = self._tables.update, {"language": language}
        set_it, contact_id = "SET #language = :language", contact["contact_id"]
        theirs, named = "contact_id = :contact", values | {"contact": contact_id}
        yield self._contact(contact_id, set_it, values)
        yield update("head", HEAD.key(contact["conversation_id"]), set_it, theirs, named)
        for alias in head.get("aliases", ()):
            yield update("alias", ALIAS.key(alias), set_it, theirs, named)
        if ticket_id:
            yield update("ticket", TICKET.key(ticket_id), set_it, theirs, named)
        request_id = self._tables.get(OPEN_REQUEST.key(contact_id)).get("request_id", "")
        if request_id and self._tables.get(REQUEST.key(request_id)).get("contact_id") == contact_id:
            yield update("request", REQUEST.key(request_id), set_it, theirs, named)

    def ask_correction(self, contact_id: str, asked_at: int) -> Write:
        """Return the write that keeps since when (ms) the person asks for a correction of their data: the first time
        counts."""
        return self._contact(contact_id, "SET #correct_at = if_not_exists(#correct_at, :at)", {"at": asked_at})

    def corrected(self, contact_id: str, now: int, by: str) -> list[Write]:
        """Return the writes by which a colleague says that it is done, with a line on the newest ticket; [] when
        nothing was asked for."""
        contact = self.active(contact_id)
        if "correct_at" not in contact:
            return []
        ticket_id = self.ticket_id(self._tables.get(HEAD.key(contact["conversation_id"])), now)
        done = self._contact(contact_id, "REMOVE #correct_at", {})
        return [done, *self.line(contact, ticket_id, "corrected", now, by)]

    def run(self, build: Callable[[], list[Write]]) -> bool:
        """Make the changes that `build` returns, anew after each refusal; return whether there were any."""
        return self._tables.transact_until_written(lambda _refused: build() or None)

    def exists(self, contact_id: str) -> None:
        """Raise NotFound when there is no such contact, Conflict when its data is being destroyed."""
        refuse_gone(self._tables.get(CONTACT.key(contact_id)))

    def active(self, contact_id: str) -> dict[str, Any]:
        """Return the row of a contact that may be changed; {} for any other."""
        contact = self._tables.get(CONTACT.key(contact_id))
        return contact if "profile" in contact and contact["state"] != _ERASING else {}

    def ticket_id(self, head: Mapping[str, Any], now: int) -> str:
        """Return the conversation's newest ticket, "" when it has none or its retention has ended."""
        ticket_id = head.get("ticket_id", "")
        row = self._tables.get(TICKET.key(ticket_id)) if ticket_id else {}
        gone = row.get("expires_at") and row["expires_at"] * SECOND <= now
        return ticket_id if row and not gone else ""

    def _contact(self, contact_id: str, expression: str, values: dict[str, Any]) -> Write:
        condition, key = "attribute_exists(pk) AND #state <> :erasing", CONTACT.key(contact_id)
        return self._tables.update("contact", key, expression, condition, values | {"erasing": _ERASING})

    def line(
        self, contact: Mapping[str, Any], ticket_id: str, kind: str, now: int, by: str, **params: str
    ) -> Iterator[Write]:
        """Yield the write of a line on this ticket; none without one."""
        if ticket_id:
            whose = contact["contact_id"], contact["conversation_id"]
            yield line(self._tables, *whose, ticket_id, kind, now, by=by, params=params)


def refuse_gone(contact: Mapping[str, Any]) -> None:
    """Raise NotFound when this is no row of a contact, Conflict when its data is being destroyed."""
    if "profile" not in contact:  # a reply mailbox has none
        raise NotFound("There is no such contact.")
    if contact["state"] == _ERASING:
        raise Conflict("The data of this contact is being destroyed. Nothing has to be done.", code=_ERASING)


@dataclass(frozen=True)
class ChangeContact:
    """Changes a contact for staff."""

    changes: ContactChanges
    clock: Callable[[], int]

    def language(self, contact_id: str, language: str, by: str) -> None:
        """Write to the contact in this language from now on. Raises NotFound, Conflict and Unavailable."""
        self.changes.exists(contact_id)
        self.changes.run(lambda: self.changes.language(contact_id, language, self.clock(), by))

    def corrected(self, contact_id: str, by: str) -> None:
        """Note that what the person asked for is corrected. Raises NotFound, Conflict and Unavailable."""
        self.changes.exists(contact_id)
        self.changes.run(lambda: self.changes.corrected(contact_id, self.clock(), by))
