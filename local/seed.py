"""Does for a local run what people do after a deployment: secrets, the vault's key, staff accounts. All are fixed."""

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.profile.load import load_profile
from chalicelib.staff.model import Staff, staff_mac, undertaking_mac
from chalicelib.staff.undertaking import signed, undertaking_text
from chalicelib.vault.encryption import KeyPair, decode_key, fingerprint, new_pair, public_of
from chalicelib.vault.pseudonyms import derive
from local.aws.ministack import client
from local.aws.stack import NAME, Stack
from local.phones.accounts import ProviderSecrets

PASSWORD = "Local-password-1"  # noqa: S105 - fixed, local, public
VERIFY_TOKEN = "local-whatsapp-verify-token"  # noqa: S105
MAIL_DOMAIN = "mail.desk.local"
"""The domain at which the desk of the local run receives mail."""
VAULT_CONTEXT = {"purpose": "vault"}


@dataclass(frozen=True)
class Account:
    """A staff account of the local run. `signed`: the undertaking of confidentiality is signed. `team` is the place of
    theirs among the teams of the profile, from 1; 0 for none."""

    email: str
    name: str
    roles: tuple[str, ...]
    signed: bool = True
    team: int = 0


ACCOUNTS = (
    Account("operator@desk.local", "Болат Ахметов", ("operator",), team=1),
    Account("operator2@desk.local", "Сәуле Нұрланова", ("operator",), team=2),
    Account("supervisor@desk.local", "Мадина Серікова", ("operator", "supervisor")),
    Account("privacy@desk.local", "Дана Омарова", ("privacy_officer",)),
    Account("privacy2@desk.local", "Ерлан Қасымов", ("privacy_officer",)),
    Account("admin@desk.local", "Айгүл Тілеуова", ("administrator",)),
    Account("newcomer@desk.local", "Тимур Жақсыбеков", ("operator",), signed=False, team=1),
)


def _fixed_key(purpose: str) -> str:
    """Return a key that is the same at every start, so that a kept run finds its rows again."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"local run, {purpose}".encode()).digest()).decode().rstrip("=")


def fetcher_public() -> str:
    """Return the public key of the file fetcher (base64url), the same at every start."""
    return encode(public_of(decode_key(_fixed_key("fetcher key"))))


def vault_pair() -> KeyPair:
    """Make the vault's key pair of a fresh run."""
    return new_pair()


def kept_vault_public(endpoint: str) -> str:
    """Return the vault's public key (base64url) that a kept run holds, or ""."""
    secrets = client("secretsmanager", endpoint)
    try:
        vault = json.loads(secrets.get_secret_value(SecretId=f"{NAME}/vault").get("SecretString") or "{}")
    except (ClientError, json.JSONDecodeError):
        return ""
    return next((str(key["public"]) for key in vault.get("keys", []) if key["id"] == vault["current"]), "")


def encode(raw: bytes) -> str:
    """Return raw key bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def fill_secrets(endpoint: str, stack: Stack, pair: KeyPair | None) -> None:
    """Store the fixed secrets of the local run and, with a new `pair`, the vault's private key wrapped by KMS."""
    known = ProviderSecrets()
    bots = [{"account": bot.account, "secret": bot.secret} for bot in known.bots]
    whatsapp = {
        "account": known.phone_number_id,
        "app_secret": known.app_secret,
        "verify_token": VERIFY_TOKEN,
    }
    secrets: dict[str, Any] = {
        "InboundSecretArn": {
            "address_key": _fixed_key("address key"),
            "whatsapp": [whatsapp],
            "telegram": bots,
            "email": [{"account": MAIL_DOMAIN, "reply_key": _fixed_key("reply key")}],
        },
        "OutboundSecretArn": {
            "whatsapp": {
                known.phone_number_id: {"access_token": known.access_token, "business_account": known.business_account}
            },
            "telegram": {bot.account: {"token": bot.token} for bot in known.bots},
            "email": {MAIL_DOMAIN: {"reply_key": _fixed_key("reply key")}},
        },
        "TextKeySecretArn": {"text_key": _fixed_key("text key")},
        "FetcherSecretArn": {"private_key": _fixed_key("fetcher key")},
    }
    if pair is not None:
        secrets["VaultSecretArn"] = _wrapped(endpoint, stack.outputs["VaultKeyArn"], pair)
    manager = client("secretsmanager", endpoint)
    for output, value in secrets.items():
        manager.put_secret_value(SecretId=stack.outputs[output], SecretString=json.dumps(value))


def _wrapped(endpoint: str, key_arn: str, pair: KeyPair) -> dict[str, Any]:
    kms = client("kms", endpoint)
    sealed = kms.encrypt(KeyId=key_arn, Plaintext=pair.private, EncryptionContext=VAULT_CONTEXT)["CiphertextBlob"]
    key_id = fingerprint(pair.public)
    key = {"id": key_id, "wrapped": base64.b64encode(sealed).decode(), "public": encode(pair.public)}
    return {"version": 1, "keys": [key], "current": key_id}


def seed_accounts(endpoint: str, stack: Stack, operator: str) -> None:
    """Make the staff accounts in Cognito and their rows in the table; existing ones stay as they are."""
    cognito = client("cognito-idp", endpoint)
    dynamodb = client("dynamodb", endpoint)
    pool = stack.outputs["UserPoolId"]
    for account in ACCOUNTS:
        try:
            user = cognito.admin_create_user(
                UserPoolId=pool,
                Username=account.email,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": account.email},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )["User"]
        except cognito.exceptions.UsernameExistsException:
            continue
        cognito.admin_set_user_password(UserPoolId=pool, Username=account.email, Password=PASSWORD, Permanent=True)
        sub = next(one["Value"] for one in user["Attributes"] if one["Name"] == "sub")
        dynamodb.put_item(TableName=stack.tables["desk"], Item=_row(account, sub, operator))


def _row(account: Account, sub: str, operator: str) -> Mapping[str, Any]:
    profile = load_profile(operator)
    team = "".join(tuple(profile.teams)[account.team - 1 : account.team] if account.team else ())
    staff = Staff(sub, account.email, account.name, frozenset(account.roles), 1, team=team)
    if account.signed:
        staff = signed(staff, undertaking_text(profile, "en"), time.time_ns() // 1_000_000)
    key = derive(decode_key(_fixed_key("text key")), "staff")
    row: dict[str, Any] = {
        "pk": {"S": "staff"},
        "sk": {"S": sub},
        "sub": {"S": sub},
        "email": {"S": account.email},
        "name": {"S": account.name},
        "roles": {"L": [{"S": role} for role in account.roles]},
        "disabled": {"BOOL": False},
        "generation": {"N": "1"},
        "language": {"S": "en"},
        "mac": {"S": staff_mac(key, staff)},
    }
    if team:
        row["team"] = {"S": team}
    if account.signed:
        row |= {
            "undertaking_at": {"N": str(staff.undertaking_at)},
            "undertaking_version": {"S": staff.undertaking_version},
            "undertaking_language": {"S": staff.undertaking_language},
            "undertaking_hash": {"S": staff.undertaking_hash},
            "undertaking_mac": {"S": undertaking_mac(key, staff)},
        }
    return row
