"""A signed-in member of staff sets up an authenticator application, or switches it off."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.errors import Conflict, Forbidden
from chalicelib.core.observability import audit
from chalicelib.staff.challenges import Challenges
from chalicelib.staff.model import Staff
from chalicelib.staff.sign_in import SETUP_LASTS, Step, TooMany, account_of, refusal

if TYPE_CHECKING:
    from chalicelib.staff.cognito import Answer, CognitoAccounts, Refused
    from chalicelib.staff.login_throttle import LoginThrottle


class NotProven(Forbidden):
    """The password or code is wrong. The session stays open; `left` is the number of attempts left."""

    def __init__(self, left: int, message: str, code: str) -> None:
        super().__init__(message, code=code)
        self.left = left


@dataclass(frozen=True)
class Authenticator:
    """Sets up and switches off authenticator applications.

    Both need the password again, so that an unattended session cannot be used to add a second factor. Switching off
    needs a code too, so that a stolen password and an open session do not suffice to remove the second factor.
    Attempts count towards the login throttle. Methods that check a password or code raise TooMany and Unavailable.
    """

    accounts: "CognitoAccounts"
    throttle: "LoginThrottle"
    challenges: Challenges
    clock: Callable[[], int]

    def is_on(self, who: Staff) -> bool:
        """Whether signing in to this account needs a code."""
        return self.accounts.has_authenticator(who.id)

    def begin(self, who: Staff, password: str, source: str) -> Step:
        """Check the password and return the step with the key for the new application, which is not switched on yet.

        Raises NotProven, and Conflict when an application is on already.
        """
        from chalicelib.staff.cognito import CodeWanted, Proven, Refused

        answer = self._password(who, password, self._count_attempt(who, source))
        if isinstance(answer, CodeWanted):
            raise Conflict("An authenticator application is on already. Switch it off first.", code="authenticator_on")
        if not isinstance(answer, Proven) or answer.staff_id != who.id:
            raise _not_ready()
        secret = self.accounts.begin_authenticator(answer)
        if isinstance(secret, Refused):
            raise refusal(secret, _not_ready())
        self.throttle.forgive(account_of(who.email), source)
        challenge = self.challenges.write(_use(who), [answer.access_token, secret], SETUP_LASTS)
        return Step("authenticator", challenge, account_of(who.email), secret)

    def step(self, who: Staff, challenge: str) -> Step:
        """Return the step of this challenge again, for another attempt. Raises ChallengeOver."""
        _, secret = self.challenges.read(_use(who), challenge)
        return Step("authenticator", challenge, account_of(who.email), secret)

    def finish(self, who: Staff, challenge: str, code: str, source: str) -> None:
        """Check the first code; from the next sign-in on codes are needed. Raises ChallengeOver and NotProven."""
        from chalicelib.staff.cognito import Proven

        access_token, _ = self.challenges.read(_use(who), challenge)
        left = self._count_attempt(who, source)
        refused = self.accounts.finish_authenticator(Proven(who.id, access_token), code)
        if refused is None:
            self.throttle.take_code(account_of(who.email), code, self.clock())  # so that it cannot be used to sign in
        self._end(who, source, refused, _wrong_code(left))
        audit("authenticator_on", staff_id=who.id)

    def switch_off(self, who: Staff, password: str, code: str, source: str) -> None:
        """Check the password and a code; from then on signing in needs no code. Both together count as one attempt.

        Repeating it is harmless: without an application the code is not checked. Raises NotProven, ChallengeOver, and
        Conflict when the user pool demands an application.
        """
        from chalicelib.staff.cognito import CodeWanted, Proven, Refused

        left = self._count_attempt(who, source)
        answer = self._password(who, password, left)
        if isinstance(answer, CodeWanted):
            answer = self.accounts.code(answer, code)
            if not isinstance(answer, Refused) and not self.throttle.take_code(
                account_of(who.email), code, self.clock()
            ):
                answer = Refused("used")
            if isinstance(answer, Refused):
                audit("authenticator_refused", staff_id=who.id, reason=answer.reason)
                raise refusal(answer, _wrong_code(left))
        if not isinstance(answer, Proven) or answer.staff_id != who.id:
            raise _not_ready()
        demanded = Conflict("The company demands an authenticator application.", code="authenticator_demanded")
        self._end(who, source, self.accounts.drop_authenticator(who.id), demanded)
        audit("authenticator_off", staff_id=who.id)

    def _password(self, who: Staff, password: str, left: int) -> "Answer":
        from chalicelib.staff.cognito import Refused

        answer = self.accounts.password(account_of(who.email), password)
        if isinstance(answer, Refused):
            audit("authenticator_refused", staff_id=who.id, reason=answer.reason)
            raise refusal(answer, NotProven(left, "The password is wrong. Try again.", "wrong_password"))
        return answer

    def _count_attempt(self, who: Staff, source: str) -> int:
        left = self.throttle.attempt(account_of(who.email), source, self.clock())
        if left < 0:
            audit("authenticator_refused", staff_id=who.id, reason="brake")
            raise TooMany("Too many failed attempts. Wait 15 minutes and try again.")
        return left

    def _end(self, who: Staff, source: str, refused: "Refused | None", wrong: Forbidden | Conflict) -> None:
        if refused is not None:
            audit("authenticator_refused", staff_id=who.id, reason=refused.reason)
            raise refusal(refused, wrong)
        self.throttle.forgive(account_of(who.email), source)


def _wrong_code(left: int) -> NotProven:
    return NotProven(
        left, "The code is wrong, too old or used already. Take the next one from the application.", "wrong_code"
    )


def _use(who: Staff) -> str:
    return f"authenticator|{who.id}"


def _not_ready() -> Forbidden:
    return Forbidden("Your account needs another step. Sign out and sign in again.", code="account_not_ready")
