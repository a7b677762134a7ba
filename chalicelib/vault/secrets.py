"""Reads secrets when first needed and caches them briefly, so that a rotation takes effect without a deployment."""

import json
import time
from base64 import b64decode
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable
from chalicelib.vault.encryption import Vault, decode_key

KEEP_SECONDS = 300
"""How long a secret is cached."""
VAULT_CONTEXT = {"purpose": "vault"}
"""KMS encryption context under which the vault's private keys are wrapped."""


class Inbound(NamedTuple):
    """The secret of intake: the key of address pseudonyms, and what verifies webhooks.

    `whatsapp` maps an account (phone number id) to its app secret and verify token; `telegram` maps a bot's id to the
    secret that its webhooks carry.
    """

    address_key: bytes
    whatsapp: dict[str, tuple[str, str]]
    telegram: dict[str, str]


class Outbound(NamedTuple):
    """The secret of the sender: WhatsApp access tokens and Telegram bot tokens, by account."""

    whatsapp: dict[str, str]
    telegram: dict[str, str]


class Secrets:
    """Reads secrets by id. `make_client` makes the Secrets Manager client when it is first needed."""

    def __init__(self, make_client: Callable[[], Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._make_client = make_client
        self._clock = clock
        self._client: Any = None
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    def read(self, secret_id: str) -> dict[str, Any]:
        """Return a secret, parsed from JSON. Raises Unavailable."""
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
        """Drop a secret from the cache, for example after a provider refused a token."""
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
    """Return the vault, its private keys unwrapped by KMS. Raises Unavailable."""
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
