"""Secrets, fetched when first needed and kept for a short while, so that a rotation is seen without a deployment."""

import json
import time
from base64 import b64decode
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable
from chalicelib.vault.vault import Vault, decode_key

KEEP_SECONDS = 300
VAULT_CONTEXT = {"purpose": "vault"}
"""The encryption context under which KMS wraps the vault's private key."""


class Inbound(NamedTuple):
    """What intake needs to trust a webhook and to name an address.

    `whatsapp` maps an account (phone number id) to its app secret and verify token, `telegram` a bot's id to the
    secret that its webhook carries.
    """

    address_key: bytes
    whatsapp: dict[str, tuple[str, str]]
    telegram: dict[str, str]


class Outbound(NamedTuple):
    """What the sender needs: WhatsApp access tokens and Telegram bot tokens by account."""

    whatsapp: dict[str, str]
    telegram: dict[str, str]


class Secrets:
    """Reads secrets by id through a Secrets Manager client made when first needed."""

    def __init__(self, make_client: Callable[[], Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._make_client = make_client
        self._clock = clock
        self._client: Any = None
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    def read(self, secret_id: str) -> dict[str, Any]:
        """Return a secret's JSON. Raises Unavailable."""
        until, value = self._kept.get(secret_id, (0.0, {}))
        if self._clock() < until:
            return value
        self._client = self._client or self._make_client()
        try:
            answer = self._client.get_secret_value(SecretId=secret_id)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("A secret cannot be read now; try again.") from error
        fresh: dict[str, Any] = json.loads(answer["SecretString"])
        self._kept[secret_id] = (self._clock() + KEEP_SECONDS, fresh)
        return fresh

    def forget(self, secret_id: str) -> None:
        """Read the secret anew at the next use, for example after a provider refused a token."""
        self._kept.pop(secret_id, None)

    def inbound(self, secret_id: str) -> Inbound:
        """Return intake's secret. Raises Unavailable."""
        value = self.read(secret_id)
        return Inbound(
            decode_key(value["address_key"]),
            {one["account"]: (one["app_secret"], one["verify_token"]) for one in value["whatsapp"]},
            {one["account"]: one["secret"] for one in value["telegram"]},
        )

    def outbound(self, secret_id: str) -> Outbound:
        """Return the sender's secret. Raises Unavailable."""
        value = self.read(secret_id)
        return Outbound(
            {account: one["access_token"] for account, one in value["whatsapp"].items()},
            {account: one["token"] for account, one in value["telegram"].items()},
        )


def open_vault(secret: dict[str, Any], kms: Any) -> Vault:
    """Unwrap the vault's private keys with KMS. Raises Unavailable."""
    try:
        return Vault(
            {
                one["id"]: kms.decrypt(CiphertextBlob=b64decode(one["wrapped"]), EncryptionContext=VAULT_CONTEXT)[
                    "Plaintext"
                ]
                for one in secret["keys"]
            }
        )
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("The vault cannot be opened now; try again.") from error
