"""The user pool with every colleague, and the deployment's secrets."""

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.vault.encryption import encode_key, fingerprint, new_pair
from local.aws import ministack as embedded
from tests.support import in_process
from tests.support.aws import Aws
from tests.support.channels.mails import DOMAIN, REPLY_KEY
from tests.support.people import TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT
from tests.support.web.visiting import PASSWORD, email

ROLES = {
    "bolat": ("operator",),
    "saule": ("operator",),
    "madina": ("supervisor",),
    "dana": ("privacy_officer",),
    "erlan": ("privacy_officer",),
    "aigul": ("administrator",),
    "newcomer": ("operator",),
}


@pytest.fixture(scope="session")
def accounts(aws: Aws) -> tuple[str, str, dict[str, str]]:
    """A user pool with every colleague: its id, its client's id, and the colleagues' ids by name."""
    cognito = aws.client("cognito-idp")
    pool = cognito.create_user_pool(
        PoolName=f"staff-{secrets.token_hex(4)}", UsernameAttributes=["email"], MfaConfiguration="OFF"
    )["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    client_id = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="desk",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    return pool, client_id, {name: _account(cognito, pool, email(name)) for name in ROLES}


def _account(cognito: Any, pool: str, address: str) -> str:
    user = cognito.admin_create_user(
        UserPoolId=pool,
        Username=address,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}],
    )["User"]
    cognito.admin_set_user_password(UserPoolId=pool, Username=address, Password=PASSWORD, Permanent=True)
    return next(str(one["Value"]) for one in user["Attributes"] if one["Name"] == "sub")


@dataclass(frozen=True)
class Keys:
    """Secrets of the deployment, by the name of their setting."""

    settings: dict[str, str]


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The deployment's secrets and its vault, wrapped by a KMS key, in this process."""
    kms, manager = (embedded.client(service, in_process.ENDPOINT) for service in ("kms", "secretsmanager"))
    pair = new_pair()
    key = kms.create_key()["KeyMetadata"]["Arn"]
    wrapped = kms.encrypt(KeyId=key, Plaintext=pair.private, EncryptionContext={"purpose": "vault"})["CiphertextBlob"]
    vault_id = fingerprint(pair.public)
    one = {"id": vault_id, "wrapped": base64.b64encode(wrapped).decode(), "public": encode_key(pair.public)}
    values = {
        "SECRET_INBOUND": {
            "address_key": encode_key(b"a" * 32),
            "whatsapp": [{"account": WHATSAPP_ACCOUNT, "app_secret": "s", "verify_token": "v"}],
            "telegram": [{"account": TELEGRAM_ACCOUNT, "secret": "t"}],
            "email": [{"account": DOMAIN, "reply_key": REPLY_KEY}],
        },
        "SECRET_OUTBOUND": {"email": {DOMAIN: {"reply_key": REPLY_KEY}}},
        "SECRET_TEXT_KEY": {"text_key": encode_key(b"t" * 32)},
        "SECRET_VAULT": {"version": 1, "keys": [one], "current": vault_id},
    }
    made = {
        name: manager.create_secret(Name=f"{name}-{secrets.token_hex(4)}", SecretString=json.dumps(value))["ARN"]
        for name, value in values.items()
    }
    return Keys({**made, "VAULT_PUBLIC_KEY": encode_key(pair.public), "VAULT_KEY_ARN": key})
