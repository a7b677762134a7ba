"""Sessions, and the login throttle.

Keys of rows are HMACs under keys that only the dashboard holds. So a row reveals neither token nor address, and other
functions that can write to the table cannot forge a session.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from pynamodb.exceptions import PutError, UpdateError

from chalicelib.core.clock import SECOND
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.staff.model import SESSION_LASTS, Session, Staff

ATTEMPTS_COUNT_FOR = 15 * 60 * SECOND
"""How long failed sign-ins count (ms)."""
CODE_LASTS = 90
"""Seconds for which a code of an authenticator application is valid: its own 30, and 30 before and after."""
PER_SOURCE = 60
PER_PAIR = 5
PER_ACCOUNT = 50
"""Failed sign-ins within ATTEMPTS_COUNT_FOR after which the next is refused: from one source, of one account from one
source, of one account from anywhere. The last limit is high, so that strangers cannot easily lock an account."""


@dataclass(frozen=True)
class SessionStore:
    """Opens, finds and ends sessions. `key` is the HMAC key of their rows. All methods raise Unavailable."""

    key: bytes

    def open(self, staff: Staff, kind: str, now: int) -> tuple[str, Session]:
        """Open a session and return its token, 256 random bits that are stored nowhere, and the session."""
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
        """Return the session of a token, strongly consistent; None when it has ended or is of another kind."""
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
    """Return the CSRF token of a session's forms. It is derived from the session's token, which it does not reveal."""
    return hashlib.sha256(b"form|" + session_token.encode()).hexdigest()


@dataclass(frozen=True)
class LoginThrottle:
    """Limits attempts to guess passwords and codes. `key` is the HMAC key of rows, which lie in the table `index`.

    All methods raise Unavailable.
    """

    key: bytes

    def attempt(self, account: str, source: str, now: int) -> int:
        """Count an attempt before it is made; return how many are left, or -1 when it must not be made.

        The source is counted first; a limit that is reached stops the counting.
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
        """After a success, delete the count of this account from this source and take one attempt off the other
        counts."""
        with translated_errors():
            IndexRow(self._name("pair", source, account), "login").delete()
            for name in (self._name("source", source), self._name("account", account)):
                try:
                    IndexRow(name, "login").update(actions=[IndexRow.attempts.add(-1)], condition=IndexRow.attempts > 0)
                except UpdateError as error:
                    _only_condition(error)

    def take_code(self, account: str, code: str, now: int) -> bool:
        """Mark a correct code of an account as used; return False when it was used before.

        A code works once while it is valid (RFC 6238, 5.2), so that one that was observed is useless. Of two concurrent
        uses one succeeds.
        """
        seconds = now // SECOND
        taken = IndexRow(self._name("code", account, code), "login", attempts=1, expires_at=seconds + CODE_LASTS)
        try:
            with translated_errors():
                taken.save(IndexRow.pk.does_not_exist() | (IndexRow.expires_at <= seconds))
        except PutError as error:
            _only_condition(error)
            return False
        return True

    def _name(self, *what: str) -> str:
        framed = json.dumps(what).encode()
        return "login#" + hmac.new(self.key, framed, hashlib.sha256).hexdigest()[:32]

    def _count(self, name: str, most: int, now: int) -> int:
        seconds = now // SECOND
        with translated_errors():
            row = IndexRow(name, "login")
            try:
                row.update(
                    actions=[IndexRow.attempts.add(1)],
                    condition=(IndexRow.expires_at > seconds) & (IndexRow.attempts < most),
                )
                return most - int(row.attempts)
            except UpdateError as error:
                _only_condition(error)
            try:
                fresh = IndexRow(name, "login", attempts=1, expires_at=seconds + ATTEMPTS_COUNT_FOR // SECOND)
                fresh.save(IndexRow.pk.does_not_exist() | (IndexRow.expires_at <= seconds))
                return most - 1
            except PutError as error:
                _only_condition(error)
        return -1


def _only_condition(error: UpdateError | PutError) -> None:
    if error.cause_response_code != "ConditionalCheckFailedException":
        raise error
