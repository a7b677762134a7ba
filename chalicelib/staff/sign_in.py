"""A member of staff signs in: with a password, then with what the account demands; each time with a new session."""

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
    from chalicelib.staff.login_throttle import LoginThrottle
    from chalicelib.staff.sessions import SessionStore
    from chalicelib.staff.store import StaffStore

CHALLENGE_LASTS = 3 * 60 * SECOND
"""How long a person may take to type a code (ms)."""
SETUP_LASTS = 10 * 60 * SECOND
"""How long a person may take to choose a password or to set up an authenticator application (ms). The user pool's
client keeps a step as long (AuthSessionValidity in infra/security.json)."""
NOT_READY = "account_not_ready"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


def account_of(email: str) -> str:
    """Return the normalised e-mail address under which sign-ins are counted, or "" for what is no address."""
    account = unicodedata.normalize("NFKC", email).casefold().strip()
    return account if _EMAIL.fullmatch(account) else ""


class TooMany(DeskError):
    """Too many attempts: the person must wait."""

    status, code, permanent = 429, "too_many", False


class WrongPassword(NotSignedIn):
    """The address or password is wrong. `left` is the number of attempts left before the person must wait."""

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
    """The next step of a sign-in. The client sends `challenge` back with its answer. `account` is the e-mail address.

    `kind` is code, new_password or authenticator: the first code of a new application, whose key is `secret` (base32).
    """

    kind: str
    challenge: str = field(repr=False)
    account: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class SignedIn:
    """A completed sign-in, with the token of the new session."""

    staff: Staff
    token: str
    session: Session


@dataclass(frozen=True)
class SignIn:
    """Signs people in, step by step. The login throttle counts every step before it is made.

    `source` is the client's IP address, `kind` the kind of session: "page" or "api".
    """

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
        """Answer a step of kind code or authenticator; return the session or the next step.

        Raises ChallengeOver, BadInput for a step of another kind, WrongCode, and what `with_password` raises.
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
        """Answer a step of kind new_password; return the session or the next step. All earlier sessions end.

        Raises WeakPassword, and what `with_code` raises.
        """
        from chalicelib.staff.cognito import PasswordWanted, Refused

        account, wanted = self._read(challenge)
        if not isinstance(wanted, PasswordWanted):
            raise BadInput("This step wants a code.", code="wrong_step")
        left = self._count_attempt(account, source, kind)
        answer = self._change(wanted, password, kind) if meets_rules(password) else Refused("policy")
        if not isinstance(answer, Refused):
            # The temporary password is void now, so the next step gets the full number of attempts.
            self.throttle.forgive(account, source)
        return self._result(answer, account, source, kind, WrongPassword(left))

    def _change(self, wanted: "PasswordWanted", password: str, kind: str) -> "Answer":
        """End all sessions, then set the password: a failure in between leaves no old session open. Nobody can open a
        new one meanwhile, because a temporary password opens none."""
        from chalicelib.staff.cognito import Refused

        staff_id = self.accounts.subject(wanted.username)
        if staff_id and self.staff.get(staff_id) is not None:
            self.staff.end_sessions(staff_id)
        answer = self.accounts.new_password(wanted, password)
        if not isinstance(answer, Refused):
            audit("password_changed", staff_id=staff_id, kind=kind)
        return answer

    def step(self, challenge: str) -> Step:
        """Return the step of this challenge again, for another attempt. Raises ChallengeOver."""
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
        if not isinstance(answer, Proven):  # the attempts stay counted, so that codes cannot be guessed without limit
            return _step(answer, self._write(account, answer), account)
        staff = self.staff.get(answer.staff_id)
        # The throttle counts by e-mail address, so signing in by another name of the account is refused.
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
    """Return the error to raise for Cognito's refusal: `wrong` when password or code is wrong."""
    if refused.reason == "slow":
        return TooMany("Too many failed attempts. Wait a minute and try again.")
    if refused.reason == "challenge":
        return Forbidden("This account needs a step that the desk does not know. Ask an administrator.", code=NOT_READY)
    if refused.reason == "over":
        return ChallengeOver()
    return WeakPassword() if refused.reason == "policy" else wrong
