"""Staff, roles and sessions, and the MAC that proves that a holder of the staff key wrote a row of the staff. Pure."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.core.clock import SECOND

HOUR = 60 * 60 * SECOND
SESSION_LASTS = 12 * HOUR
"""A session ends this long after sign-in, used or not."""


class Role(StrEnum):
    """A role of a member of staff, who may have several."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"


ALL_ROLES = frozenset(Role)


@dataclass(frozen=True)
class Staff:
    """A member of staff. `id` is the Cognito sub. Raising `generation` ends all sessions at once.

    `undertaking_at` (ms) is when the confidentiality undertaking was signed, 0 before; then which version in which
    language, and the hash of that text. A signature of a release that stored no version is one of version "0".
    `team` is an id of the profile, "" for none.
    """

    id: str
    email: str
    name: str
    roles: frozenset[str]
    generation: int = 0
    undertaking_at: int = 0
    disabled: bool = False
    language: str = ""
    undertaking_version: str = ""
    undertaking_language: str = ""
    undertaking_hash: str = ""
    team: str = ""

    def has_signed(self, version: str) -> bool:
        """Whether this version of the undertaking was signed, and no other one since."""
        return bool(self.undertaking_at) and self.undertaking_version == version

    def may(self, roles: frozenset[str]) -> bool:
        """Whether this person has one of these roles."""
        return bool(self.roles & roles)


def staff_mac(key: bytes, staff: Staff) -> str:
    """Return the MAC of a row of the staff: 64 hexadecimal digits.

    It covers every attribute that decides about access, so not the language. The signed text has a MAC of its own.
    Whoever has no team has the MAC that releases without teams know; these let nobody in who has one.
    """
    covered = [
        "staff-1",
        staff.id,
        staff.email,
        staff.name,
        sorted(staff.roles),
        staff.undertaking_at,
        staff.disabled,
        staff.generation,
        *filter(None, (staff.team,)),
    ]
    return hmac.new(key, json.dumps(covered, separators=(",", ":")).encode(), hashlib.sha256).hexdigest()


def undertaking_mac(key: bytes, staff: Staff) -> str:
    """Return the MAC of what was signed: 64 hexadecimal digits. Releases that know no version leave it alone, so that
    one may go back to them."""
    signed = [staff.undertaking_at, staff.undertaking_version, staff.undertaking_language, staff.undertaking_hash]
    return hmac.new(
        key, json.dumps(["undertaking-1", staff.id, *signed], separators=(",", ":")).encode(), hashlib.sha256
    ).hexdigest()


@dataclass(frozen=True)
class Session:
    """A session of a member of staff. Only the browser or program knows its token."""

    staff_id: str
    generation: int
    kind: str
    created_at: int
    expires_at: int
