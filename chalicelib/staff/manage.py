"""A member of staff signs the confidentiality undertaking; an administrator revokes or restores access, and says who is
in which team."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.clock import SECOND
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.observability import audit
from chalicelib.profile.model import Profile
from chalicelib.staff.model import Staff
from chalicelib.staff.undertaking import undertaking_text

if TYPE_CHECKING:
    from chalicelib.staff.cognito import CognitoAccounts
    from chalicelib.staff.store import StaffStore


@dataclass(frozen=True)
class SignUndertaking:
    """Records that a member of staff signed the confidentiality undertaking."""

    staff: "StaffStore"
    profile: Profile
    clock: Callable[[], int]

    def __call__(self, who: Staff, version: str, language: str) -> None:
        """Store when which text was signed: that of the `version` which was read, in this language.

        Raises Conflict when today's version is another one, or no language was read, and Unavailable.
        """
        if version != self.profile.undertaking.version or language not in LANGUAGES:
            raise Conflict("There is a newer text of the undertaking. Read it and sign again.", code="undertaking")
        self.staff.sign_undertaking(who.id, undertaking_text(self.profile, language), self.clock())
        audit("undertaking_signed", staff_id=who.id)


@dataclass(frozen=True)
class RevokeStaff:
    """Revokes access at once: first our sessions, then the Cognito account. `kept` is the profile's term of a closed
    account."""

    staff: "StaffStore"
    accounts: "CognitoAccounts"
    kept: KeptFor
    clock: Callable[[], int]

    def __call__(self, staff_id: str, by: Staff) -> None:
        """Revoke access. Raises NotFound, Conflict for one's own account, and Unavailable. Repeating it is harmless."""
        if staff_id == by.id:
            raise Conflict("You cannot revoke yourself. Ask another administrator.")
        member = self.staff.get(staff_id)
        if member is None:
            raise NotFound("There is no such colleague.")
        self.staff.revoke(staff_id, self.kept.after(self.clock()) // SECOND)
        self.accounts.disable(staff_id)
        audit("access_revoked", staff_id=staff_id, by=by.id)


@dataclass(frozen=True)
class RestoreStaff:
    """Restores somebody's access: first the Cognito account, then ours. Sessions that were ended stay ended."""

    staff: "StaffStore"
    accounts: "CognitoAccounts"

    def __call__(self, staff_id: str, by: Staff) -> None:
        """Restore access. Raises NotFound, Conflict when the Cognito account is gone, and Unavailable.

        Repeating it is harmless.
        """
        if self.staff.get(staff_id) is None:
            raise NotFound("There is no such colleague.")
        if not self.accounts.enable(staff_id):
            raise Conflict("This colleague's account is gone. Make a new one.", code="account_gone")
        self.staff.restore(staff_id)
        audit("access_restored", staff_id=staff_id, by=by.id)


@dataclass(frozen=True)
class SetTeam:
    """Puts a colleague into a team, or into none. `teams` are the ids of the profile."""

    staff: "StaffStore"
    teams: Collection[str]

    def __call__(self, staff_id: str, team: str, by: Staff) -> None:
        """Store the team, "" for none. It counts from the colleague's next request on, in every session.

        Raises NotFound, BadInput with the code no_team when the profile has no such team, Conflict and Unavailable.
        Repeating it is harmless.
        """
        if team and team not in self.teams:
            raise BadInput("There is no such team. Choose one of the profile.", code="no_team")
        self.staff.set_team(staff_id, team)
        audit("team_set", staff_id=staff_id, by=by.id)
