"""A colleague signs in: password, then what the account asks for, and a session that is new every time."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.core.clock import SECOND
from chalicelib.core.errors import BadInput, DeskError, Forbidden, NotSignedIn
from chalicelib.core.observability import audit
from chalicelib.staff.authenticator_model import meets_rules
from chalicelib.staff.challenges import ChallengeOver, Challenges
from chalicelib.staff.model import Session, Staff

if TYPE_CHECKING:
    from chalicelib.staff.cognito import Answer, CognitoAccounts, PasswordWanted, Refused, Wanted
    from chalicelib.staff.sessions import LoginThrottle, SessionStore
    from chalicelib.staff.store import StaffStore

CHALLENGE_LASTS = 3 * 60 * SECOND
"""How long somebody may take to type a code."""
SETUP_LASTS = 10 * 60 * SECOND
"""How long somebody may take to think of a password or to set up an authenticator application. The user pool's client
keeps a step as long (AuthSessionValidity in infra/security.json)."""
NOT_READY = "account_not_ready"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


def account_of(email: str) -> str:
    """Return the one form of an e-mail address under which sign-ins are counted, or "" for what is no address."""
    account = unicodedata.normalize("NFKC", email).casefold().strip()
    return account if _EMAIL.fullmatch(account) else ""


class TooMany(DeskError):
    """Too many attempts; wait."""

    status, code, permanent = 429, "too_many", False


class WrongPassword(NotSignedIn):
    """The address or password is wrong. `left` is how many attempts the account has before it must wait."""

    code = "wrong_password"

    def __init__(self, left: int, message: str = "The e-mail or password is wrong. Check them and try again.") -> None:
        super().__init__(message)
        self.left = left


class WrongCode(WrongPassword):
    """The code of the authenticator application is wrong, too old or used already."""

    code = "wrong_code"

    def __init__(self, left: int) -> None:
        super().__init__(left, "The code is wrong, too old or used already. Take the next one from the application.")


class WeakPassword(BadInput):
    """The new password does not meet the rules, or was used before. Nothing was changed."""

    code = "password_policy"

    def __init__(self) -> None:
        super().__init__(
            "The new password does not meet the rules: 12 characters or more, with small and capital Latin letters,"
            " digits and signs, no space at its ends, and not one that you had before."
        )


@dataclass(frozen=True)
class Step:
    """What is asked next. `kind` is code, new_password or authenticator (a new application's first code, for which
    `secret` is its key in base32); `challenge` comes back with the answer. `account` is the e-mail address."""

    kind: str
    challenge: str = field(repr=False)
    account: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class SignedIn:
    """Who came in, with the token of a new session."""

    staff: Staff
    token: str
    session: Session


@dataclass(frozen=True)
class SignIn:
    """Signs colleagues in, step by step. Each step is counted by the brake before it is made."""

    accounts: "CognitoAccounts"
    staff: "StaffStore"
    sessions: "SessionStore"
    throttle: "LoginThrottle"
    challenges: Challenges
    clock: Callable[[], int]

    def with_password(self, email: str, password: str, source: str, kind: str) -> SignedIn | Step:
        """Return the session, or the next step. Raises TooMany, WrongPassword, Forbidden, Unavailable."""
        account = account_of(email)
        if not account:
            raise BadInput("Give your e-mail address and your password.", code="no_email")
        left = self._count_attempt(account, source, kind)
        return self._result(self.accounts.password(account, password), account, source, kind, WrongPassword(left))

    def with_code(self, challenge: str, code: str, source: str, kind: str) -> SignedIn | Step:
        """Answer a step of kind code or authenticator.

        Raises ChallengeOver, BadInput for a step of another kind, WrongCode, and as `with_password`.
        """
        from chalicelib.staff.cognito import CodeWanted, PasswordWanted, Refused

        account, wanted = self._read(challenge)
        if isinstance(wanted, PasswordWanted):
            raise BadInput("This step wants a new password.", code="wrong_step")
        left = self._count_attempt(account, source, kind)
        ask = self.accounts
        answer = ask.code(wanted, code) if isinstance(wanted, CodeWanted) else ask.set_up(wanted, code)
        if not isinstance(answer, Refused) and not self.throttle.take_code(account, code, self.clock()):
            answer = Refused("used")
        return self._result(answer, account, source, kind, WrongCode(left))

    def with_new_password(self, challenge: str, password: str, source: str, kind: str) -> SignedIn | Step:
        """Answer a step of kind new_password. Every session of the colleague from before the change ends.

        Raises WeakPassword, and as `with_code`.
        """
        from chalicelib.staff.cognito import PasswordWanted, Refused

        account, wanted = self._read(challenge)
        if not isinstance(wanted, PasswordWanted):
            raise BadInput("This step wants a code.", code="wrong_step")
        left = self._count_attempt(account, source, kind)
        answer = self._change(wanted, password, kind) if meets_rules(password) else Refused("policy")
        if not isinstance(answer, Refused):
            # The temporary password is of no more use to guess with, and the next step gets its full attempts.
            self.throttle.forgive(account, source)
        return self._result(answer, account, source, kind, WrongPassword(left))

    def _change(self, wanted: "PasswordWanted", password: str, kind: str) -> "Answer":
        """End the sessions and set the password, in this order: after a failure in between nothing is open that was
        opened before. With the temporary password nobody opens a new session meanwhile."""
        from chalicelib.staff.cognito import Refused

        staff_id = self.accounts.subject(wanted.username)
        if staff_id and self.staff.get(staff_id) is not None:
            self.staff.end_sessions(staff_id)
        answer = self.accounts.new_password(wanted, password)
        if not isinstance(answer, Refused):
            audit("password_changed", staff_id=staff_id, kind=kind)
        return answer

    def step(self, challenge: str) -> Step:
        """Return the step of this challenge once more, for a second attempt. Raises ChallengeOver."""
        account, wanted = self._read(challenge)
        return _step(wanted, challenge, account)

    def _count_attempt(self, account: str, source: str, kind: str) -> int:
        left = self.throttle.attempt(account, source, self.clock())
        if left < 0:
            audit("sign_in_failed", reason="brake", kind=kind)
            raise TooMany("Too many failed attempts. Wait 15 minutes and try again.")
        return left

    def _result(self, answer: "Answer", account: str, source: str, kind: str, wrong: WrongPassword) -> SignedIn | Step:
        from chalicelib.staff.cognito import Proven, Refused

        if isinstance(answer, Refused):
            audit("sign_in_failed", reason=answer.reason, kind=kind)
            raise refusal(answer, wrong)
        if not isinstance(answer, Proven):  # not forgiven yet: who knows the password may not guess codes for ever
            return _step(answer, self._write(account, answer), account)
        staff = self.staff.get(answer.staff_id)
        # An account is counted by its e-mail alone: nobody comes in by another name of the same account.
        if staff is None or staff.disabled or account_of(staff.email) != account:
            audit("sign_in_failed", reason="no_access", kind=kind, staff_id=answer.staff_id)
            raise WrongPassword(wrong.left)
        self.throttle.forgive(account, source)
        token, session = self.sessions.open(staff, kind, self.clock())
        audit("signed_in", staff_id=staff.id, kind=kind)
        return SignedIn(staff, token, session)

    def _write(self, account: str, wanted: "Wanted") -> str:
        kind = _kind(wanted)
        values = [kind, account, wanted.username, wanted.session, getattr(wanted, "secret", "")]
        return self.challenges.write("sign-in", values, CHALLENGE_LASTS if kind == "code" else SETUP_LASTS)

    def _read(self, challenge: str) -> tuple[str, "Wanted"]:
        from chalicelib.staff.cognito import CodeWanted, PasswordWanted, SetupWanted

        kind, account, username, session, secret = self.challenges.read("sign-in", challenge)
        if kind == "authenticator":
            return account, SetupWanted(username, session, secret)
        return account, (CodeWanted if kind == "code" else PasswordWanted)(username, session)


def _kind(wanted: "Wanted") -> str:
    from chalicelib.staff.cognito import CodeWanted, PasswordWanted

    if isinstance(wanted, CodeWanted):
        return "code"
    return "new_password" if isinstance(wanted, PasswordWanted) else "authenticator"


def _step(wanted: "Wanted", challenge: str, account: str) -> Step:
    return Step(_kind(wanted), challenge, account, getattr(wanted, "secret", ""))


def refusal(refused: "Refused", wrong: DeskError) -> DeskError:
    """What to tell for a refusal of Cognito's; `wrong` when what was given is wrong."""
    if refused.reason == "slow":
        return TooMany("Too many failed attempts. Wait a minute and try again.")
    if refused.reason == "challenge":
        return Forbidden("This account needs a step that the desk does not know. Ask an administrator.", code=NOT_READY)
    if refused.reason == "over":
        return ChallengeOver()
    return WeakPassword() if refused.reason == "policy" else wrong
