"""What the API takes and answers about signing in, own account and staff. openapi.json is made of these models."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from chalicelib.core.languages import LANGUAGES
from chalicelib.staff.model import Role
from chalicelib.web.api.fields import Challenge, Code, Model, Password, StaffId, Time, line, read_by, says, words
from chalicelib.web.http import validators

_OWN = says("The colleague's own, again.")


_Team = Annotated[str | None, says("Id of the team, where the company has teams; null is none.")]


class StaffPath(Model):
    id: Annotated[StaffId, says("The id, as the API gave it.")]


class WithPassword(Model):
    """The first step of signing in."""

    email: Annotated[str, line(validators.MAX_EMAIL)]
    password: Password


class WithCode(Model):
    """A step of kind code or authenticator: the six digits of the application."""

    challenge: Challenge
    code: Code


class WithNewPassword(Model):
    """A step of kind new_password: a password of the person's own."""

    challenge: Challenge
    new_password: Annotated[
        Password, says("12 characters or more, with small and capital Latin letters, digits and signs.")
    ]


class SignedIn(Model):
    token: Annotated[str, says("Send it as Authorization: Bearer.")]
    expires_at: Time


class Step(Model):
    """What is asked next. Answer with the challenge and code, or new_password, by another call."""

    challenge: Annotated[
        str, says("Send it back with the answer, within three minutes for a code and ten for the others.")
    ]
    kind: Annotated[
        str,
        words(("code", "new_password", "authenticator")),
        says(
            "code: of the authenticator application; new_password: the temporary one must be replaced; authenticator:"
            " an application must be set up with secret or uri, and its first code sent."
        ),
    ]
    secret: Annotated[str | UnsetType, says("With kind authenticator: the new application's key, in base32.")] = UNSET
    uri: Annotated[str | UnsetType, says("With kind authenticator: the otpauth address for the application.")] = UNSET


class Ok(Model):
    ok: Annotated[bool, Meta(extra_json_schema={"const": True})]


class Me(Model):
    id: str
    email: str
    name: str
    roles: list[Annotated[str, words(tuple(Role))]]
    team: _Team
    language: str | None
    undertaking_at: Time | None


class Signature(Model):
    """What a colleague has signed."""

    version: Annotated[str, says("0: by a release that stored no version.")]
    language: str | None
    hash: Annotated[str | None, says("SHA-256 of the text in that language.")]
    signed_at: Time
    current: Annotated[bool, says("Whether this is today's version. Without it nothing else is open.")]


class Colleague(Model):
    id: str
    email: str
    name: str
    roles: list[Annotated[str, words(tuple(Role))]]
    team: _Team
    disabled: Annotated[bool, says("Whether access has ended.")]
    undertaking: Annotated[Signature | None, says("None: nothing is signed.")]


class StaffList(Model):
    items: list[Colleague]


class NewTeam(Model):
    team: Annotated[
        str,
        read_by(validators.team_or_none, pattern="^([a-z][a-z0-9_]{0,31})?$"),
        says("Id of a team of the company; empty takes the colleague out of theirs."),
    ]


class UndertakingQuery(Model):
    language: Annotated[
        str | UnsetType, words(LANGUAGES), says("The language of the text; without it, that of the account.")
    ] = UNSET


class OwnUndertaking(Model):
    """The undertaking of confidentiality in one language."""

    version: str
    language: str
    text: Annotated[list[str], says("Its lines. The hash is of these, each ended by a line feed.")]
    hash: str
    signed: Annotated[bool, says("Whether I have signed this version.")]


class SignText(Model):
    """What was read and is signed."""

    version: Annotated[str, line(10)]
    language: Annotated[str, words(LANGUAGES)]


class AuthenticatorState(Model):
    on: Annotated[bool, says("Whether signing in asks for a code.")]


class OwnPassword(Model):
    password: Annotated[Password, _OWN]


class FirstCode(Model):
    """The first code of the new application."""

    challenge: Challenge
    code: Code


class OwnPasswordAndCode(Model):
    password: Annotated[Password, _OWN]
    code: Annotated[Code, says("A current one of the authenticator application: six digits.")]
