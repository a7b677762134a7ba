"""A colleague signs in: password, code where one is set, and a session that is new every time."""

import base64
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.staff import Session, Staff
from chalicelib.domain.tickets import SECOND
from chalicelib.errors import BadInput, DeskError, Forbidden, NotSignedIn
from chalicelib.observability import audit

if TYPE_CHECKING:
    from chalicelib.storage.identities import Answer, CodeWanted, Identities
    from chalicelib.storage.sessions import Brake, SessionStore
    from chalicelib.storage.staff import StaffStore

CHALLENGE_LASTS = 3 * 60 * SECOND
"""How long the second step may take; Cognito itself allows three minutes."""
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


def account_of(email: str) -> str:
    """Return the one form of an e-mail address under which sign-ins are counted, or "" for what is no address."""
    account = unicodedata.normalize("NFKC", email).casefold().strip()
    return account if _EMAIL.fullmatch(account) else ""


class TooMany(DeskError):
    """Too many attempts; wait."""

    status, code, permanent = 429, "too_many", False


class WrongPassword(NotSignedIn):
    """The address, password or code is wrong. `left` is how many attempts the account has before it must wait."""

    code = "wrong_password"

    def __init__(self, left: int) -> None:
        super().__init__("The e-mail, password or code is wrong. Check them and try again.")
        self.left = left


@dataclass(frozen=True)
class SignedIn:
    """Who came in, with the token of a new session."""

    staff: Staff
    token: str
    session: Session


@dataclass(frozen=True)
class SignIn:
    """Signs colleagues in. `key` signs the challenge that a client carries from the first step to the second."""

    identities: "Identities"
    staff: "StaffStore"
    sessions: "SessionStore"
    brake: "Brake"
    key: bytes
    clock: Callable[[], int]

    def with_password(self, email: str, password: str, source: str, kind: str) -> SignedIn | str:
        """Return the session, or a challenge for `with_code`. Raises TooMany, WrongPassword, Forbidden, Unavailable."""
        account = account_of(email)
        if not account:
            raise BadInput("Give your e-mail address and your password.", code="no_email")
        left = self._brake(account, source, kind)
        return self._result(self.identities.password(account, password), account, source, kind, left)

    def with_code(self, challenge: str, code: str, source: str, kind: str) -> SignedIn:
        """Return the session. Raises BadInput for a challenge that is not ours or too old, and as `with_password`."""
        account, wanted = self._read(challenge)
        left = self._brake(account, source, kind)
        result = self._result(self.identities.code(wanted, code), account, source, kind, left)
        if isinstance(result, str):
            raise WrongPassword(left)
        return result

    def _brake(self, account: str, source: str, kind: str) -> int:
        left = self.brake.attempt(account, source, self.clock())
        if left < 0:
            audit("sign_in_failed", reason="brake", kind=kind)
            raise TooMany("Too many failed attempts. Wait 15 minutes and try again.")
        return left

    def _result(self, answer: "Answer", account: str, source: str, kind: str, left: int) -> SignedIn | str:
        from chalicelib.storage.identities import CodeWanted, Refused

        if isinstance(answer, Refused):
            if answer.reason == "slow":
                audit("sign_in_failed", reason="slow", kind=kind)
                raise TooMany("Too many failed attempts. Wait a minute and try again.")
            if answer.reason == "challenge":
                audit("sign_in_failed", reason="challenge", kind=kind)
                raise Forbidden(
                    "This account needs a new password or code. Ask an administrator.", code="account_not_ready"
                )
            audit("sign_in_failed", reason="wrong", kind=kind)
            raise WrongPassword(left)
        if isinstance(answer, CodeWanted):  # not forgiven yet: who knows the password may not guess codes for ever
            return self._write(account, answer)
        staff = self.staff.get(answer.staff_id)
        # An account is counted by its e-mail alone: nobody comes in by another name of the same account.
        if staff is None or staff.disabled or account_of(staff.email) != account:
            audit("sign_in_failed", reason="no_access", kind=kind, staff_id=answer.staff_id)
            raise WrongPassword(left)
        self.brake.forgive(account, source)
        token, session = self.sessions.open(staff, kind, self.clock())
        audit("signed_in", staff_id=staff.id, kind=kind)
        return SignedIn(staff, token, session)

    # -- the challenge: stateless, signed and short-lived

    def _write(self, account: str, wanted: "CodeWanted") -> str:
        body = json.dumps([account, wanted.username, wanted.session, self.clock() + CHALLENGE_LASTS]).encode()
        return f"{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{self._sign(body)}"

    def _read(self, challenge: str) -> tuple[str, "CodeWanted"]:
        from chalicelib.storage.identities import CodeWanted

        wrong = BadInput("The sign-in took too long or was changed on its way. Begin again with your password.")
        text, _, signature = challenge.partition(".")
        try:
            body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            raise wrong from None
        if not hmac.compare_digest(self._sign(body).encode(), signature.encode()):
            raise wrong
        account, username, session, until = json.loads(body)
        if until < self.clock():
            raise wrong
        return account, CodeWanted(username, session)

    def _sign(self, body: bytes) -> str:
        return hmac.new(self.key, b"challenge|" + body, hashlib.sha256).hexdigest()
