"""Colleagues: who they are, what their roles allow, when they may come in."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.core.clock import SECOND

HOUR = 60 * 60 * SECOND
SESSION_LASTS = 12 * HOUR
"""A session ends this long after sign-in, used or not."""


class Role(StrEnum):
    """What a colleague does here. A person may have several."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"


ALL_ROLES = frozenset(Role)


@dataclass(frozen=True)
class Staff:
    """A colleague. `id` is the Cognito sub; `generation` grows when all sessions are ended at once;
    `undertaking_at` (ms) is when the confidentiality undertaking was signed, 0 before."""

    id: str
    email: str
    name: str
    roles: frozenset[str]
    generation: int = 0
    undertaking_at: int = 0
    disabled: bool = False
    language: str = ""

    def may(self, roles: frozenset[str]) -> bool:
        """Whether one of the colleague's roles is among these."""
        return bool(self.roles & roles)


@dataclass(frozen=True)
class Session:
    """A signed-in colleague's session. Its token is known to the browser or program alone."""

    staff_id: str
    generation: int
    kind: str
    created_at: int
    expires_at: int
