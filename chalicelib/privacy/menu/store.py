"""Reads what the menu tells a person of themselves, and builds the writes of what they choose. It opens nothing: all of
it lies in the clear."""

from collections.abc import Mapping
from typing import Any

from chalicelib.contacts.agreement import end_of
from chalicelib.core.clock import SECOND
from chalicelib.core.kept_for import AgreementEnd
from chalicelib.core.purposes import of_processing
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import CONSENT, HEAD, HELD, MESSAGE, TICKET
from chalicelib.dynamo.tables import Tables
from chalicelib.privacy.menu.texts import OwnTicket
from chalicelib.privacy.requests.model import Subject
from chalicelib.tickets.lines import line
from chalicelib.tickets.model import REFERRING, State, queue_of

LISTED = 5
"""Tickets of which a person is told, the newest ones."""
COUNTED = 1000
"""Rows of a conversation that are read at most to count its messages."""


class MenuStore:
    """Reads and writes for the menu. All reads raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def tickets(self, subject: Subject, now: int) -> tuple[list[OwnTicket], bool]:
        """Return the person's newest tickets whose retention has not ended, newest first, and whether there are
        earlier ones."""
        found: list[OwnTicket] = []
        next_id = self._tables.get(HEAD.key(subject.conversation_id)).get("ticket_id", "")
        while next_id and len(found) < LISTED:
            row = self._tables.get(TICKET.key(next_id))
            if row.get("contact_id") != subject.contact_id or _gone(row, now):
                return found, False
            found.append(_own(row))
            next_id = row.get("previous_ticket_id", "")
        return found, bool(next_id)

    def newest(self, subject: Subject, now: int) -> OwnTicket | None:
        """Return the person's newest ticket, if its retention has not ended."""
        row = self._tables.get(TICKET.key(self._tables.get(HEAD.key(subject.conversation_id)).get("ticket_id", "")))
        return _own(row) if row.get("contact_id") == subject.contact_id and not _gone(row, now) else None

    def solve(self, ticket: OwnTicket, now: int) -> Write:
        """Return the write that solves a ticket, on the condition that it is active."""
        values = {
            "solved": State.SOLVED.value,
            "closed": State.CLOSED.value,
            "queue": queue_of(State.SOLVED),
            "now": now,
            "none": 0,
        }
        expression = (
            "SET #state = :solved, #queue = :queue, #activity = :now, #solved_at = :now, #question_at = :none"
            " REMOVE #person_at"
        )
        condition = "attribute_exists(pk) AND #state <> :solved AND #state <> :closed"
        return self._tables.update("ticket", TICKET.key(ticket.id), expression, condition, values)

    def line(self, subject: Subject, ticket_id: str, kind: str, now: int) -> Write:
        """Return the write of an activity line on a ticket."""
        return line(self._tables, subject.contact_id, subject.conversation_id, ticket_id, kind, now)

    def messages(self, subject: Subject, now: int) -> tuple[int, bool]:
        """Return how many messages are kept of the person and for them, and whether there are more: only COUNTED rows
        are read."""
        only = "direction,ticket_id,guard,expires_at"
        partition = MESSAGE.partition(subject.conversation_id)
        page = self._tables.page(partition, prefix=MESSAGE.prefix, only=only, limit=COUNTED)
        kept = [row for row in page.rows if row.get("ticket_id") and not row.get("guard") and not _gone(row, now)]
        return sum(row.get("direction") in ("in", "out") for row in kept), bool(page.next)

    def held(self, subject: Subject) -> int:
        """Return how many messages are held of a person who has not consented yet."""
        pages = self._tables.pages(HELD.partition(subject.conversation_id), prefix=HELD.prefix, only="says")
        return sum(bool(row.get("says")) for page in pages for row in page.rows)

    def contact_until(self, subject: Subject) -> tuple[int, AgreementEnd]:
        """Return when the person's retention ends (ms), 0 while a ticket of theirs is not closed; and the end of their
        agreement."""
        head = self._tables.get(HEAD.key(subject.conversation_id))
        return int(head.get("expires_at", 0)) * SECOND, end_of(head)

    def consent(self, subject: Subject) -> tuple[str, int]:
        """Return version of the policy and time (ms) of the person's newest consent to the processing; empty when none
        is recorded."""
        pages = self._tables.pages(CONSENT.partition(subject.contact_id), prefix=CONSENT.prefix)
        rows = [row for page in pages for row in page.rows if of_processing(row.get("purpose", ""))]
        row = rows[-1] if rows else {}
        return row.get("policy_version", ""), row.get("at", 0)


def _gone(row: Mapping[str, Any], now: int) -> bool:
    return bool(row.get("expires_at")) and row["expires_at"] * SECOND <= now


def _own(row: Mapping[str, Any]) -> OwnTicket:
    return OwnTicket(
        id=row["ticket_id"],
        number=row["number"],
        state=row["state"],
        created_at=row["created_at"],
        solved_at=row.get("solved_at", 0),
        closed_at=row.get("closed_at", 0),
        question_at=_question_at(row),
        expires_at=row.get("expires_at", 0) * SECOND,
    )


def _question_at(row: Mapping[str, Any]) -> int:
    """Return when the question came that has no answer yet; on rows of older releases, which do not say it, the
    customer's last message counts."""
    if "question_at" in row:
        return int(row["question_at"])
    asked = row.get("last_direction") == "in" and row.get("last_kind") not in REFERRING
    return int(row.get("last_message_at", 0)) if asked else 0
