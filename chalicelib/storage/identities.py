"""Amazon Cognito: passwords, codes and accounts of colleagues. Nothing of it is kept here."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable

_REFUSED = frozenset(
    {
        "NotAuthorizedException",
        "UserNotFoundException",
        "CodeMismatchException",
        "ExpiredCodeException",
        "EnableSoftwareTokenMFAException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
        "InvalidParameterException",
    }
)
_SLOW = frozenset({"TooManyRequestsException", "LimitExceededException", "TooManyFailedAttemptsException"})


@dataclass(frozen=True)
class Proven:
    """The password, and the code where one is asked for, were right."""

    staff_id: str


@dataclass(frozen=True)
class CodeWanted:
    """The password was right and a code of the authenticator application is wanted."""

    username: str
    session: str


@dataclass(frozen=True)
class Refused:
    """Not proven. `reason` is wrong, slow, or a challenge that only an administrator can end."""

    reason: str


Answer = Proven | CodeWanted | Refused


class Identities:
    """The user pool of this deployment."""

    def __init__(self, client: Any, pool_id: str, client_id: str) -> None:
        self._client = client
        self._pool_id = pool_id
        self._client_id = client_id

    def password(self, email: str, password: str) -> Answer:
        """Check a password. Raises Unavailable."""
        return self._ask(
            "admin_initiate_auth",
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )

    def code(self, wanted: CodeWanted, code: str) -> Answer:
        """Check a code of the authenticator application. Raises Unavailable."""
        return self._ask(
            "admin_respond_to_auth_challenge",
            ChallengeName="SOFTWARE_TOKEN_MFA",
            Session=wanted.session,
            ChallengeResponses={"USERNAME": wanted.username, "SOFTWARE_TOKEN_MFA_CODE": code},
        )

    def shut_out(self, staff_id: str) -> None:
        """Disable the account of this `sub` and end what Cognito itself has opened for it. Raises Unavailable."""
        try:
            self._client.admin_disable_user(UserPoolId=self._pool_id, Username=staff_id)
            self._client.admin_user_global_sign_out(UserPoolId=self._pool_id, Username=staff_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UserNotFoundException":
                raise Unavailable("The sign-in service did not answer; try again in a minute.") from error
        except BotoCoreError as error:
            raise Unavailable("The sign-in service did not answer; try again in a minute.") from error

    def _ask(self, operation: str, **values: Any) -> Answer:
        try:
            answer = getattr(self._client, operation)(UserPoolId=self._pool_id, ClientId=self._client_id, **values)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _REFUSED:
                return Refused("wrong")
            if code in _SLOW:
                return Refused("slow")
            raise Unavailable("The sign-in service did not answer; try again in a minute.") from error
        except BotoCoreError as error:
            raise Unavailable("The sign-in service did not answer; try again in a minute.") from error
        if challenge := answer.get("ChallengeName"):
            if challenge != "SOFTWARE_TOKEN_MFA":
                return Refused("challenge")
            username = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", "")
            return CodeWanted(username, answer["Session"])
        return Proven(_subject(answer["AuthenticationResult"]["IdToken"]))


def _subject(id_token: str) -> str:
    """The `sub` of a token that Cognito itself has just handed to us over TLS: there is nothing left to verify."""
    payload = id_token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["sub"])
