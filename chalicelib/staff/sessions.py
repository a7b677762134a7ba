"""Sessions of staff.

Keys of rows are HMACs under keys that only the dashboard holds. So a row reveals neither token nor address, and other
functions that can write to the table cannot forge a session.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.schema import SESSION, Key
from chalicelib.staff.model import SESSION_LASTS, Session, Staff


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
                *self.row_key(token)[1:],
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
                row = IndexRow.get(*self.row_key(token)[1:], consistent_read=True)
            except IndexRow.DoesNotExist:
                return None
        return self.of_row(row.attribute_values, kind, now)

    @staticmethod
    def of_row(row: Mapping[str, Any], kind: str, now: int) -> Session | None:
        """Return the session of a row, which may be empty; None when it has ended or is of another kind."""
        session = Session(
            str(row.get("sub")),
            int(row.get("generation") or 0),
            row.get("kind") or "",
            int(row.get("created_at") or 0),
            int(row.get("expires_at") or 0) * SECOND,
        )
        return session if session.kind == kind and session.expires_at > now else None

    def end(self, token: str) -> None:
        """End a session; ending it twice is harmless."""
        with translated_errors():
            IndexRow(*self.row_key(token)[1:]).delete()

    def row_key(self, token: str) -> Key:
        """Return the key of a session's row."""
        return SESSION.key(hmac.new(self.key, f"session|{token}".encode(), hashlib.sha256).hexdigest())


def csrf_token(session_token: str) -> str:
    """Return the CSRF token of a session's forms. It is derived from the session's token, which it does not reveal."""
    return hashlib.sha256(b"form|" + session_token.encode()).hexdigest()
