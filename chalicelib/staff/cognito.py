"""Accounts of the staff in Amazon Cognito: checks passwords and codes, and enables or disables accounts."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable

_WRONG = frozenset(
    {
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
_POLICY = frozenset({"InvalidPasswordException", "PasswordHistoryPolicyViolationException"})
_TOTP = "SOFTWARE_TOKEN_MFA"


@dataclass(frozen=True)
class Proven:
    """Password and, where needed, code are right. `access_token` is Cognito's token of the account."""

    staff_id: str
    access_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class CodeWanted:
    """The password is right; a code of the authenticator application is needed."""

    username: str
    session: str = field(repr=False)


@dataclass(frozen=True)
class PasswordWanted:
    """The temporary password is right; the person must choose a new one."""

    username: str
    session: str = field(repr=False)


@dataclass(frozen=True)
class SetupWanted:
    """The password is right; the pool demands an authenticator application. `secret` is its new key in base32."""

    username: str
    session: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Refused:
    """Cognito refused. `reason` is one of:

    wrong (password or code), used (a code that was used before), slow (too many attempts), over (Cognito no longer
    knows the step), policy (the new password breaks the rules), challenge (a step that this service does not support).
    """

    reason: str


Wanted = CodeWanted | PasswordWanted | SetupWanted
Answer = Proven | Wanted | Refused


