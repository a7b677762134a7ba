"""Rows of the staff. A row without a valid MAC is ignored, so that write access to the table grants no account."""

import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.observability import count, log
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import condition_held, get_row, translated_errors
from chalicelib.dynamo.schema import STAFF
from chalicelib.dynamo.schema.lists import dates
from chalicelib.staff.model import Staff, staff_mac, undertaking_mac
from chalicelib.staff.undertaking import UndertakingText, signed

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

TRIES = 4


@dataclass(frozen=True)
class StaffStore:
    """Reads and changes rows of the staff. `key` is the key of their MACs. All methods raise Unavailable."""

    key: bytes

    def get(self, staff_id: str) -> Staff | None:
        """Return a member of staff, or None when there is none or the MAC is wrong.

        The read is strongly consistent, so that a revocation takes effect at the next request.
        """
        row = get_row(STAFF.key(staff_id))
        return self._verified(row) if row is not None else None

    def all(self) -> list[Staff]:
        """Return the whole staff, sorted by name."""
        with translated_errors():
            found = [self._verified(row) for row in DeskRow.query(STAFF.partition())]
        return sorted((one for one in found if one is not None), key=lambda one: one.name)

    def put(self, staff: Staff) -> None:
        """Write a whole row with its MAC, over any that exists. For commands that set up a deployment."""
        row = DeskRow(
            *STAFF.key(staff.id)[1:],
            sub=staff.id,
            email=staff.email,
            name=staff.name,
            roles=sorted(staff.roles),
            generation=staff.generation,
            disabled=staff.disabled,
            undertaking_at=staff.undertaking_at or None,
            language=staff.language or None,
            team=staff.team or None,
            mac=staff_mac(self.key, staff),
        )
        if staff.undertaking_hash:
            row.undertaking_version = staff.undertaking_version
            row.undertaking_language = staff.undertaking_language
            row.undertaking_hash = staff.undertaking_hash
            row.undertaking_mac = undertaking_mac(self.key, staff)
        with translated_errors():
            row.save()

    def sign_undertaking(self, staff_id: str, text: UndertakingText, now: int) -> None:
        """Store when which text was signed; a second signature of the version changes nothing. Raises NotFound and
        Conflict."""
        self._change(staff_id, lambda one: signed(one, text, now))

    def set_language(self, staff_id: str, language: str) -> None:
        """Store the language in which this person reads the desk. Raises NotFound."""
        row = DeskRow(*STAFF.key(staff_id)[1:])
        if not condition_held(lambda: row.update([DeskRow.language.set(language)], DeskRow.pk.exists())):
            raise NotFound("There is no such colleague.")

    def revoke(self, staff_id: str, until: int) -> None:
        """Disable the account, end all sessions, and date the row: it is deleted at `until` (seconds). Raises NotFound
        and Conflict."""
        found = [(getattr(DeskRow, name), value) for name, value in dates(STAFF.partition(), until).items()]
        dated = [attribute.set(attribute | value) for attribute, value in found]  # a first date stays
        self._change(staff_id, lambda one: replace(one, disabled=True, generation=one.generation + 1), dated)

    def restore(self, staff_id: str) -> None:
        """Enable the account again, and take its date away; sessions that were ended stay ended. Raises NotFound and
        Conflict."""
        undated = [getattr(DeskRow, name).remove() for name in dates(STAFF.partition(), 1)]
        self._change(staff_id, lambda one: replace(one, disabled=False), undated)

    def set_team(self, staff_id: str, team: str) -> None:
        """Store the team, "" for none; it counts from the next request on. Raises NotFound and Conflict."""
        self._change(staff_id, lambda one: replace(one, team=team))

    def end_sessions(self, staff_id: str) -> None:
        """End all open sessions. Raises NotFound and Conflict."""
        self._change(staff_id, lambda one: replace(one, generation=one.generation + 1))

    def _change(self, staff_id: str, change: Callable[[Staff], Staff], more: "Sequence[Action]" = ()) -> None:
        """Write the changed attributes and the new MAC, under the condition that the row still has the MAC that was
        read. `more` is written with them."""
        for _ in range(TRIES):
            old = self.get(staff_id)
            if old is None:
                raise NotFound("There is no such colleague.")
            new = change(old)
            if new == old or self._written(old, new, more):
                return
        raise Conflict("This colleague's row changed meanwhile. Try again.")

    def _written(self, old: Staff, new: Staff, more: "Sequence[Action]") -> bool:
        actions: list[Action] = [
            *more,
            DeskRow.disabled.set(new.disabled),
            DeskRow.generation.set(new.generation),
            DeskRow.mac.set(staff_mac(self.key, new)),
        ]
        if new.team != old.team:
            actions.append(DeskRow.team.set(new.team) if new.team else DeskRow.team.remove())
        if new.undertaking_at:
            actions.append(DeskRow.undertaking_at.set(new.undertaking_at))
        if new.undertaking_hash:
            actions += [
                DeskRow.undertaking_version.set(new.undertaking_version),
                DeskRow.undertaking_language.set(new.undertaking_language),
                DeskRow.undertaking_hash.set(new.undertaking_hash),
                DeskRow.undertaking_mac.set(undertaking_mac(self.key, new)),
            ]
        row = DeskRow(*STAFF.key(new.id)[1:])
        return condition_held(lambda: row.update(actions, DeskRow.mac == staff_mac(self.key, old)))

    def _verified(self, row: DeskRow) -> Staff | None:
        """Return the member of staff of a row, without the text that was signed when its MAC is wrong: it is then
        signed anew."""
        staff = _staff(row)
        if not hmac.compare_digest((row.undertaking_mac or "").encode(), undertaking_mac(self.key, staff).encode()):
            unproved = "0" if staff.undertaking_at else ""
            staff = replace(staff, undertaking_version=unproved, undertaking_language="", undertaking_hash="")
        if hmac.compare_digest((row.mac or "").encode(), staff_mac(self.key, staff).encode()):
            return staff
        log("staff_not_proved", level=logging.ERROR, staff_id=staff.id)
        count("StaffNotProved")
        return None


def _staff(row: DeskRow) -> Staff:
    return Staff(
        id=row.sk,
        email=row.email or "",
        name=row.name or "",
        roles=frozenset(row.roles or ()),
        generation=int(row.generation or 0),
        undertaking_at=int(row.undertaking_at or 0),
        disabled=bool(row.disabled),
        language=row.language or "",
        undertaking_version=row.undertaking_version or "",
        undertaking_language=row.undertaking_language or "",
        undertaking_hash=row.undertaking_hash or "",
        team=row.team or "",
    )
