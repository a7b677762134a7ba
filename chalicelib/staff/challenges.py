"""Challenges: state that a client carries between the steps of a sign-in. Encrypted, short-lived, stored nowhere."""

import base64
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.core.errors import BadInput

_NONCE = 12


class ChallengeOver(BadInput):
    """The challenge has expired, was used, or is not ours."""

    code = "challenge_over"

    def __init__(self) -> None:
        super().__init__("This took too long or was changed on its way. Begin again with your password.")


@dataclass(frozen=True)
class Challenges:
    """Encrypts (AES-256-GCM, random nonce) what Cognito returned for the next step: its session string or an access
    token, which even the person's own browser may not read. `key` (32 bytes) is used for nothing else."""

    key: bytes
    clock: Callable[[], int]

    def write(self, use: str, values: Sequence[str], lasts: int) -> str:
        """Return a challenge that `read` accepts for the same `use` during `lasts` ms."""
        nonce = secrets.token_bytes(_NONCE)
        body = json.dumps([self.clock() + lasts, *values], ensure_ascii=False, separators=(",", ":")).encode()
        sealed = nonce + AESGCM(self.key).encrypt(nonce, body, use.encode())
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, use: str, challenge: str) -> list[str]:
        """Return the values that `write` was given. Raises ChallengeOver."""
        try:
            sealed = base64.urlsafe_b64decode(challenge.encode() + b"=" * (-len(challenge) % 4))
            body = AESGCM(self.key).decrypt(sealed[:_NONCE], sealed[_NONCE:], use.encode())
        except (ValueError, InvalidTag):
            raise ChallengeOver from None
        until, *values = json.loads(body)
        if until < self.clock():
            raise ChallengeOver
        return [str(value) for value in values]
