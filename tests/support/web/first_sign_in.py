"""Accounts that an administrator made, and a user pool that demands more."""

import base64
import hmac
import os
import secrets
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.staff.cognito import CognitoAccounts
from chalicelib.staff.model import Staff
from chalicelib.staff.undertaking import signed
from chalicelib.wiring import web as wiring_web
from tests.support.web.desk import START, TEXT, Web

TEMPORARY = "Temporary-word-1"
OWN = "My-own-word-22"


def totp(secret: str, steps: int = 0, at: float | None = None) -> str:
    """The code of now, or of `at` (epoch seconds), and so many steps later.

    RFC 6238 with its defaults: HMAC-SHA-1 over steps of 30 seconds, cut to six digits as RFC 4226, 5.3, says."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.digest(key, struct.pack(">Q", int(time.time() if at is None else at) // 30 + steps), "sha1")
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


@dataclass(frozen=True)
class Colleague:
    """Somebody whose account the administrator has just made."""

    sub: str
    email: str


def create_account(web: Web, password: str, *, permanent: bool, row: bool = True) -> Colleague:
    """An account as an administrator makes it, with its row."""
    pool, address = os.environ["USER_POOL_ID"], f"saule-{secrets.token_hex(4)}@desk.local"
    user = web.cognito.admin_create_user(
        UserPoolId=pool, Username=address, MessageAction="SUPPRESS", TemporaryPassword=password,
        UserAttributes=[{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}],
    )["User"]  # fmt: skip
    if permanent:
        web.cognito.admin_set_user_password(UserPoolId=pool, Username=address, Password=password, Permanent=True)
    sub = next(str(one["Value"]) for one in user["Attributes"] if one["Name"] == "sub")
    if row:
        staff = Staff(sub, address, "Сәуле Нұрланова", frozenset(["operator"]), 1, language="en")
        wiring_web.staff().put(signed(staff, TEXT, START))
    return Colleague(sub, address)


class DemandingPool:
    """The embedded pool, and what it leaves out of a pool that demands codes: the challenge MFA_SETUP of AWS. The
    step is over, as there, when it is answered without the session of a verified application."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self._verified: set[str] = set()
        self._proven: dict[str, Any] = {}
        self.enrolled: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def admin_initiate_auth(self, **given: Any) -> Any:
        return self._demand(given["AuthParameters"]["USERNAME"], self._real.admin_initiate_auth(**given))

    def admin_respond_to_auth_challenge(self, **given: Any) -> Any:
        username = given["ChallengeResponses"]["USERNAME"]
        if given["ChallengeName"] != "MFA_SETUP":
            return self._demand(username, self._real.admin_respond_to_auth_challenge(**given))
        if given["Session"] not in self._verified:
            error = {"Error": {"Code": "NotAuthorizedException", "Message": "Invalid session for the user."}}
            raise ClientError(error, "AdminRespondToAuthChallenge")
        self._verified.discard(given["Session"])
        self.enrolled.add(username)
        return self._proven.pop(username)

    def verify_software_token(self, **given: Any) -> Any:
        answer = self._real.verify_software_token(**given)
        self._verified.add(answer.get("Session", ""))
        return answer

    def _demand(self, username: str, answer: Any) -> Any:
        if "ChallengeName" in answer or username in self.enrolled:
            return answer
        self._proven[username] = answer
        parameters = {"MFAS_CAN_SETUP": '["SOFTWARE_TOKEN_MFA"]'}
        return {"ChallengeName": "MFA_SETUP", "Session": secrets.token_urlsafe(32), "ChallengeParameters": parameters}


@pytest.fixture
def demanding(web: Web, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemandingPool]:
    """A pool that demands an application of everybody."""
    pool = DemandingPool(web.cognito)
    known = CognitoAccounts(pool, os.environ["USER_POOL_ID"], os.environ["USER_POOL_CLIENT_ID"])
    monkeypatch.setattr(wiring_web, "_cognito_accounts", lambda: known)
    return pool
