"""What a client carries from one step to the next: sealed, bound to its use, short-lived. Nothing of it is stored."""

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
    """The challenge is too old, was used up, or is not ours."""

    code = "challenge_over"

    def __init__(self) -> None:
        super().__init__("This took too long or was changed on its way. Begin again with your password.")


@dataclass(frozen=True)
class Challenges:
    """Seals (AES-256-GCM, random nonce) what Cognito gave for the next step: its session string, or an access token,
    which nobody but the desk may read, not even the person's own browser. `key` is 32 bytes, for this purpose alone."""

    key: bytes
    clock: Callable[[], int]

    def write(self, use: str, values: Sequence[str], lasts: int) -> str:
        """Return a challenge that `read` takes for the same `use` until `lasts` ms from now."""
        nonce = secrets.token_bytes(_NONCE)
        body = json.dumps([self.clock() + lasts, *values], ensure_ascii=False, separators=(",", ":")).encode()
        sealed = nonce + AESGCM(self.key).encrypt(nonce, body, use.encode())
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, use: str, challenge: str) -> list[str]:
        """Return the values. Raises ChallengeOver."""
        try:
            sealed = base64.urlsafe_b64decode(challenge.encode() + b"=" * (-len(challenge) % 4))
            body = AESGCM(self.key).decrypt(sealed[:_NONCE], sealed[_NONCE:], use.encode())
        except (ValueError, InvalidTag):
            raise ChallengeOver from None
        until, *values = json.loads(body)
        if until < self.clock():
            raise ChallengeOver
        return [str(value) for value in values]
