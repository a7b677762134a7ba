"""Gives or takes back a consent to the transfer abroad, for a person by the menu, for a privacy officer from paper.

What holds stands on the head of the conversation, where every message that leaves meets it; when and how it was given
or taken back stands in records that are only added (art. 8(1), 24(1)(5) and 25(2)(5) of Law 94-V). Both are written in
one transaction.
"""

from typing import Any, NamedTuple

from chalicelib.contacts.change_contact import ContactChanges
from chalicelib.contacts.consent_records import Answered, ConsentRecords
from chalicelib.core.transfer import GIVEN, PURPOSE, REFUSED
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import CONTACT, HEAD
from chalicelib.dynamo.tables import Tables

_LINES = {GIVEN: "transfer_agreed", REFUSED: "transfer_refused"}


class TransferAnswer(NamedTuple):
    """What holds for a person: their own `answer` ("" without one) and when it was given, ms; 0 when that is not
    known. `pending`: they have not consented to anything yet."""

    answer: str = ""
    at: int = 0
    pending: bool = False


class TransferConsents:
    """Reads such answers and builds the writes of a new one. All reads raise Unavailable."""

    def __init__(self, tables: Tables, changes: ContactChanges) -> None:
        self._tables = tables
        self._changes = changes
        self._records = ConsentRecords(tables)

    def held(self, contact_id: str, conversation_id: str) -> TransferAnswer:
        """Return what holds for a person."""
        head = self._tables.get(HEAD.key(conversation_id))
        answer = str(head.get("abroad", ""))
        if not answer:
            return TransferAnswer(pending=bool(head.get("pending")))
        told = (int(row["at"]) for row in self._records.newest(contact_id) if row.get("abroad") == answer)
        return TransferAnswer(answer, next(told, 0))

    def pending(self, contact_id: str) -> bool:
        """Whether a person has not consented to anything yet."""
        return bool(self._tables.get(CONTACT.key(contact_id)).get("pending"))

    def writes(self, contact_id: str, answer: str, how: Answered, now: int, name: str = "") -> list[Write]:
        """Return the writes after which this answer holds from `now` (ms) on, with its record and a line on the newest
        ticket; [] when it holds already, the person has not consented to anything yet, or is being erased. `name` makes
        the record's key."""
        contact = self._changes.active(contact_id)
        head = self._tables.get(HEAD.key(contact["conversation_id"])) if contact else {}
        if not head or head.get("pending") or head.get("abroad") == answer:
            return []
        conversation_id = contact["conversation_id"]
        values: dict[str, Any] = {"answer": answer, "contact": contact_id, "epoch": head["epoch"]}
        as_read = "#contact_id = :contact AND #epoch = :epoch AND attribute_not_exists(#pending)"
        ticket_id = self._changes.ticket_id(head, now)
        kind = _LINES[answer] + ("_on_paper" if how.booked_by else "")
        return [
            self._tables.update("head", HEAD.key(conversation_id), "SET #abroad = :answer", as_read, values),
            self._records.put(contact, PURPOSE, how, now, name, abroad=answer),
            *self._changes.line(contact, ticket_id, kind, now, how.booked_by),
        ]
