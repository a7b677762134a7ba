"""Sessions, and the login throttle.

Keys of rows are HMACs under keys that only the dashboard holds. So a row reveals neither token nor address, and other
functions that can write to the table cannot forge a session.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from functools import partial

from chalicelib.core.clock import SECOND
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import condition_held, translated_errors
from chalicelib.dynamo.schema import LOGIN, SESSION, Key
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
                *self._key(token)[1:],
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
                row = IndexRow.get(*self._key(token)[1:], consistent_read=True)
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
            IndexRow(*self._key(token)[1:]).delete()

    def _key(self, token: str) -> Key:
        return SESSION.key(hmac.new(self.key, f"session|{token}".encode(), hashlib.sha256).hexdigest())


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
        for key, most in (
            (self._key("source", source), PER_SOURCE),
            (self._key("pair", source, account), PER_PAIR),
            (self._key("account", account), PER_ACCOUNT),
        ):
            left = min(left, self._count(key, most, now))
            if left < 0:
                return -1
        return left

    def forgive(self, account: str, source: str) -> None:
        """After a success, delete the count of this account from this source and take one attempt off the other
        counts."""
        with translated_errors():
            IndexRow(*self._key("pair", source, account)[1:]).delete()
        for key in (self._key("source", source), self._key("account", account)):
            row = IndexRow(*key[1:])
            condition_held(partial(row.update, [IndexRow.attempts.add(-1)], IndexRow.attempts > 0))

    def take_code(self, account: str, code: str, now: int) -> bool:
        """Mark a correct code of an account as used; return False when it was used before.

        A code works once while it is valid (RFC 6238, 5.2), so that one that was observed is useless. Of two concurrent
        uses one succeeds.
        """
        return self._begin(self._key("code", account, code), now // SECOND, CODE_LASTS)

    def _key(self, *what: str) -> Key:
        return LOGIN.key(hmac.new(self.key, json.dumps(what).encode(), hashlib.sha256).hexdigest()[:32])

    def _count(self, key: Key, most: int, now: int) -> int:
        seconds, row = now // SECOND, IndexRow(*key[1:])
        counting = (IndexRow.expires_at > seconds) & (IndexRow.attempts < most)
        if condition_held(lambda: row.update([IndexRow.attempts.add(1)], counting)):
            return most - int(row.attempts)
        return most - 1 if self._begin(key, seconds, ATTEMPTS_COUNT_FOR // SECOND) else -1

    def _begin(self, key: Key, seconds: int, lasts: int) -> bool:
        """Write the row of a first attempt, unless there is one that has not expired; return whether it was written."""
        fresh = IndexRow(*key[1:], attempts=1, expires_at=seconds + lasts)
        free = IndexRow.pk.does_not_exist() | (IndexRow.expires_at <= seconds)
        return condition_held(lambda: fresh.save(free))
