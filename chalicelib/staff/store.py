"""Rows of colleagues. A row without our proof grants nothing: whoever can write to the table makes no colleague."""

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pynamodb.exceptions import UpdateError

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.observability import count, log
from chalicelib.dynamo.model_calls import reaching
from chalicelib.dynamo.models import DeskRow
from chalicelib.staff.model import Staff
from chalicelib.staff.row_mac import staff_mac

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

_PK = "staff"
TRIES = 4


@dataclass(frozen=True)
class StaffStore:
    """Reads and changes colleagues. `key` proves rows (see proof.staff_mac). All methods raise Unavailable."""

    key: bytes

    def get(self, staff_id: str) -> Staff | None:
        """A colleague, strongly consistent, so that a revocation holds at the next request; None without a proof."""
        with reaching():
            try:
                return self._proved(DeskRow.get(_PK, staff_id, consistent_read=True))
            except DeskRow.DoesNotExist:
                return None

    def all(self) -> list[Staff]:
        """Every colleague, by name."""
        with reaching():
            found = [self._proved(row) for row in DeskRow.query(_PK)]
        return sorted((one for one in found if one is not None), key=lambda one: one.name)

    def put(self, staff: Staff) -> None:
        """Write a colleague's row anew, with its proof. For people who set up a deployment."""
        row = DeskRow(
            _PK,
            staff.id,
            sub=staff.id,
            email=staff.email,
            name=staff.name,
            roles=sorted(staff.roles),
            generation=staff.generation,
            disabled=staff.disabled,
            undertaking_at=staff.undertaking_at or None,
            language=staff.language or None,
            mac=staff_mac(self.key, staff),
        )
        with reaching():
            row.save()

    def sign_undertaking(self, staff_id: str, now: int) -> None:
        """Keep when the undertaking was signed first. Raises NotFound and Conflict."""
        self._change(staff_id, lambda one: one if one.undertaking_at else replace(one, undertaking_at=now))

    def set_language(self, staff_id: str, language: str) -> None:
        """Keep in which language the colleague reads the desk. Raises NotFound."""
        with reaching():
            try:
                DeskRow(_PK, staff_id).update([DeskRow.language.set(language)], DeskRow.pk.exists())
            except UpdateError as error:
                _only_condition(error)
                raise NotFound("There is no such colleague.") from None

    def revoke(self, staff_id: str) -> None:
        """Shut the colleague out and end every session. Raises NotFound and Conflict."""
        self._change(staff_id, lambda one: replace(one, disabled=True, generation=one.generation + 1))

    def restore(self, staff_id: str) -> None:
        """Let the colleague in again; what was open before stays ended. Raises NotFound and Conflict."""
        self._change(staff_id, lambda one: replace(one, disabled=False))

    def end_sessions(self, staff_id: str) -> None:
        """End every session that is open now. Raises NotFound and Conflict."""
        self._change(staff_id, lambda one: replace(one, generation=one.generation + 1))

    def _change(self, staff_id: str, change: Callable[[Staff], Staff]) -> None:
        """Write what is different and the new proof, over the row that was read and no other."""
        for _ in range(TRIES):
            old = self.get(staff_id)
            if old is None:
                raise NotFound("There is no such colleague.")
            new = change(old)
            if new == old or self._written(old, new):
                return
        raise Conflict("This colleague's row changed meanwhile. Try again.")

    def _written(self, old: Staff, new: Staff) -> bool:
        actions: list[Action] = [
            DeskRow.disabled.set(new.disabled),
            DeskRow.generation.set(new.generation),
            DeskRow.mac.set(staff_mac(self.key, new)),
        ]
        if new.undertaking_at:
            actions.append(DeskRow.undertaking_at.set(new.undertaking_at))
        with reaching():
            try:
                DeskRow(_PK, new.id).update(actions, DeskRow.mac == staff_mac(self.key, old))
            except UpdateError as error:
                _only_condition(error)
                return False
        return True

    def _proved(self, row: DeskRow) -> Staff | None:
        staff = _staff(row)
        if hmac.compare_digest((row.mac or "").encode(), staff_mac(self.key, staff).encode()):
            return staff
        log("staff_not_proved", level=logging.ERROR, staff_id=staff.id)
        count("StaffNotProved")
        return None


def _only_condition(error: UpdateError) -> None:
    if error.cause_response_code != "ConditionalCheckFailedException":
        raise error


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
    )
