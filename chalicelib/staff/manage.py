"""A colleague signs the undertaking; an administrator shuts a colleague out, or lets them in again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.observability import audit
from chalicelib.staff.model import Staff

if TYPE_CHECKING:
    from chalicelib.staff.cognito import CognitoAccounts
    from chalicelib.staff.store import StaffStore


@dataclass(frozen=True)
class SignUndertaking:
    """Keeps when a colleague undertook confidentiality."""

    staff: "StaffStore"
    clock: Callable[[], int]

    def __call__(self, who: Staff) -> None:
        """Store the time of the first signature. Raises Unavailable."""
        self.staff.sign_undertaking(who.id, self.clock())
        audit("undertaking_signed", staff_id=who.id)


@dataclass(frozen=True)
class RevokeStaff:
    """Ends a colleague's access at once: our sessions, then Cognito's account."""

    staff: "StaffStore"
    accounts: "CognitoAccounts"

    def __call__(self, staff_id: str, by: Staff) -> None:
        """Raises NotFound, Conflict for oneself, Unavailable. Repeating it is harmless."""
        if staff_id == by.id:
            raise Conflict("You cannot revoke yourself. Ask another administrator.")
        member = self.staff.get(staff_id)
        if member is None:
            raise NotFound("There is no such colleague.")
        self.staff.revoke(staff_id)
        self.accounts.disable(staff_id)
        audit("access_revoked", staff_id=staff_id, by=by.id)


@dataclass(frozen=True)
class RestoreStaff:
    """Gives a colleague access again: Cognito's account, then ours. They sign in anew; what was open before stays
    ended."""

    staff: "StaffStore"
    accounts: "CognitoAccounts"

    def __call__(self, staff_id: str, by: Staff) -> None:
        """Raises NotFound, Conflict when the account is gone, Unavailable. Repeating it is harmless."""
        if self.staff.get(staff_id) is None:
            raise NotFound("There is no such colleague.")
        if not self.accounts.enable(staff_id):
            raise Conflict("This colleague's account is gone. Make a new one.", code="account_gone")
        self.staff.restore(staff_id)
        audit("access_restored", staff_id=staff_id, by=by.id)
