"""Meta's error codes, as data. Source: Meta's "Cloud API error codes", autumn 2026.

A code in no list is judged by its HTTP status: 5xx and 429 are tried again, other 4xx and a failed status
are final.
"""

RETRY = frozenset({4, 80007, 130429, 131000, 131016, 131056})
"""Too fast, or Meta's own trouble: try again later."""

NEVER = frozenset(
    {
        131026,  # undeliverable: no such user, old app, not accepted the terms
        131047,  # the 24-hour window is closed
        131049,  # Meta chose not to deliver
        131050,  # the person stopped marketing messages
        131051,  # unsupported message type
        131062,  # this message cannot go to a business-scoped id
        132000,  # template: number of parameters
        132001,  # template: does not exist
        132005,  # template: text too long
        132007,  # template: policy
        132012,  # template: format of a parameter
        132015,  # template: paused
        132016,  # template: disabled
    }
)
"""Trying again cannot help."""

STOP = frozenset({10, 190, 368, 131031, 131042, 131048, *range(200, 300)})
"""The account itself cannot send: token, permission, payment, ban, spam limit. A person must act."""

WAIT_SECONDS = {131056: 6.0, 130429: 1.0}
"""How long to wait at least: one message per 6 s to one person; 80 messages per second per number."""

TOKEN_STATUS = 401
"""An answer without a code but with this status is about the token, too."""


def stops_channel(code: int | str) -> bool:
    """True if this code, of an answer or of a failed status, means that the account cannot send."""
    return str(code).isdecimal() and int(code) in STOP


def is_permanent(code: int | None, http_status: int) -> bool:
    """True if another try of the same message cannot help."""
    if code in NEVER:
        return True
    if code in RETRY or code in STOP:
        return False
    return 400 <= http_status < 500 and http_status not in (TOKEN_STATUS, 408, 425, 429)
