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


LinkedAccounts = dict[str, dict[str, dict[str, str]]]
"""By channel and account (our number, our bot): the secret fields of its link, as the channel declares them."""


class Inbound(NamedTuple):
    """The secret of intake: the key of address pseudonyms, and what verifies webhooks."""

    address_key: bytes
    accounts: LinkedAccounts


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
        linked = {name: each for name, each in value.items() if isinstance(each, list)}
        accounts = {channel: {one["account"]: one for one in each} for channel, each in linked.items()}
        return Inbound(decode_key(value["address_key"]), accounts)

    def outbound(self, secret_id: str) -> LinkedAccounts:
        """Return the sender's secret: the tokens of our accounts. Raises Unavailable."""
        return self.read(secret_id)


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