class CognitoAccounts:
    """The accounts in the user pool of this deployment. All methods raise Unavailable."""

    def __init__(self, client: Any, pool_id: str, client_id: str) -> None:
        self._client = client
        self._pool_id = pool_id
        self._client_id = client_id

    def password(self, email: str, password: str) -> Answer:
        """Check a password: the first step of signing in."""
        found = self._call(
            self._client.admin_initiate_auth,
            UserPoolId=self._pool_id,
            ClientId=self._client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        # In this step NotAuthorizedException means a wrong password, in later ones that the step has expired.
        return self._answer(Refused("wrong") if found == Refused("over") else found, email)

    def code(self, wanted: CodeWanted, code: str) -> Answer:
        """Check a code of the authenticator application."""
        return self._respond(_TOTP, wanted.username, wanted.session, SOFTWARE_TOKEN_MFA_CODE=code)

    def new_password(self, wanted: PasswordWanted, password: str) -> Answer:
        """Replace the temporary password by the person's own."""
        return self._respond("NEW_PASSWORD_REQUIRED", wanted.username, wanted.session, NEW_PASSWORD=password)

    def set_up(self, wanted: SetupWanted, code: str) -> Answer:
        """Check the first code of an application that the pool demands, and continue signing in."""
        found = self._call(self._client.verify_software_token, Session=wanted.session, UserCode=code)
        if isinstance(found, Refused):
            return found
        return self._respond("MFA_SETUP", wanted.username, found["Session"])

    # -- accounts that are signed in

    def subject(self, username: str) -> str:
        """Return the `sub` of the account with this name, or "" when there is none."""
        found = self._call(self._client.admin_get_user, UserPoolId=self._pool_id, Username=username)
        if isinstance(found, Refused):
            return ""
        return next((str(one["Value"]) for one in found["UserAttributes"] if one["Name"] == "sub"), "")

    def has_authenticator(self, staff_id: str) -> bool:
        """Whether signing in to this account needs a code."""
        found = self._call(self._client.admin_get_user, UserPoolId=self._pool_id, Username=staff_id)
        if isinstance(found, Refused):
            raise Unavailable("The user pool did not say how this account signs in; try again in a minute.")
        return _TOTP in (found.get("UserMFASettingList") or ())

    def begin_authenticator(self, proven: Proven) -> str | Refused:
        """Return the key (base32) of a new authenticator application, in force once `finish_authenticator` has checked
        a code."""
        found = self._call(self._client.associate_software_token, AccessToken=proven.access_token)
        return found if isinstance(found, Refused) else str(found["SecretCode"])

    def finish_authenticator(self, proven: Proven, code: str) -> Refused | None:
        """Check the first code of the new application; from then on signing in needs its codes."""
        found = self._call(self._client.verify_software_token, AccessToken=proven.access_token, UserCode=code)
        return found if isinstance(found, Refused) else self._ask_for_codes(proven.staff_id, yes=True)

    def drop_authenticator(self, staff_id: str) -> Refused | None:
        """Stop asking this account for codes."""
        return self._ask_for_codes(staff_id, yes=False)

    def disable(self, staff_id: str) -> None:
        """Disable the account with this `sub` and end Cognito's own sessions of it."""
        self._administer(staff_id, self._client.admin_disable_user, self._client.admin_user_global_sign_out)

    def enable(self, staff_id: str) -> bool:
        """Enable the account with this `sub` again; return False when the pool has none."""
        return self._administer(staff_id, self._client.admin_enable_user)

    def delete(self, staff_id: str) -> None:
        """Delete the account with this `sub`; one that is gone counts as deleted."""
        self._administer(staff_id, self._client.admin_delete_user)

    def _administer(self, staff_id: str, *operations: Any) -> bool:
        for operation in operations:
            try:
                operation(UserPoolId=self._pool_id, Username=staff_id)
            except ClientError as error:
                if error.response["Error"]["Code"] == "UserNotFoundException":
                    return False
                raise _unavailable() from error
            except BotoCoreError as error:
                raise _unavailable() from error
        return True

    # -- calls

    def _ask_for_codes(self, staff_id: str, *, yes: bool) -> Refused | None:
        found = self._call(
            self._client.admin_set_user_mfa_preference,
            UserPoolId=self._pool_id,
            Username=staff_id,
            SoftwareTokenMfaSettings={"Enabled": yes, "PreferredMfa": yes},
        )
        return found if isinstance(found, Refused) else None

    def _respond(self, challenge: str, username: str, session: str, **answers: str) -> Answer:
        found = self._call(
            self._client.admin_respond_to_auth_challenge,
            UserPoolId=self._pool_id,
            ClientId=self._client_id,
            ChallengeName=challenge,
            Session=session,
            ChallengeResponses={"USERNAME": username, **answers},
        )
        return self._answer(found, username)

    def _answer(self, found: Mapping[str, Any] | Refused, username: str) -> Answer:
        if isinstance(found, Refused):
            return found
        if challenge := found.get("ChallengeName"):
            # Where Cognito returns its own name of the account, later steps must send that, not the e-mail address.
            name = found.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP") or username
            return self._wanted(challenge, name, found["Session"])
        tokens = found["AuthenticationResult"]
        return Proven(_subject(tokens["IdToken"]), tokens["AccessToken"])

    def _wanted(self, challenge: str, username: str, session: str) -> Wanted | Refused:
        if challenge == _TOTP:
            return CodeWanted(username, session)
        if challenge == "NEW_PASSWORD_REQUIRED":
            return PasswordWanted(username, session)
        if challenge == "MFA_SETUP":
            found = self._call(self._client.associate_software_token, Session=session)
            return found if isinstance(found, Refused) else SetupWanted(username, found["Session"], found["SecretCode"])
        return Refused("challenge")

    @staticmethod
    def _call(operation: Any, **values: Any) -> Mapping[str, Any] | Refused:
        try:
            found: Mapping[str, Any] = operation(**values)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "NotAuthorizedException":
                return Refused("over")
            if code in _WRONG:
                return Refused("wrong")
            if code in _SLOW:
                return Refused("slow")
            if code in _POLICY:
                return Refused("policy")
            raise _unavailable() from error
        except BotoCoreError as error:
            raise _unavailable() from error
        return found


def _unavailable() -> Unavailable:
    return Unavailable("The sign-in service did not answer; try again in a minute.")


def _subject(id_token: str) -> str:
    """Return the `sub` of a token. It is not verified, because it came from Cognito itself over TLS."""
    payload = id_token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["sub"])
