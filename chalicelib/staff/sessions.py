"""Sessions and the brake on sign-ins. Rows are named by an HMAC under keys that only the dashboard holds: a token or an
address cannot be read from a row, and whoever writes a row cannot name it so that a token of theirs finds it."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.models import Model

from chalicelib.core.clock import SECOND
from chalicelib.dynamo.model_calls import translated_errors
from chalicelib.dynamo.models import IndexRow
from chalicelib.staff.model import SESSION_LASTS, Session, Staff

ATTEMPTS_COUNT_FOR = 15 * 60 * SECOND
"""How long failed sign-ins count."""
CODE_LASTS = 90
"""Seconds for which a code of an authenticator application is right: its own 30 and those before and after."""
PER_SOURCE = 60
PER_PAIR = 5
PER_ACCOUNT = 50
"""Failed sign-ins within PAUSE before the next one is refused, whatever its password: of one source, of one account
from one source, of one account from anywhere. The last is wide, so that strangers cannot shut a colleague out soon."""


class LoginRow(Model):
    """How many sign-ins of one account or source failed lately; or that a code was used."""

    class Meta:
        table_name = ""
        connect_timeout_seconds = 1
        read_timeout_seconds = 4
        max_retry_attempts = 2

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="login")
    attempts = NumberAttribute(default=1)
    expires_at = NumberAttribute()


@dataclass(frozen=True)
class SessionStore:
    """Opens, finds and ends sessions. `key` names them. All methods raise Unavailable."""

    key: bytes

    def open(self, staff: Staff, kind: str, now: int) -> tuple[str, Session]:
        """Start a session under a new random token of 256 bits, which is returned and stored nowhere."""
        token = secrets.token_urlsafe(32)
        expires_at = (now + SESSION_LASTS) // SECOND
        session = Session(staff.id, staff.generation, kind, now, expires_at * SECOND)
        with translated_errors():
            IndexRow(
                self._name(token),
                "session",
                sub=session.staff_id,
                generation=session.generation,
                kind=kind,
                created_at=now,
                expires_at=expires_at,
            ).save()
        return token, session

    def find(self, token: str, kind: str, now: int) -> Session | None:
        """The session of this token, strongly consistent; None when it has ended or is of another kind."""
        with translated_errors():
            try:
                row = IndexRow.get(self._name(token), "session", consistent_read=True)
            except IndexRow.DoesNotExist:
                return None
        session = Session(
            str(row.sub),
            int(row.generation or 0),
            row.kind or "",
            int(row.created_at or 0),
            int(row.expires_at or 0) * SECOND,
        )
        return session if session.kind == kind and session.expires_at > now else None

    def end(self, token: str) -> None:
        """End a session; ending it twice is harmless."""
        with translated_errors():
            IndexRow(self._name(token), "session").delete()

    def _name(self, token: str) -> str:
        return "session#" + hmac.new(self.key, f"session|{token}".encode(), hashlib.sha256).hexdigest()


def csrf_token(session_token: str) -> str:
    """The token of a session's forms: bound to the session and of no use as one."""
    return hashlib.sha256(b"form|" + session_token.encode()).hexdigest()


@dataclass(frozen=True)
class LoginThrottle:
    """Slows down who tries passwords. `key` blinds accounts and sources; rows live in the table of `IndexRow`."""

    key: bytes

    def attempt(self, account: str, source: str, now: int) -> int:
        """Count an attempt before it is made: its source first, and no further when that must wait.

        Returns how many more the account has from this source, -1 when it must wait.
        """
        left = PER_SOURCE
        for name, most in (
            (self._name("source", source), PER_SOURCE),
            (self._name("pair", source, account), PER_PAIR),
            (self._name("account", account), PER_ACCOUNT),
        ):
            left = min(left, self._count(name, most, now))
            if left < 0:
                return -1
        return left

    def forgive(self, account: str, source: str) -> None:
        """Forget the attempts of an account that signed in from this source, and this one attempt in the others."""
        _bind()
        with translated_errors():
            LoginRow(self._name("pair", source, account), "login").delete()
            for name in (self._name("source", source), self._name("account", account)):
                try:
                    LoginRow(name, "login").update(actions=[LoginRow.attempts.add(-1)], condition=LoginRow.attempts > 0)
                except UpdateError as error:
                    _only_condition(error)

    def take_code(self, account: str, code: str, now: int) -> bool:
        """Take a right code of an account's authenticator application; False when it was taken before.

        A code is right for CODE_LASTS and good for one use (RFC 6238, 5.2): whoever has looked over a shoulder does not
        come in with it, and of two who send it at once one does.
        """
        _bind()
        seconds = now // SECOND
        taken = LoginRow(self._name("code", account, code), "login", expires_at=seconds + CODE_LASTS)
        try:
            with translated_errors():
                taken.save(LoginRow.pk.does_not_exist() | (LoginRow.expires_at <= seconds))
        except PutError as error:
            _only_condition(error)
            return False
        return True

    def _name(self, *what: str) -> str:
        framed = json.dumps(what).encode()
        return "login#" + hmac.new(self.key, framed, hashlib.sha256).hexdigest()[:32]

    def _count(self, name: str, most: int, now: int) -> int:
        _bind()
        seconds = now // SECOND
        with translated_errors():
            row = LoginRow(name, "login")
            try:
                row.update(
                    actions=[LoginRow.attempts.add(1)],
                    condition=(LoginRow.expires_at > seconds) & (LoginRow.attempts < most),
                )
                return most - int(row.attempts)
            except UpdateError as error:
                _only_condition(error)
            try:
                fresh = LoginRow(name, "login", attempts=1, expires_at=seconds + ATTEMPTS_COUNT_FOR // SECOND)
                fresh.save(LoginRow.pk.does_not_exist() | (LoginRow.expires_at <= seconds))
                return most - 1
            except PutError as error:
                _only_condition(error)
        return -1


def _only_condition(error: UpdateError | PutError) -> None:
    if error.cause_response_code != "ConditionalCheckFailedException":
        raise error


def _bind() -> None:
    if LoginRow.Meta.table_name != IndexRow.Meta.table_name:
        LoginRow.Meta.table_name = IndexRow.Meta.table_name
        LoginRow._connection = None
