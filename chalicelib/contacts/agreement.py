"""Notes that a person's agreement with the company has ended, from which what the profile says is kept so long counts,
or that it lasts.

It stands on the head of the conversation, on whose date the end of the contact depends, so no contact ends by a date
that has been taken back. The dates of the tickets follow: until then the head is `due`, and the expiry stamper is woken
(retention/agreement_dates.py).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.contacts.change_contact import ContactChanges, refuse_gone
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.kept_for import LASTS, WHILE_IT_LASTS, AgreementEnd, KeptFor
from chalicelib.core.working_days import day_of, day_start
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import CONTACT, HEAD, STAMPING, lists
from chalicelib.dynamo.tables import Tables
from chalicelib.tickets.model import STAMPING_TAKES

_ENDED = "agreement_ended"


def end_of(head: Mapping[str, Any]) -> AgreementEnd:
    """Return the end of the agreement that the head of a conversation names."""
    return AgreementEnd(int(head.get("agreement_ended_at") or 0), int(head.get("agreement_said_at") or 0))


def as_read(end: AgreementEnd) -> tuple[str, dict[str, Any]]:
    """Return the condition, with its values, under which the head still names this end, or none."""
    if not end.at:
        return "attribute_not_exists(#agreement_ended_at)", {}
    return "#agreement_ended_at = :end_read", {"end_read": end.at}


def first_date(kept: Iterable[KeptFor], end: AgreementEnd) -> int:
    """Return when the first of these terms is over that count from an agreement with this end (ms)."""
    return min(one.date(0, end) for one in kept) * SECOND


@dataclass(frozen=True)
class Agreements:
    """Changes when an agreement ended. `kept` are the profile's terms that count from it; without one nothing can be
    said of an agreement."""

    tables: Tables
    changes: ContactChanges
    kept: tuple[KeptFor, ...]
    clock: Callable[[], int]

    def ended(self, contact_id: str, day: str, by: str) -> bool:
        """Note for the colleague `by` that the agreement ended on this `day` (YYYY-MM-DD, in Kazakhstan), or correct
        the day; return whether that is new. It counts until the end of the day.

        Raises BadInput with the code `no_agreement` where nothing counts from one, or `day` for one that is no date, in
        the future, or before the contact's first day; Conflict with the code `erasing`, `pending` for somebody who has
        not consented, or `expiring` when the data is about to end; and Unavailable.
        """

        def plan(contact: Mapping[str, Any], read: AgreementEnd, now: int) -> AgreementEnd:
            try:
                starts = day_start(day)
            except ValueError:
                raise BadInput("Write the day as YYYY-MM-DD.", code="day") from None
            if starts > now or day < day_of(contact["created_at"]):
                first = day_of(contact["created_at"])
                raise BadInput(f"Name a day from {first}, when the contact began, to today.", code="day")
            at = starts + DAY - 1
            return read if at == read.at else AgreementEnd(at, now)

        return self._change(contact_id, plan, _ENDED, by, {"day": day})

    def lasts(self, contact_id: str, by: str) -> bool:
        """Note that the agreement has not ended, or that there is a new one; return whether that is new. Raises what
        `ended` does."""
        return self._change(contact_id, lambda _contact, _read, _now: LASTS, "agreement_lasts", by, {})

    def _change(
        self,
        contact_id: str,
        plan: Callable[[Mapping[str, Any], AgreementEnd, int], AgreementEnd],
        kind: str,
        by: str,
        params: dict[str, str],
    ) -> bool:
        if not self.kept:
            raise BadInput("Under this company's policy nothing counts from an agreement.", code="no_agreement")

        def build(_refused: frozenset[str]) -> list[Write] | None:
            contact, now = self.tables.get(CONTACT.key(contact_id)), self.clock()
            head = self.tables.get(HEAD.key(contact["conversation_id"])) if contact else {}
            read = end_of(head)
            _refuse(contact, head)
            new = plan(contact, read, now)
            if new == read:
                return None
            if read.at and head.get("expires_at") and first_date(self.kept, read) - now < DAY:
                # The sweeper may be at it before the tickets have their new dates.
                raise Conflict("This person's data ends within a day. It cannot be kept any more.", code="expiring")
            told = self.changes.line(contact, self.changes.ticket_id(head, now), kind, now, by, **params)
            return [*self._writes(contact, head, new, now), *told]

        return self.tables.transact_until_written(build)

    def _writes(
        self, contact: Mapping[str, Any], head: Mapping[str, Any], new: AgreementEnd, now: int
    ) -> Iterable[Write]:
        alive = "attribute_exists(pk) AND #state <> :erasing"
        yield self.tables.check("contact", CONTACT.key(contact["contact_id"]), alive, {"erasing": "erasing"})
        key = HEAD.key(contact["conversation_id"])
        condition, values = as_read(end_of(head))
        condition += " AND #contact_id = :contact AND attribute_not_exists(#pending)"
        values |= {"contact": contact["contact_id"], "due": STAMPING, "due_at": now + STAMPING_TAKES}
        changes, gone = ["#due = :due", "#due_at = :due_at"], ""
        if new.at:
            changes += ["#agreement_ended_at = :at", "#agreement_said_at = :said"]
            values |= {"at": new.at, "said": new.said_at}
        else:
            gone = " REMOVE #agreement_ended_at, #agreement_said_at"
        if head.get("expires_at"):  # not known until the tickets are dated
            changes += ["#expires_at = :date", "#list = :list", "#place = :place"]
            values |= {"date": WHILE_IT_LASTS, **lists.expires(key.pk, WHILE_IT_LASTS).attributes()}
            condition += " AND attribute_exists(#expires_at)"
        else:
            condition += " AND attribute_not_exists(#expires_at)"
        yield self.tables.update("head", key, f"SET {', '.join(changes)}{gone}", condition, values)


def _refuse(contact: Mapping[str, Any], head: Mapping[str, Any]) -> None:
    refuse_gone(contact)
    if not head:
        raise NotFound("There is no such contact.")
    if head.get("pending"):
        raise Conflict("This person has not consented: there is no agreement yet.", code="pending")
