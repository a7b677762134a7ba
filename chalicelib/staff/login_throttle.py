"""Limits attempts to guess passwords and codes.

Keys of rows are HMACs under a key that only the dashboard holds, so that a row reveals no address.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import partial

from chalicelib.core.clock import SECOND
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import condition_held, translated_errors
from chalicelib.dynamo.schema import LOGIN, Key

ATTEMPTS_COUNT_FOR = 15 * 60 * SECOND
"""How long failed sign-ins count (ms). Texts that people read speak of 15 minutes."""
CODE_LASTS = 90
"""Seconds for which a code of an authenticator application is valid: its own 30, and 30 before and after."""
PER_SOURCE = 60
PER_PAIR = 5
PER_ACCOUNT = 50
"""Failed sign-ins within ATTEMPTS_COUNT_FOR after which the next is refused: from one source, of one account from one
source, of one account from anywhere. The last limit is high, so that strangers cannot easily lock an account."""


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
